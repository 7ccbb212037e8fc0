"""What a provider is asked for: references, methods that pay, charges."""

from __future__ import annotations

from typing import Final

from paycore.intents import ChargeRequest
from paycore.methods import CardData, EmbeddedForm, HostedPage, Method, StoredToken, Wallet
from paycore.money import Money
from paycore.secret import Secret
from paycore.testing.conformance.stage import RETURN_URL, Stage

CODE: Final = "8374"
"""The security code of every card of the kit: it must turn up nowhere."""
HOLDER: Final = "Canary Holder"
_REFERENCE_LENGTH: Final = 12


def reference(stage: Stage, number: int) -> str:
    """Return a wire reference that the provider takes: the number, in its own letters."""
    told = stage.description
    letters = sorted(told.reference_alphabet)
    digits = ""
    number += len(letters) ** 4
    while number:
        number, digit = divmod(number, len(letters))
        digits = letters[digit] + digits
    return digits[: told.reference_length].rjust(
        min(_REFERENCE_LENGTH, told.reference_length), letters[-1]
    )


def method_of(stage: Stage, kind: type[Method], token: str = "") -> Method:
    """Return a method of payment of this kind, that pays."""
    case, simulator = stage.case, stage.simulator
    if kind in (HostedPage, EmbeddedForm):
        return kind(RETURN_URL)
    if kind is StoredToken:
        return StoredToken(token or case.token)
    if kind is Wallet:
        own = simulator.wallet(case.provider) if simulator else None
        return Wallet(*(own or case.wallet))
    return CardData(Secret(card_of(stage)), 12, 2039, Secret(CODE), HOLDER)


def card_of(stage: Stage) -> str:
    """Return the number of a card that pays."""
    own = stage.simulator.cards(stage.case.provider).success if stage.simulator else ""
    return own or stage.case.card


def charged_of(stage: Stage, money: Money, kind: type[Method], number: int) -> ChargeRequest:
    """Return a charge of an amount, by a method of this kind."""
    return ChargeRequest(reference(stage, number), money, method_of(stage, kind))
