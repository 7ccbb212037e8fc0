"""Two accounts of ours, one merchant at the provider: no name is used for two things."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import paycore
from paycore import HostedPage, Money, PaymentStatus, State, StoredToken
from paycore.demo.casting import simulator

PAGE = HostedPage("https://shop.example/thanks")
NOTIFY = "http://127.0.0.1:9/nobody-hears-it"
CAD = Money(1500, "CAD")
PAIRS = (("iotpay", "iotpay_unionpay"), ("iotpay", "iotpay"), ("stripe", "stripe"))
"""The providers of the accounts `cards` and `second`, which are one merchant."""


class Street:
    """A shop with both accounts, its clock, and the provider where they are one merchant."""

    def __init__(self, pair: tuple[str, str], merchant, ledger: str) -> None:
        self.time = datetime.now(UTC)
        self.merchant = merchant
        named = zip(("cards", "second"), pair, strict=True)
        self.gateway = paycore.open_gateway(
            {
                "ledger": ledger,
                "return_hosts": ["shop.example"],
                "accounts": {
                    name: merchant.settings(provider, notify_url=NOTIFY) for name, provider in named
                },
            },
            now=lambda: self.time,
        )

    def stored(self, card: str, account: str, key: str | None = None) -> paycore.Token:
        """Return a card whose payer filled in the page."""
        self.merchant.pay(self.gateway.tokenize(card, PAGE, account=account, key=key).next_action)
        return self.gateway.query_token(card)

    def wait(self, hours: int) -> None:
        self.time += timedelta(hours=hours)
        self.merchant.advance(hours * 3600)


@pytest.fixture(params=PAIRS, ids="-".join)
def street(request, tmp_path):
    with simulator(request.param[0]).factory() as merchant:
        street = Street(request.param, merchant, f"sqlite:///{tmp_path / 'shop.db'}")
        with street.gateway:
            yield street


def test_each_order_is_paid_by_its_own_money(street):
    """The second try at order 1001, and order 1001-2: neither is answered with the other's."""
    assert street.stored("card-7", "cards").usable
    assert street.stored("card-8", "second").usable
    charge = street.gateway.charge
    charge("1001", CAD, PAGE, account="cards")
    street.wait(25)
    assert street.gateway.query("1001").status is PaymentStatus.EXPIRED
    second = charge("1001", CAD, StoredToken("card-8"), account="second", key="again")
    first = charge("1001-2", CAD, StoredToken("card-7"), account="cards")
    asked = [street.gateway.query(order) for order in ("1001", "1001-2")]
    moved = [(e.kind, e.reference, e.amount_minor) for e in street.merchant.effects()]

    assert moved == [("charge", p.charge.reference, 1500) for p in (second, first)]
    assert [(p.status, p.review) for p in asked] == [(PaymentStatus.PAID, "")] * 2
    assert (second.charge.account, second.charge.reference) == ("second", "1001-2")


def test_no_customer_gets_the_card_of_another(street):
    """The second try to store alice's card, and a customer called alice-2 who stores none."""
    street.gateway.tokenize("alice", PAGE, account="cards")
    street.wait(25)
    assert street.gateway.query_token("alice").state is State.EXPIRED
    assert street.stored("alice", "second", key="again").usable
    street.gateway.tokenize("alice-2", PAGE, account="cards")
    nobody = street.gateway.query_token("alice-2")

    assert (nobody.state, nobody.instrument) == (State.PENDING, None)
    with pytest.raises(paycore.InvalidRequest, match="not stored yet"):
        street.gateway.charge("o-9", CAD, StoredToken("alice-2"), account="cards")
