"""An act: one provider on the stage, and what a step may expect of it."""

from __future__ import annotations

import pytest

from paycore import Description, HostedPage, InvalidRequest, Money, StoredToken, Wallet
from paycore.demo.act import Act, Skipped, Unexpected, expect
from paycore.payment import PaymentStatus
from paycore.states import Kind


class NoGateway:
    def find(self, reference):
        return None


class WalletOnly:
    def wallet(self, provider):
        return ("apple_pay", "e30=")


def act(currencies=("CAD",), methods=(HostedPage,), simulator=None):
    told = Description("maple", "https://maple.example", ("M",), methods, frozenset(currencies))
    return Act("maple", told, frozenset(), NoGateway(), simulator or WalletOnly(), None)


@pytest.mark.parametrize(
    ("takes", "liked"),
    [(("USD", "CAD"), "CAD"), (("EUR", "USD"), "USD"), (("JPY", "CHF"), "CHF")],
)
def test_money_is_in_a_currency_that_the_provider_takes(takes, liked):
    """A familiar one where it can be, else any, always the same."""
    assert act(takes).money(1500) == Money(1500, liked)


def test_references_of_two_providers_differ():
    """Two providers on one simulator never use the same reference."""
    assert act().ref("page") == "maple-page"


def test_a_payment_that_nobody_made_is_an_error():
    """A step that looks for a payment before it was made hears so."""
    with pytest.raises(InvalidRequest, match="maple-page"):
        act().found("page")


def test_a_stored_card_is_charged_before_a_wallet():
    """What answers at once: the stored card if one was stored, else a wallet."""
    one = act(methods=(StoredToken, Wallet))
    by_wallet = one.direct
    one.props["card"] = "maple-card"

    assert by_wallet == Wallet("apple_pay", "e30=")
    assert one.direct == StoredToken("maple-card")


def test_without_card_and_wallet_nothing_can_be_charged_at_once():
    """A page only: the step is left out."""
    with pytest.raises(Skipped):
        _ = act().direct


def test_expectations_speak_plainly():
    """What was expected and what was seen, in the words of JSON."""
    with pytest.raises(Unexpected) as caught:
        expect("status", PaymentStatus.PAID, PaymentStatus.AWAITING_PAYER)

    assert (caught.value.what, caught.value.expected, caught.value.got) == (
        "status",
        "paid",
        "awaiting_payer",
    )


def test_an_expectation_that_is_met_says_nothing():
    """Equal is equal."""
    assert expect("kind", Kind.VOID, Kind.VOID) is None
