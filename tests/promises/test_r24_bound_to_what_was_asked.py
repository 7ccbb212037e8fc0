"""R24: a success counts for the account, merchant, order, amount and currency asked for only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

import pytest

from paycore import HostedPage, Money, State, StoredToken, WebhookMessage, fake
from paycore.ledger.protocol import InboxState
from paycore_iotpay.signing import sign
from tests.hostile.world import KEY, MERCHANT, N0, THANKS, success
from tests.promises.doors import Doors
from tests.promises.played import each_on
from tests.promises.proof import Proof

BYSTANDER: Final = 77_705
"""What another payment of the same account waits for; no other amount is drawn like it."""
AMOUNTS: Final[tuple[Callable[[int], int], ...]] = (
    lambda minor: minor + 1, lambda minor: minor - 1, lambda minor: minor * 100, lambda minor: 0,
    lambda minor: minor // 10, lambda minor: minor + 2**32, lambda minor: 2**63 - 1,
)  # fmt: skip
MERCHANTS: Final = ("10000702", "1000070", "010000701", "100007010", "10000701 ", "１0000701", "")
"""None of them is ours; where nothing is said, a signed message is nobody's."""
ALTERED: Final = ("mchId", "mchOrderNo", "amount", "currency", "payType")
Fields = Mapping[str, Any]


class Shop(Doors):
    """A gateway where on every account a bystander waits."""

    def __init__(self) -> None:
        super().__init__()
        for account in ("iotpay", "unionpay", "fake", "other_fake"):
            self.page(account, f"by{account[:5]}", BYSTANDER)

    def page(self, account: str, reference: str, minor: int) -> None:
        """Start a payment that waits for its payer."""
        method = HostedPage(THANKS)
        self.gateway.charge(reference, Money(minor, "CAD"), method, account=account)

    def state(self, reference: str) -> State:
        """Return how the one charge of a payment stands."""
        found = self.gateway.find(reference)
        assert found is not None
        return found.operations[0].state


def other(rng: Random, name: str, told: Fields, account: str) -> Any:
    """Return another value of one field, as sound as its own."""
    if name == "mchId":
        return rng.choice(MERCHANTS)
    if name == "currency":
        return rng.choice(("USD", "EUR", "JPY", "KWD"))
    if name == "payType":
        return "refund"
    if name == "amount":
        return next(
            a for a in (rng.choice(AMOUNTS)(told["amount"]), 1500_05) if a != told["amount"]
        )
    own = told["mchOrderNo"]
    return rng.choice((f"by{account[:5]}", f"{own}0", own[:-1], own.upper(), f"0{own}"))


def one_field_off(shop: Shop, rng: Random) -> None:
    """Let one field of an otherwise sound success be another; then let it be sound."""
    way = rng.choice((message, message, sealed_message, answer, answer, reply))
    known = dict(shop.provider.orders)
    way(shop, rng)
    shop.provider.orders = known  # it looks through all that it knows


def message(shop: Shop, rng: Random) -> None:
    """Receive a message of IOTPay, rightly signed."""
    account, told = _asked(shop, rng)
    name = rng.choice((*ALTERED, "account"))
    door = {"iotpay": "unionpay", "unionpay": "iotpay"}[account] if name == "account" else account
    fields = told if name == "account" else {**told, name: other(rng, name, told, account)}
    fates = len(shop.ledger.fates)
    heard = shop.gateway.receive(door, _signed(fields))
    if name == "mchId":
        assert heard.status == 401, "a foreign merchant's message was not dropped"
        assert len(shop.ledger.fates) == fates, "a foreign merchant's message was kept"
    else:
        _is_set_aside(shop, fates, elsewhere=name in ("account", "mchOrderNo"))
    _nothing_succeeded(shop, told["mchOrderNo"], account)
    _sound(shop, told)


def answer(shop: Shop, rng: Random) -> None:
    """Hear from a query what is not about this."""
    account, told = _asked(shop, rng)
    shop.provider.answers.append(success(_off(rng, told, account)))
    shop.gateway.query(told["mchOrderNo"])
    _nothing_succeeded(shop, told["mchOrderNo"], account)
    _sound(shop, told)


def reply(shop: Shop, rng: Random) -> None:
    """Hear from the charge itself what is not about this."""
    account, told = _drawn(rng)
    reference, amount = told["mchOrderNo"], Money(told["amount"], "CAD")
    shop.provider.answers.append(success(_off(rng, told, account)))
    shop.provider.orders[reference] = dict(told)
    shop.gateway.charge(reference, amount, StoredToken("visa-1"), account=account)
    _nothing_succeeded(shop, reference, account)
    _sound(shop, told)


def sealed_message(shop: Shop, rng: Random) -> None:
    """Receive a message of a provider whose word is proof."""
    _, told = _drawn(rng)
    reference, minor = told["mchOrderNo"], told["amount"] // 100 * 100 + 5
    told = {**told, "amount": minor}
    shop.page("fake", reference, minor)
    name = rng.choice(("mchOrderNo", "amount", "currency", "account"))
    said = told if name == "account" else {**told, name: other(rng, name, told, "fake")}
    fates = len(shop.ledger.fates)
    heard = fake.webhook(said["mchOrderNo"], Money(said["amount"], said["currency"]))
    shop.gateway.receive("other_fake" if name == "account" else "fake", heard)
    _is_set_aside(shop, fates, elsewhere=name in ("account", "mchOrderNo"))
    _nothing_succeeded(shop, reference, "fake")
    shop.gateway.receive("fake", fake.webhook(reference, Money(minor, "CAD")))
    assert shop.state(reference) is State.SUCCEEDED, "the sound message was not believed"


def _drawn(rng: Random) -> tuple[str, dict[str, Any]]:
    """Return an account, and what IOTPay would say of a payment there once it is paid."""
    minor = rng.randint(100, 10**12)
    reference = f"o{rng.getrandbits(64):016x}"
    told = {**N0, "mchOrderNo": reference, "payOrderId": f"PC{reference}", "amount": minor}
    return rng.choice(("iotpay", "unionpay")), {**told, "refundable": minor}


def _asked(shop: Shop, rng: Random) -> tuple[str, dict[str, Any]]:
    """Return the same of a payment whose page waits for its payer."""
    account, told = _drawn(rng)
    shop.provider.next_theirs.append(told["payOrderId"])
    shop.page(account, told["mchOrderNo"], told["amount"])
    return account, told


def _off(rng: Random, told: Fields, account: str) -> dict[str, Any]:
    """Return an order that differs in one field, or lacks it."""
    name = rng.choice(ALTERED)
    if name in ("amount", "currency", "mchOrderNo") and rng.random() < 0.2:
        return {**told, name: rng.choice(("", None))}
    value = other(rng, name, told, account)
    return {**told, name: value or "0"}


def _signed(fields: Fields) -> WebhookMessage:
    body = json.dumps({**fields, "sign": sign(fields, KEY)}).encode()
    return WebhookMessage("POST", {}, "", body, "203.0.113.9")


def _is_set_aside(shop: Shop, fates: int, *, elsewhere: bool) -> None:
    """Check that a message was quarantined, or parked where it may be about what is yet to come."""
    ended = shop.ledger.fates[-1] if len(shop.ledger.fates) > fates else None
    allowed = {InboxState.QUARANTINED, *([InboxState.PARKED] if elsewhere else [])}
    assert ended in allowed, f"the message was {ended}"


def _nothing_succeeded(shop: Shop, reference: str, account: str) -> None:
    for each in (reference, f"by{account[:5]}"):
        assert shop.state(each) is not State.SUCCEEDED, f"{each} succeeded"


def _sound(shop: Shop, told: Fields) -> None:
    """Check that the one field was what stood in the way."""
    shop.provider.orders[told["mchOrderNo"]] = {**told, "mchId": MERCHANT}
    shop.gateway.query(told["mchOrderNo"])
    assert shop.state(told["mchOrderNo"]) is State.SUCCEEDED, "the sound answer was not believed"


PROOFS = (
    Proof(
        "r24",
        "altered successes",
        commit=5_000,
        full=100_000,
        run=each_on("r24", Shop, one_field_off),
        batch=5_000,
    ),
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r24_a_success_with_one_field_off_is_none(proof):
    """In a message, in the answer to a query, in the reply: set aside; once sound, believed."""
    proof.check()
