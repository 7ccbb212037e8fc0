"""The simulated promises: so many runs over memory and over each database, and each one judged.

Promises that are tried in the same weather are judged by the same runs: they are played once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from paycore.testing.runner import AT_LEAST
from paycore.testing.simulation import Outcome
from paycore.testing.weather import WEATHERS
from tests.promises.proof import Proof
from tests.promises.simulated import MEMORY, PLACES, POSTGRESQL, SQLITE, simulations

BATCHES: Final = {MEMORY: 200, SQLITE: 20, POSTGRESQL: 10}
"""How many runs take some seconds."""
USUAL: Final = {MEMORY: 10_000, SQLITE: 200, POSTGRESQL: 200}
SPECIAL: Final = {MEMORY: 1000, SQLITE: 20, POSTGRESQL: 20}
"""How many `make check` plays in the weather that most promises share, and in each other one."""
FULL_IN_SPECIAL: Final = 1000
"""How many are asked for over a database in a weather of one promise alone."""


@dataclass(frozen=True)
class Broken:
    """A run that broke something: which promises, and its story."""

    promises: frozenset[str]
    story: str


@dataclass(frozen=True)
class Count:
    """What some runs came to."""

    runs: int = 0
    short: int = 0
    """Runs of fewer than 30 steps: they prove little."""
    effects: int = 0
    broken: tuple[Broken, ...] = ()

    def __add__(self, other: Count) -> Count:
        """Return both together."""
        runs, short = self.runs + other.runs, self.short + other.short
        return Count(runs, short, self.effects + other.effects, self.broken + other.broken)

    def story(self, promise: str = "") -> str:
        """Return the story of the first run that broke a promise, or any; empty where none did."""
        about = {promise, "errors"}
        return next((b.story for b in self.broken if not promise or b.promises & about), "")


@dataclass(frozen=True)
class Schedules:
    """Runs in one weather and place; the number of a run is its seed."""

    weather: str = ""
    """The promise whose weather it is; the usual one where it is empty."""
    where: str = MEMORY

    def __call__(self, first: int, count: int) -> None:
        """Play some; raise an `AssertionError` with the story of the first that broke anything."""
        for each in self.counts(first, count):
            if each.broken or each.short:
                raise AssertionError(each.story() or "a run of fewer than 30 steps")

    def counts(self, first: int, count: int) -> Iterator[Count]:
        """Yield what each of some runs came to."""
        with simulations(self.where) as simulation:
            for seed in range(first, first + count):
                yield _counted(simulation(seed, self.weather).run(), self.where)


def simulated(promise: str, *, full: int = 10_000) -> tuple[Proof, ...]:
    """Return the proofs of a promise: the `full` figure over memory, less over each database."""
    weather = promise if promise in WEATHERS else ""
    durable = FULL_IN_SPECIAL if weather else 10_000
    return tuple(
        Proof(
            promise,
            "schedules",
            commit=(SPECIAL if weather else USUAL)[where],
            full=full if where == MEMORY else durable,
            run=Schedules(weather, where),
            batch=BATCHES[where],
            where=where,
        )
        for where in PLACES
    )


def _counted(outcome: Outcome, where: str) -> Count:
    broken = frozenset(violation.promise for violation in outcome.violations)
    stories = (Broken(broken, f"over {where}:\n{outcome}"),) if broken else ()
    short = outcome.steps < AT_LEAST
    return Count(1, int(short), len(outcome.ending.effects), stories)
