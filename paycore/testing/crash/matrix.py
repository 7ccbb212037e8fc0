"""Every point of every scene, killed in turn; the figure is how often something was wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from zlib import crc32

from paycore.testing.crash.scenes import SCENES
from paycore.testing.crash.stage import Part, Run, Stage
from paycore.testing.worldly import STRONG, WEAK

ACCOUNTS: Final = (WEAK, STRONG)
"""Taken in turns: what a provider can tell, and what is proof, differs between them."""
WITHIN: Final = ".change"
"""How points are called that stand before one of a transaction's statements."""


@dataclass
class Tally:
    """What some kills came to."""

    kills: int = 0
    points: set[str] = field(default_factory=set)
    seconds: float = 0.0
    broken: list[Run] = field(default_factory=list)

    def add(self, run: Run) -> None:
        """Count one run in."""
        self.kills += bool(run.crash_at)
        self.points |= {run.crash_at} if run.crash_at else set()
        if run.problems:
            self.broken.append(run)

    def figure(self) -> dict[str, Any]:
        """Return the result: how many of how many broke something, and where."""
        return {
            "violations": len(self.broken),
            "kills": self.kills,
            "points": len(self.points),
            "broken": [f"{run.part.scene}: {run.crash_at}" for run in self.broken[:20]],
            "seconds": round(self.seconds, 1),
        }


class Matrix:
    """Kills at every point, over ledgers that are empty when a scene begins."""

    def __init__(
        self,
        stage: Stage,
        empty: Callable[[], str],
        scenes: Iterable[str] = SCENES,
        told: Callable[[Run], object] = lambda run: None,
        *,
        thinned: bool = False,
    ) -> None:
        """Prepare the kills.

        Args:
            stage: Where they are played.
            empty: Returns what the stage's opener is given, for a ledger without any row.
            scenes: Which scenes, by name.
            told: Hears of each run.
            thinned: Whether to kill between a transaction's statements in every third round only:
                wherever it breaks off before its commit, the database takes all of it back.
        """
        self._stage = stage
        self._empty = empty
        self._scenes = tuple(scenes)
        self._told = told
        self._thinned = thinned
        self._numbers = count(1)

    def play(self, first: int, times: int) -> Tally:
        """Kill at every point so many times, from number `first` on; return what it came to.

        Even numbers are played on the weak account, odd ones on the strong.
        """
        tally, began = Tally(), time.monotonic()
        for number in range(first, first + times):
            for scene in self._scenes:
                for run in self._runs(scene, number):
                    tally.add(run)
                    tally.seconds = time.monotonic() - began
                    self._told(run)
        return tally

    def _runs(self, scene: str, number: int) -> Iterator[Run]:
        """Play a scene to its end, and then once for each point that it passed."""
        part = Part(scene, ACCOUNTS[number % len(ACCOUNTS)], self._empty())
        whole = self._stage.play(part, self._name())
        yield whole
        for point in whole.passed:
            if self._thinned and not is_due(point, number):
                continue
            yield self._stage.play(part, self._name(), point)

    def _name(self) -> str:
        return f"c{next(self._numbers)}x"


def is_due(point: str, number: int) -> bool:
    """Return whether a thinned round kills here: of three rounds one does, at least."""
    within = point.partition(":")[0].endswith(WITHIN)
    return not within or crc32(point.encode()) % 3 == number % 3
