"""Named points at which a process dies when its environment says so."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

VARIABLE: Final = "PAYCORE_CRASH_AT"
"""Names the point to die at: `charge.send.before`, or `charge.send.before:2` the second time."""


def die() -> None:
    """End this process as `kill -9` does: nothing is written, closed or said any more."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Points:
    """The points that one process passes, in order; it dies at the one that it is told."""

    at: str = ""
    """Where to die; nowhere if empty."""
    die: Callable[[], None] = die
    step: str = ""
    """What is being done: the first part of every name. While it is empty nothing is a point."""
    passed: list[str] = field(default_factory=list)
    _inside: str = ""
    _times: Counter[str] = field(default_factory=Counter)

    def forget(self) -> None:
        """Forget what was passed until now, and pass nothing until the next step begins."""
        self.step = ""
        self.passed.clear()
        self._times.clear()

    def reach(self, name: str) -> None:
        """Note that this point is reached, and die if it is the one."""
        if not self.step:
            return
        full = f"{self.step}.{name}"
        self._times[full] += 1
        times = self._times[full]
        point = full if times == 1 else f"{full}:{times}"
        self.passed.append(point)
        if point == self.at:
            self.die()

    def reach_inside(self, name: str) -> None:
        """Note a point within whatever is under way; none where nothing is."""
        if self._inside:
            self.reach(f"{self._inside}.{name}")

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """Let what happens meanwhile be points within `name`, between its before and its after."""
        self.reach(f"{name}.before")
        around, self._inside = self._inside, name
        try:
            yield
        finally:
            self._inside = around
        self.reach(f"{name}.after")
