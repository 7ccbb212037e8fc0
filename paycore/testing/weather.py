"""What may go wrong in a simulated run, and how often: one kind of weather for each promise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from random import Random
from typing import Final


class Fault(str, Enum):
    """What becomes of one call."""

    NONE = "none"
    NOT_SENT = "not sent"
    REFUSED = "refused before its effect"
    LOST_BEFORE = "lost before its effect"
    LOST_AFTER = "its answer lost after the effect"
    LATE = "no answer, and its effect comes later"
    UNDECIDED = "answered as pending, decided later"
    DECLINED = "declined, and answered so"
    WRONG_AMOUNT = "done, and answered with another amount"
    WRONG_REFERENCE = "done, and answered with another reference"
    UNLISTED = "done, and answered with a status nobody listed"
    GARBAGE = "done, and answered with no JSON"
    PLUGIN_BUG = "done, and the plugin fails on the answer"


HONEST: Final[Mapping[Fault, int]] = {
    Fault.NONE: 40,
    Fault.NOT_SENT: 8,
    Fault.REFUSED: 5,
    Fault.LOST_BEFORE: 10,
    Fault.LOST_AFTER: 16,
    Fault.LATE: 5,
    Fault.UNDECIDED: 8,
    Fault.DECLINED: 6,
    Fault.UNLISTED: 3,
    Fault.GARBAGE: 3,
    Fault.PLUGIN_BUG: 3,
}
"""Weights for calls that move money: silence and noise, but nothing that is untrue."""
LYING: Final = {**HONEST, Fault.WRONG_AMOUNT: 6, Fault.WRONG_REFERENCE: 4}
ASKING: Final = {Fault.NONE: 70, Fault.NOT_SENT: 8, Fault.LOST_AFTER: 12, Fault.GARBAGE: 4}
ASKING_LIARS: Final = {**ASKING, Fault.WRONG_AMOUNT: 4, Fault.WRONG_REFERENCE: 2, Fault.UNLISTED: 4}
SILENT: Final = {Fault.LOST_AFTER: 1}
TWO_DAYS_S: Final = 2 * 86_400


@dataclass(frozen=True)
class Weather:
    """How often what goes wrong."""

    sends: Mapping[Fault, int] = field(default_factory=lambda: HONEST)
    queries: Mapping[Fault, int] = field(default_factory=lambda: ASKING)
    crash: float = 0.004
    stall: float = 0.008
    busy: float = 0.008
    """The chance that a ledger call fails, before it is committed or after."""
    deaf: float = 0.3
    """The chance that the application's callback fails on an event."""
    clock_steps: bool = False
    webhooks: bool = True
    """Whether messages come at all; if not, only queries tell."""
    attacker: bool = False
    """Whether somebody who holds the key of the weak account sends messages."""
    late_payers: bool = True
    """Whether pages are paid past their lifetime."""
    holds: float = 0.0
    """How many of the charges ask to hold the money only, and are captured or released later."""
    provider_answers: bool = True
    """Whether queries are answered once everything has calmed down."""
    settling_window_s: int = 3600
    """Declared by the provider: longer than its effects are late, and than the clock steps."""
    days: float = 9.0
    """How long it is watched then."""

    def sending(self, rng: Random) -> Fault:
        """Draw what becomes of a call that moves money."""
        return _drawn(self.sends, rng)

    def asking(self, rng: Random) -> Fault:
        """Draw what becomes of a query."""
        return _drawn(self.queries, rng)


def _drawn(weights: Mapping[Fault, int], rng: Random) -> Fault:
    return rng.choices(list(weights), list(weights.values()))[0]


USUAL: Final = Weather()
CALM: Final = Weather({Fault.NONE: 1}, {Fault.NONE: 1}, crash=0, stall=0, busy=0, deaf=0)
WEATHERS: Final[Mapping[str, Weather]] = {
    "r16": replace(USUAL, webhooks=False, late_payers=False),
    "r20": replace(USUAL, attacker=True),
    "r47": replace(USUAL, sends=LYING, queries=ASKING_LIARS, attacker=True),
    "r48": replace(USUAL, queries=SILENT, provider_answers=False, webhooks=False, days=30.0),
    "r52": replace(USUAL, clock_steps=True, settling_window_s=TWO_DAYS_S),
}
"""The weather that tries a promise hardest; the usual one tries the others."""
HOLDING: Final = replace(USUAL, holds=0.7)
"""For what becomes of money that is only held."""
EVERYTHING: Final = replace(WEATHERS["r52"], sends=LYING, queries=ASKING_LIARS, attacker=True)
