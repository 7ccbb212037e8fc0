"""How a run ended: its history, what really moved, and what stands in the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Final

from paycore.testing.history import Event, History
from paycore.testing.world import Effect, Order
from paycore.testing.worldly import STRONG

OPEN: Final = frozenset({"reserved", "submitting", "pending", "unknown", "authorized"})
FAILED: Final = frozenset({"declined", "not_executed", "expired"})
ENDS_A_HOLD: Final = frozenset({"capture", "release"})
"""Written down here once more: the checker takes no word of the code under test."""


@dataclass(frozen=True)
class Row:
    """An operation as it stands in the ledger at the end."""

    kind: str
    key: str
    owner: str
    account: str
    reference: str
    minor: int
    state: str
    review: str
    evidence: int
    """How many pieces of evidence there are."""
    planned_s: float | None
    """In how many seconds it is asked about next, at the latest; None where never."""
    age_s: float = 0.0
    """How long ago it was sent, in true time."""

    @property
    def at(self) -> tuple[str, str]:
        """Its account and wire reference: what names it, inside and outside."""
        return self.account, self.reference


@dataclass(frozen=True)
class Kept:
    """A message as it stands in the inbox at the end."""

    account: str
    reference: str
    state: str
    reason: str
    copies: int


@dataclass(frozen=True)
class Told:
    """An event as it stands in the outbox at the end."""

    name: str
    type: str
    owner: str
    account: str
    reference: str
    kind: str
    state: str
    other: str = ""
    """The reference that took the money, too."""

    @property
    def at(self) -> tuple[str, str]:
        """The operation that it is about."""
        return self.account, self.reference


@dataclass(frozen=True)
class Ending:
    """Everything that a check may look at."""

    history: History
    effects: Sequence[Effect] = ()
    orders: Mapping[tuple[str, str], Order] = field(default_factory=dict)
    rows: Sequence[Row] = ()
    inbox: Sequence[Kept] = ()
    outbox: Sequence[Told] = ()
    """In order, for each owner."""
    errors: Sequence[str] = ()
    """What actors raised that nobody expected."""

    def transitions(self) -> Iterator[Event]:
        """Yield what was reserved, recorded and superseded, in order."""
        moves = ("reserved", "recorded", "superseded")
        return (event for event in self.history.events if event.what in moves)

    def moved(self, at: tuple[str, str], before_s: float = inf) -> int:
        """Return how many minor units moved under a reference until then."""
        return sum(
            e.minor for e in self.effects if (e.account, e.reference) == at and e.at_s <= before_s
        )

    def proves_absence(self, row: Row) -> bool:
        """Return whether the provider's not knowing it proves something."""
        return row.account == STRONG


def place(event: Event) -> tuple[str, str]:
    """Return the account and wire reference that an event is about."""
    return event.facts["account"], event.facts["reference"]
