"""What is remembered of a request."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore_iotpay.simulator.seen import scrubbed, shown

CARD = "4111111111111111"


def test_a_direct_call_shows_nothing_secret():
    """Number masked; code, holder and the signature that would give the code away hidden."""
    fields = {"mchOrderNo": "o-1", "cardNum": CARD, "cvv": "987", "holder": "Z", "sign": "AB" * 16}

    assert scrubbed(fields) == {
        "mchOrderNo": "o-1",
        "cardNum": "411111******1111",
        "cvv": "***",
        "holder": "***",
        "sign": "***",
    }


def test_other_calls_keep_their_signature():
    """It helps to debug, and covers nothing secret there; a wallet's token does not stay."""
    fields = {"amount": 1500, "sign": "AB" * 16, "walletData": "abc", "subject": None}

    assert scrubbed(fields) == {**fields, "walletData": "***"}


@pytest.mark.parametrize("value", [int(CARD), [CARD], {"n": CARD}, 1.5])
def test_odd_values_are_hidden(value):
    """A number that could be a card's, and whatever is no plain value."""
    assert scrubbed({"extra": value}) == {"extra": "***"}


@given(st.text(), st.text(), st.sampled_from(["subject", "mchOrderNo", "cardNum", "body"]))
def test_a_card_number_is_never_kept(before, after, name):
    """Wherever it was written, among whatever."""
    raw = json.dumps({name: f"{before} {CARD} {after}"}).encode()

    assert CARD not in str(shown(raw))


@pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b"\xff", b"[" * 100_000])
def test_what_is_no_object_shows_nothing(raw):
    """Nothing of such a body is kept."""
    assert shown(raw) == {}


def test_a_card_number_as_a_name_is_masked():
    """Names are scrubbed like values."""
    assert scrubbed({CARD: 1}) == {"411111******1111": 1}
