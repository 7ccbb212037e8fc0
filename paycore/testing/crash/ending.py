"""How one run ended: what the ledger holds, and what really moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from paycore.testing.world import Effect, Order, World

OPEN: Final = frozenset({"reserved", "submitting", "pending", "unknown"})
"""Written down here once more: the judge takes no word of the code under test."""
WAITING: Final = frozenset({"verified", "parked"})


@dataclass(frozen=True)
class Row:
    """An operation in the ledger."""

    kind: str
    key: str
    owner: str
    reference: str
    minor: int
    state: str
    review: str
    evidence: int
    """How many pieces of evidence there are."""

    @property
    def is_open(self) -> bool:
        """Whether its outcome is still awaited."""
        return self.state in OPEN


@dataclass(frozen=True)
class Sums:
    """What the ledger says of a payment, in minor units."""

    owner: str
    status: str
    refunded: int
    reserved: int
    refundable: int


@dataclass(frozen=True)
class Kept:
    """A message in the inbox."""

    reference: str
    state: str
    reason: str
    copies: int

    @property
    def waits(self) -> bool:
        """Whether something is still to be made of it."""
        return self.state in WAITING


@dataclass(frozen=True)
class Told:
    """An event in the outbox."""

    id: str
    type: str
    owner: str
    reference: str
    """The wire reference of the operation that it is about."""


@dataclass(frozen=True)
class Ending:
    """Everything that the judge may look at."""

    account: str
    effects: Sequence[Effect] = ()
    orders: Mapping[tuple[str, str], Order] = field(default_factory=dict)
    rows: Sequence[Row] = ()
    sums: Sequence[Sums] = ()
    kept: Sequence[Kept] = ()
    events: Sequence[Told] = ()
    heard: Sequence[str] = ()
    """The ids of the events that callbacks heard, in order, by all children together."""

    @classmethod
    def of(
        cls, account: str, found: Mapping[str, Any], world: World, heard: Sequence[str] = ()
    ) -> Self:
        """Return what a child told, beside what the bank did and what callbacks heard."""
        return cls(
            account,
            tuple(world.effects),
            dict(world.orders),
            rows=[Row(**row) for row in found["rows"]],
            sums=[Sums(**each) for each in found["sums"]],
            kept=[Kept(**each) for each in found["kept"]],
            events=[Told(**each) for each in found["events"]],
            heard=tuple(heard),
        )

    def moved(self, row: Row) -> int:
        """Return how often something moved under a row's reference."""
        return sum(effect.reference == row.reference for effect in self.effects)

    def minor(self, row: Row) -> int:
        """Return how much moved under a row's reference, in minor units."""
        return sum(effect.minor for effect in self.effects if effect.reference == row.reference)
