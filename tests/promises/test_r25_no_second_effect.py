"""R25: a genuine message that comes again, however late, has no second effect.

No provider here signs a time; one that does would also refuse what is older than 300 s.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Final

import pytest

from paycore import HostedPage, Money, PaymentStatus, State, WebhookMessage, fake
from paycore_iotpay.signing import sign
from tests.hostile.world import KEY, N0, THANKS
from tests.promises.doors import ACKNOWLEDGED, Doors
from tests.promises.noise import written
from tests.promises.played import each_on
from tests.promises.proof import Proof

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
DAY_S: Final = 86_400
WAITS_S: Final = (0, 1, 29, 31, 300, 3600, DAY_S, 30 * DAY_S, 400 * DAY_S, -60, -DAY_S)
"""How long until it comes again; clocks may also step back."""
ENDS: Final = ("paid", "paid", "declined", "refunded", "partly refunded", "voided", "waiting")
THEN: Final = {
    "paid": PaymentStatus.PAID,
    "declined": PaymentStatus.FAILED,
    "refunded": PaymentStatus.PAID,
    "partly refunded": PaymentStatus.PAID,
    "voided": PaymentStatus.VOIDED,
    "waiting": PaymentStatus.AWAITING_PAYER,
}


class Told:
    """A payment, and the one genuine message about it, which can be written in many ways."""

    def __init__(self, doors: Doors, rng: Random) -> None:
        self._doors, self._rng = doors, rng
        self.account = rng.choice(("iotpay", "unionpay", "fake"))
        self.end = rng.choice(ENDS if self.account != "fake" else ("paid", "refunded", "voided"))
        self.reference = f"o{rng.getrandbits(64):016x}"
        self.minor = rng.randint(2, 10**9) * 100
        self._order = {
            **N0,
            "mchOrderNo": self.reference,
            "payOrderId": f"PC{self.reference}",
            "amount": self.minor,
            "refundable": self.minor,
            "status": 9 if self.end == "declined" else 2,
        }

    def play(self) -> None:
        """Let the payer pay, the message come for the first time, and the money go back."""
        gateway, amount = self._doors.gateway, Money(self.minor, "CAD")
        if self.account != "fake":
            self._doors.provider.next_theirs.append(str(self._order["payOrderId"]))
        gateway.charge(self.reference, amount, HostedPage(THANKS), account=self.account)
        if self.end != "waiting" and self.account != "fake":
            self._doors.provider.orders[self.reference] = dict(self._order)
        self.come()
        if "refunded" in self.end:
            part = Money(self.minor // 2, "CAD") if "partly" in self.end else None
            gateway.refund(self.reference, part, key=f"r-{self.reference}")
        if self.end == "voided":
            gateway.void(self.reference, key=f"v-{self.reference}")

    def come(self) -> None:
        """Let the message come in: the bytes of the provider, or others that say the same."""
        answer = self._doors.gateway.receive(self.account, self._message())
        assert answer.body in ACKNOWLEDGED, f"a genuine message was answered {answer.status}"

    def _message(self) -> WebhookMessage:
        if self.account == "fake":
            return fake.webhook(self.reference, Money(self.minor, "CAD"))
        claimed = sign(self._order, KEY)
        said = {**self._order, "sign": self._rng.choice((claimed, claimed.lower()))}
        if self._rng.random() < 0.3:
            said |= {"amount": str(self.minor), "more": "", "none": None}
        body = written(self._rng, said) if self._rng.random() < 0.5 else json.dumps(said)
        return WebhookMessage("POST", {}, "", body.encode(), "203.0.113.9")

    def facts(self) -> Iterator[object]:
        """Yield all that an effect would change: states and times, what moved and was told."""
        payment = self._doors.gateway.find(self.reference)
        assert payment is not None
        yield payment.status, payment.refundable, payment.review
        for each in payment.operations:
            yield each.kind, each.state, each.amount, each.late, each.review, each.updated_at
        yield len(self._doors.provider.effects)
        yield len(self._doors.ledger.events_of(self.reference))
        yield sum(fate.is_finished for fate in self._doors.ledger.fates)


def replayed(doors: Doors, rng: Random) -> None:
    """Play a payment to some end, and let the message that told of it come again and again."""
    doors.clock.time = START
    doors.ledger.fates.clear()
    known = dict(doors.provider.orders)
    told = Told(doors, rng)
    told.play()
    payment = doors.gateway.find(told.reference)
    assert payment is not None
    assert payment.status is THEN[told.end], f"it should have been {told.end}"
    waits_s = WAITS_S[:5] if told.end == "waiting" else WAITS_S
    before = list(told.facts())
    for _ in range(rng.randint(1, 4)):
        doors.clock.advance(rng.choice(waits_s))
        told.come()
        assert list(told.facts()) == before, f"a {told.end} payment, told of again, changed"
    doors.provider.orders = known


PROOFS = (
    Proof(
        "r25",
        "payments told of again",
        commit=2_000,
        full=10_000,
        run=each_on("r25", Doors, replayed),
        batch=1_000,
    ),
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r25_a_message_again_has_no_second_effect(proof):
    """Seconds or a year later, in the same bytes or others; paid, declined or given back."""
    proof.check()


@pytest.mark.parametrize("account", ["iotpay", "fake"])
def test_r25_the_first_time_it_has_one(account):
    """The message is worth repeating: without it the payment still waits."""
    doors, rng = Doors(), Random(25)
    told = next(
        t for t in iter(lambda: Told(doors, rng), None) if (t.account, t.end) == (account, "paid")
    )
    told.play()
    payment = doors.gateway.find(told.reference)

    assert payment is not None
    assert payment.operations[0].state is State.SUCCEEDED
    assert len(doors.ledger.fates) == 1
