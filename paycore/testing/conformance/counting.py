"""Amounts: said exactly, heard exactly, in every declared currency and with all its decimals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from paycore.errors import InvalidRequest
from paycore.intents import ChargeRequest
from paycore.money import Money, exponent
from paycore.report import Report
from paycore.states import Kind, State
from paycore.testing.conformance.altering import leaves, spellings
from paycore.testing.conformance.asking import charged_of
from paycore.testing.conformance.checking import Check, promise, some
from paycore.testing.conformance.outcome import Play, operation_of
from paycore.testing.conformance.stage import Stage
from paycore.testing.conformance.talking import NO_CALLS
from paycore.testing.conformance.tour import played
from paycore.wire.talk import Call

MINORS: Final = (29, 57, 115, 1999, 100_000_007)
"""Amounts that floats and wrong decimals get wrong."""


def amounts_are_said_exactly(stage: Stage) -> None:
    """Every amount in every declared currency leaves as it is, with its currency's decimals."""
    charged = [play for play in _charges(stage) if play.calls]
    for play in some(charged, NO_CALLS):
        money = play.request.amount
        promise(_says(stage, play.calls, money), f"{money}: said as another amount")
    for part in (play for play in stage.plays if play.hook in ("refund", "capture")):
        money = part.request.amount
        promise(_says(stage, part.calls, money), f"{part.label}, {money}: said as another amount")


def amounts_are_heard_exactly(stage: Stage) -> None:
    """What a healthy provider says of every amount is read as that amount."""
    for play in _charges(stage):
        money = play.request.amount
        if isinstance(play.report, Report):
            problem = operation_of(play).mismatch(play.report)
            promise(not problem, f"{money}: {problem}")
            exact = play.state is not State.SUCCEEDED or play.report.amount == money
            promise(exact, f"{money}: heard as {play.report.amount}")


def currencies_are_real(stage: Stage) -> None:
    """Every declared currency is one of ISO 4217 that has a minor unit."""
    for code in sorted(stage.description.currencies):
        promise(_is_real(code), f"{code}: declared, and not a currency")


def _charges(stage: Stage) -> Iterator[Play]:
    """Charge each of a few amounts in each declared currency, by the first declared method."""
    kind, number = stage.description.methods[0], 1000
    for currency in filter(_is_real, sorted(stage.description.currencies)):
        for minor in MINORS:
            number += 1
            request: ChargeRequest = charged_of(stage, Money(minor, currency), kind, number)
            yield played(stage, f"charge of {request.amount}", "charge", Kind.CHARGE, request)


def _is_real(code: str) -> bool:
    try:
        return exponent(code) >= 0
    except InvalidRequest:
        return False


def _says(stage: Stage, calls: tuple[Call, ...], money: Money) -> bool:
    """Return whether a call says an amount, in minor units or with its decimals."""
    asked = stage.case.asked or getattr(stage.simulator, "asked", None)
    if asked is not None:
        return bool(asked(calls[-1]) == money)
    said = {str(value) for call in calls for _, value in leaves(dict(call.payload))}
    return bool(said.intersection(spellings(money)))


CHECKS: Final[tuple[Check, ...]] = (
    amounts_are_said_exactly,
    amounts_are_heard_exactly,
    currencies_are_real,
)
