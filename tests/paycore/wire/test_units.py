"""Amounts in a provider's own units: exact there and back, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.errors import InvalidRequest, OutcomeUnknown
from paycore.money import MAX_MINOR, Money, exponent
from paycore.wire.units import Units

CODES = frozenset({"CAD", "JPY", "KWD", "ISK", "MGA"})
UNITS = Units(CODES, {"ISK": 2, "MGA": 0, "JPY": 3}, {"KWD": 10}, spelled=str.lower)
minors = st.one_of(st.integers(0, 10**6), st.integers(0, MAX_MINOR))
codes = st.sampled_from(sorted(CODES))


@given(minors, codes)
def test_there_and_back_an_amount_is_the_same(minor, code):
    """What can be said is heard as what it was; what cannot is refused, and nothing is rounded."""
    money = Money(minor, code)
    places = {"ISK": 2, "MGA": 0, "JPY": 3}.get(code, exponent(code))
    scaled, shift = minor * 10**places, 10 ** exponent(code)

    if scaled % shift or (code == "KWD" and minor % 10):
        with pytest.raises(InvalidRequest) as caught:
            UNITS.said(money)
        assert caught.value.field == "amount"
    else:
        assert UNITS.said(money) == scaled // shift
        assert UNITS.heard(UNITS.said(money), code.lower()) == money


@pytest.mark.parametrize(
    ("minor", "code", "units"),
    [(5, "ISK", 500), (500, "MGA", 5), (5, "JPY", 5000), (1500, "CAD", 1500), (5120, "KWD", 5120)],
)
def test_decimals_are_those_of_the_provider(minor, code, units):
    """More than ours, fewer, or the same."""
    assert UNITS.said(Money(minor, code)) == units
    assert UNITS.heard(units, code.lower()) == Money(minor, code)


@pytest.mark.parametrize(
    ("units", "code"),
    [(550, "isk"), (-1, "cad"), (MAX_MINOR + 1, "cad"), (10**18, "mga"), (1, "CAD"), (1, "Cad"),
     (1, "usd"), (1, "xxx"), (1, ""), (1, "ıdr")],
)  # fmt: skip
def test_what_is_no_amount_of_theirs_proves_nothing(units, code):
    """Half a minor unit, too much, less than nothing, another currency or another spelling."""
    with pytest.raises(OutcomeUnknown):
        UNITS.heard(units, code)


def test_a_currency_that_is_not_taken_cannot_be_said():
    """By its name."""
    with pytest.raises(InvalidRequest) as caught:
        UNITS.said(Money(1, "USD"))
    assert caught.value.field == "currency"


def test_codes_are_said_as_iso_has_them_if_nobody_says_else():
    """Without a spelling of its own, `CAD` is `CAD`."""
    plain = Units(CODES)

    assert plain.heard(1500, "CAD") == Money(1500, "CAD")
    with pytest.raises(OutcomeUnknown):
        plain.heard(1500, "cad")
