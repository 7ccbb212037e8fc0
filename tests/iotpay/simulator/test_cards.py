"""The test cards, and what becomes of any other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore_iotpay.simulator.cards import (
    TEST_CARDS,
    channel_of,
    luhn,
    number_for,
    presented,
)
from paycore_iotpay.simulator.members import Refused


@pytest.mark.parametrize(("number", "channel", "behaviour"), TEST_CARDS)
def test_a_test_card_does_what_it_says(number, channel, behaviour):
    """Each is a valid number, taken by its own channel, and behaves as listed."""
    card = presented({"cardNum": number, "expiryDate": "1230", "holder": "T"}, channel)

    assert luhn(number)
    assert channel_of(number) == channel
    assert (card.behaviour, card.expiry, card.holder) == (behaviour, "1230", "T")


def test_the_preferred_cards():
    """The documented numbers are the first of their kind; nothing is late on PF_CC."""
    assert number_for("PF_CC", "success") == "4111111111111111"
    assert number_for("PF_CC", "decline") == "4000000000000002"
    assert number_for("UPI_EX", "success") == "6200000000000005"
    assert number_for("PF_CC", "late") == ""


@pytest.mark.parametrize(
    ("number", "brand"),
    [("4111111111111111", "V"), ("5555555555554444", "M"), ("378282246310005", "")],
)
def test_brand(number, brand):
    """Visa and Mastercard have their letters; the others' are not documented."""
    assert presented({"cardNum": number}, "PF_CC").brand == brand


def test_a_card_that_is_no_test_card_declines():
    """Nobody shall believe to have paid with a real card."""
    assert presented({"cardNum": "4242424242424242"}, "PF_CC").behaviour == "decline"


def test_only_the_channel_s_own_cards():
    """UnionPay's cards are for UPI_EX alone, and it takes no others."""
    with pytest.raises(Refused, match="not supported on this channel"):
        presented({"cardNum": "4111111111111111"}, "UPI_EX")
    with pytest.raises(Refused, match="not supported on this channel"):
        presented({"cardNum": "6200000000000005"}, "PF_CC")


@given(st.from_regex(r"4[0-9]{15}", fullmatch=True), st.integers(0, 15), st.integers(1, 9))
def test_a_slip_in_one_digit_is_noticed(number, place, shift):
    """With one digit changed, a valid number is none."""
    other = str((int(number[place]) + shift) % 10)
    slipped = number[:place] + other + number[place + 1 :]

    assert not (luhn(number) and luhn(slipped))


def test_a_number_that_is_none_is_refused():
    """Luhn's check comes first."""
    with pytest.raises(Refused, match="card number error"):
        presented({"cardNum": "4111111111111112"}, "PF_CC")


def test_a_card_is_kept_masked():
    """What is kept shows the first 6 and last 4 digits, and no code."""
    card = presented({"cardNum": "4111111111111111", "cvv": "987"}, "PF_CC")

    assert card.number == "411111******1111"
    assert "987" not in repr(card)
