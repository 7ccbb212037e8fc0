"""R44: of a card number at most the first 6 and the last 4 are shown, and never under 6 hidden."""

from __future__ import annotations

import json
from random import Random
from typing import Final

import pytest

from paycore import Instrument, WebhookMessage
from paycore.secret import mask_card
from paycore_iotpay import hooks
from paycore_iotpay.signing import sign
from tests.hostile.world import KEY, MERCHANT, N0
from tests.promises.played import each
from tests.promises.proof import Proof

SEPARATORS: Final = ("", "", " ", "-", ".", "/", ", ")
MERCHANT_ACCOUNT: Final = hooks.open_account(
    {
        "base_url": "https://ccapi.iotpaycloud.com",
        "mode": "live",
        "notify_url": "",
        "pci_dss": False,
        "merchant_id": MERCHANT,
        "merchant_key": KEY,
        "login_name": "jack123",
    }
)


def masked(rng: Random) -> None:
    """Mask a number of 8 to 19 digits, however it is grouped, wherever a card is shown."""
    size = rng.randint(8, 19)
    number = "".join(rng.choices("0123456789", k=size))
    separator = rng.choice(SEPARATORS)
    groups = [number[at : at + 4] for at in range(0, size, 4)]
    said = separator.join(groups)
    for shown in (mask_card(number), mask_card(said), Instrument(said).masked):
        _hides_enough(number, shown)
    assert mask_card(mask_card(said)) == mask_card(number), "masking twice shows something else"
    if rng.random() < 0.02:
        _hides_enough(number, _heard(said))


def _hides_enough(number: str, shown: str) -> None:
    head, tail = shown.partition("*")[0], shown.rpartition("*")[2]
    stars = len(shown) - len(head) - len(tail)
    assert shown == head + "*" * stars + tail, f"{shown!r} shows more than both ends"
    assert len(shown) == len(number), f"{shown!r} hides how long it was"
    assert number.startswith(head), f"{shown!r} begins otherwise"
    assert number.endswith(tail), f"{shown!r} ends otherwise"
    assert (len(head) <= 6, len(tail) <= 4, stars >= 6) == (True, True, True), f"{shown!r}"


def _heard(said: str) -> str:
    """Return what IOTPay's plugin makes of a message that tells the whole number."""
    fields = {**N0, "cardNum": said}
    body = json.dumps({**fields, "sign": sign(fields, KEY)}).encode()
    told = hooks.verify_webhook(MERCHANT_ACCOUNT, WebhookMessage("POST", {}, "", body)).report
    assert told.instrument is not None
    assert told.raw["cardNum"] == "[hidden]", "the evidence shows the card"
    return told.instrument.masked


PROOFS = (
    Proof(
        "r44",
        "card numbers",
        commit=100_000,
        full=100_000,
        run=each("r44", masked),
        batch=20_000,
    ),
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r44_a_card_shows_at_most_first_6_and_last_4(proof):
    """Of every length from 8 to 19, in groups or not, told by a provider or not."""
    proof.check()
