"""What the checks have in common: how a promise is found broken, and when it cannot be tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from paycore.testing.conformance.stage import Stage

Check = Callable[[Stage], None]
"""Raises AssertionError where the promise is broken, and `Untried` where nothing can be said."""
T = TypeVar("T")


class Untried(Exception):
    """The promise could not be tried; the message says what is missing."""


def promise(holds: object, problem: str) -> None:
    """Say that a promise is broken, unless it holds; kept under `python -O` as well.

    Raises:
        AssertionError: it does not; the message is `problem`.
    """
    if not holds:
        raise AssertionError(problem)


def some(things: Sequence[T], missing: str) -> Sequence[T]:
    """Return `things`, of which there must be some for a check to mean anything.

    Raises:
        Untried: there are none; the message is `missing`.
    """
    if not things:
        raise Untried(missing)
    return things
