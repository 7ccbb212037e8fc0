"""Cases by their number: each is drawn from its number alone, so that a run can be resumed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TypeVar

from paycore.testing.quiet import quiet

Stage = TypeVar("Stage")
Run = Callable[[int, int], None]


def each(promise: str, case: Callable[[Random], object]) -> Run:
    """Return what plays `case` once for each number."""
    return each_on(promise, lambda: None, lambda _, rng: case(rng))


def each_on(
    promise: str, build: Callable[[], Stage], case: Callable[[Stage, Random], object]
) -> Run:
    """Return what plays `case` once for each number, all of a run on one stage that `build` makes.

    What goes wrong first is told with the number of its case.
    """

    def run(first: int, count: int) -> None:
        rng = Random()
        with quiet():
            stage = build()
            for number in range(first, first + count):
                rng.seed(f"{promise} {number}")
                try:
                    case(stage, rng)
                except Exception as broken:
                    raise AssertionError(f"{promise}, case {number}: {broken!r}") from broken

    return run
