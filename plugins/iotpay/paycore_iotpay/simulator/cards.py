"""The test cards, and what becomes of any other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from paycore.secret import mask_card
from paycore_iotpay.simulator.members import Refused
from paycore_iotpay.simulator.records import Card

SUCCESS, DECLINE, LATE = "success", "decline", "late"

TEST_CARDS: Final = (
    ("4111111111111111", "PF_CC", SUCCESS),
    ("5555555555554444", "PF_CC", SUCCESS),
    ("4000000000000002", "PF_CC", DECLINE),
    ("6200000000000005", "UPI_EX", SUCCESS),
    ("6200000000000047", "UPI_EX", DECLINE),
    ("6205500000000000004", "UPI_EX", LATE),
)
"""Public test numbers: each with its channel and what it does, the preferred one first."""

_BEHAVIOURS: Final = {number: behaviour for number, _, behaviour in TEST_CARDS}


def number_for(channel: str, behaviour: str) -> str:
    """Return the first test card of `channel` that behaves so; empty where there is none."""
    fitting = (n for n, of, does in TEST_CARDS if (of, does) == (channel, behaviour))
    return next(fitting, "")


def channel_of(number: str) -> str:
    """Return the channel that takes this card: UPI_EX takes UnionPay's, PF_CC all others."""
    return "UPI_EX" if number.startswith("62") else "PF_CC"


def presented(fields: Mapping[str, str], channel: str) -> Card:
    """Return the card in `fields`, masked, as `channel` takes it; the rest is kept nowhere.

    A number that is no test card declines: nobody shall believe to have paid with a real one.

    Raises:
        Refused: no card has this number, or none that the channel takes.
    """
    number = fields["cardNum"]
    if not luhn(number):
        raise Refused("card number error")
    if channel_of(number) != channel:
        raise Refused("card is not supported on this channel")
    return Card(
        number=mask_card(number),
        channel=channel,
        behaviour=_BEHAVIOURS.get(number, DECLINE),
        expiry=fields.get("expiryDate", ""),
        holder=fields.get("holder", ""),
        brand={"4": "V", "5": "M"}.get(number[0], ""),
    )


def luhn(number: str) -> bool:
    """Return whether the last digit checks the others, as on every card."""
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(number))]
    return sum(d // 10 + d % 10 for d in doubled) % 10 == 0
