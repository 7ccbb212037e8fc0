"""paycore_stripe.amounts: our minor units become Stripe's and come back, and nothing is rounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import paycore
from paycore import Money
from paycore.money import exponent
from paycore_stripe import amounts

ZERO = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()
"""Stripe's own list of currencies without decimals, but for UGX, which it counts in hundredths."""
DECIMALS = {**dict.fromkeys(ZERO, 0), "ISK": 2, "UGX": 2}
DECIMALS |= dict.fromkeys("BHD JOD KWD OMR TND".split(), 3)
WHOLE = ("ISK", "UGX")
currencies = st.sampled_from(sorted(amounts.CURRENCIES))
minors = st.one_of(st.integers(1, 100_000), st.integers(1, 10**12).map(lambda tens: tens * 100))


def by_the_book(money: Money) -> int | None:
    """Return what Stripe should be told, by decimals alone; None where it has no such amount."""
    ours, theirs = exponent(money.currency), DECIMALS.get(money.currency, 2)
    units, rest = divmod(money.minor * 10**theirs, 10**ours)
    odd = theirs == 3 and units % 10
    return None if rest or odd else units


@given(minor=minors, currency=currencies)
def test_every_amount_is_said_as_stripe_counts_it_or_refused(minor, currency):
    """By the decimals of ISO 4217 and those of Stripe; what does not come out even is refused."""
    money = Money(minor, currency)
    expected = by_the_book(money)

    if expected is None:
        with pytest.raises(paycore.InvalidRequest) as refused:
            amounts.said(money)
        assert refused.value.field == "amount"
    else:
        assert amounts.said(money) == expected


@given(minor=minors, currency=currencies)
def test_what_is_said_is_heard_as_the_same_amount(minor, currency):
    """There and back, an amount is the same amount."""
    money = Money(minor, currency)
    if by_the_book(money) is not None:
        assert amounts.heard(amounts.said(money), currency.lower()) == money


@given(units=st.integers(0, 10**14), currency=currencies)
def test_what_is_heard_is_said_as_the_same_amount(units, currency):
    """Whatever Stripe counts is read exactly, or not at all."""
    if currency in WHOLE and units % 100:
        with pytest.raises(paycore.OutcomeUnknown):
            amounts.heard(units, currency.lower())
        return
    if DECIMALS.get(currency) != 3 or units % 10 == 0:
        assert amounts.said(amounts.heard(units, currency.lower())) == units


@pytest.mark.parametrize(
    ("minor", "currency", "units"),
    [
        (1500, "CAD", 1500),
        (500, "JPY", 500),
        (5, "ISK", 500),
        (5, "UGX", 500),
        (500, "MGA", 5),
        (5120, "KWD", 5120),
        (1045, "HUF", 1045),
        (80045, "TWD", 80045),
    ],
)
def test_the_special_ones_are_as_their_page_says(minor, currency, units):
    """5 krónur are 500 there, 5 ariary are 5, and a dinar ends in 0."""
    assert amounts.said(Money(minor, currency)) == units
    assert amounts.heard(units, currency.lower()) == Money(minor, currency)


@pytest.mark.parametrize(("minor", "currency"), [(5124, "KWD"), (1, "TND"), (150, "MGA")])
def test_what_stripe_cannot_be_told_is_refused(minor, currency):
    """A fraction that Stripe does not take is the caller's to mend: nothing is rounded."""
    with pytest.raises(paycore.InvalidRequest, match=currency):
        amounts.said(Money(minor, currency))


@pytest.mark.parametrize(
    ("units", "currency"),
    [(1, "CAD"), (1, "xxx"), (1, ""), (1, "Cad"), (550, "isk"), (2**63, "cad"), (2**60, "mga")],
)
def test_what_is_no_amount_proves_nothing(units, currency):
    """Another spelling, an unknown currency, half a króna or too much of it: UNKNOWN."""
    with pytest.raises(paycore.OutcomeUnknown):
        amounts.heard(units, currency)


def test_every_currency_has_a_minor_unit_here():
    """What is declared can be counted."""
    assert all(exponent(code) in (0, 2, 3) for code in amounts.CURRENCIES)
    assert {code for code in amounts.CURRENCIES if exponent(code) == 3} == {
        code for code, places in DECIMALS.items() if places == 3
    }
