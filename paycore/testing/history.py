"""What happened in a simulated run, in order: the only thing that judges it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Mark = Literal["invoke", "ok", "fail", "info"]
"""Begun; ended with a result; surely without one; anything else that is worth knowing."""


class Stamp(NamedTuple):
    """When something happened, and through whom."""

    step: int
    at_s: float
    actor: str


@dataclass(frozen=True)
class Event:
    """One thing that happened."""

    stamp: Stamp
    mark: Mark
    what: str
    facts: Mapping[str, Any]

    def __str__(self) -> str:
        """One line, the same for the same run."""
        told = " ".join(f"{name}={value}" for name, value in self.facts.items())
        step, at_s, actor = self.stamp
        return f"{step:>5} {at_s:>10.1f}s {actor:<14} {self.mark:<6} {self.what} {told}".rstrip()


class History:
    """Events in order; `stamp` says where the run stands."""

    def __init__(self, stamp: Callable[[], Stamp]) -> None:
        self.events: list[Event] = []
        self._stamp = stamp

    def add(self, mark: Mark, what: str, **facts: Any) -> None:
        """Note one thing that happened now."""
        self.events.append(Event(self._stamp(), mark, what, facts))

    def told(self, what: str) -> Iterator[Event]:
        """Yield the events of that name, in order."""
        return (event for event in self.events if event.what == what)

    def __str__(self) -> str:
        """Return the whole story, a line for each event."""
        return "\n".join(map(str, self.events))
