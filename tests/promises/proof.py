"""A promise with its figures: what `make check` plays of it, and what `make prove-…` goes on to.

Each file here that proves something says so in `PROOFS`; `run` is told from where on and how many,
plays just those, the same every time, and raises what broke.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Proof:
    """One figure of one promise."""

    promise: str
    """As in the list of promises: `r21`."""
    unit: str
    """What is counted: `schedules`, `pairs of messages`."""
    commit: int
    """How many `make check` plays."""
    full: int
    """How many the promise asks for."""
    run: Callable[[int, int], object]
    """Plays so many from the first on; raises an `AssertionError` that tells what broke.

    Proofs with the same `run`, unit and place are judged by the same cases: these are played once.
    """
    batch: int = 1000
    """How many are played before the next line of progress; what is lost when it is stopped."""
    where: str = ""
    """The database or the place, where one promise has a figure for each: `sqlite`."""

    def check(self) -> None:
        """Play what `make check` asks for."""
        self.run(0, self.commit)

    def __str__(self) -> str:
        return f"{self.promise}-{self.where}" if self.where else self.promise


def batches(first: int, upto: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield where each batch begins and how many it has."""
    return ((at, min(size, upto - at)) for at in range(first, upto, size))
