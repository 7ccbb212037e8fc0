"""The test cards, by number and by name, and what becomes of any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from paycore_stripe.simulator.refusing import Refused

SUCCESS, DECLINE, CHALLENGE = "success", "decline", "challenge"
LATE, LATE_FAILURE = "late", "late_failure"
REFUND_LATE, REFUND_FAILS = "refund_late", "refund_fails"


@dataclass(frozen=True)
class TestCard:
    """What a public test number does."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    number: str
    does: str
    decline_code: str = ""
    brand: str = "visa"
    named: str = ""
    """The payment method that stands for it in test mode, where there is one."""
    code: str = "card_declined"
    """The error's code where it declines."""


TEST_CARDS: Final = (
    TestCard("4242424242424242", SUCCESS, named="pm_card_visa"),
    TestCard("5555555555554444", SUCCESS, brand="mastercard", named="pm_card_mastercard"),
    TestCard("4000000000000002", DECLINE, "generic_decline", named="pm_card_chargeDeclined"),
    TestCard(
        "4000000000009995",
        DECLINE,
        "insufficient_funds",
        named="pm_card_chargeDeclinedInsufficientFunds",
    ),
    TestCard("4000000000009987", DECLINE, "lost_card", named="pm_card_chargeDeclinedLostCard"),
    TestCard("4000000000009979", DECLINE, "stolen_card", named="pm_card_chargeDeclinedStolenCard"),
    TestCard(
        "4000000000000069",
        DECLINE,
        named="pm_card_chargeDeclinedExpiredCard",
        code="expired_card",
    ),
    TestCard(
        "4000000000000127",
        DECLINE,
        named="pm_card_chargeDeclinedIncorrectCvc",
        code="incorrect_cvc",
    ),
    TestCard(
        "4000000000000119",
        DECLINE,
        named="pm_card_chargeDeclinedProcessingError",
        code="processing_error",
    ),
    TestCard("4000000000000341", DECLINE, "generic_decline", named="pm_card_chargeCustomerFail"),
    TestCard("4000002760003184", CHALLENGE, named="pm_card_authenticationRequired"),
    TestCard("4000000000007726", REFUND_LATE, named="pm_card_pendingRefund"),
    TestCard("4000000000005126", REFUND_FAILS, named="pm_card_refundFail"),
    TestCard("000123456789", LATE, brand="", named="pm_usBankAccount_success"),
    TestCard("000111111116", LATE_FAILURE, "account_closed", brand=""),
)
"""Public test numbers: each with what it does, the preferred one first; two are bank accounts."""

_BY_NUMBER: Final = {card.number: card for card in TEST_CARDS}
_BY_NAME: Final = {card.named: card for card in TEST_CARDS if card.named}
_FITS: Final = frozenset({"4000000000000341"})
"""Numbers that can be stored, and decline only when they are charged."""


def number_for(does: str) -> str:
    """Return the first test number that does so."""
    return next(card.number for card in TEST_CARDS if card.does == does)


def named(name: str) -> TestCard | None:
    """Return the test card that a payment method's public name stands for."""
    return _BY_NAME.get(name)


def presented(number: str) -> TestCard:
    """Return what a number does.

    A number that is no test card declines: nobody shall believe to have paid with a real one.

    Raises:
        Refused: no card and no test account has this number.
    """
    if number in _BY_NUMBER:
        return _BY_NUMBER[number]
    if not (number.isascii() and number.isdigit() and 12 <= len(number) <= 19 and luhn(number)):
        raise Refused("The number is not a card's", status=402, kind="card_error",
                      code="incorrect_number", param="number")  # fmt: skip
    return TestCard(number, DECLINE, "test_mode_live_card")


def storable(card: TestCard) -> bool:
    """Return whether a card can be kept for later."""
    return card.does != DECLINE or card.number in _FITS


def luhn(number: str) -> bool:
    """Return whether the last digit checks the others, as on every card."""
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(number))]
    return sum(d // 10 + d % 10 for d in doubled) % 10 == 0
