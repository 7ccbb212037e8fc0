"""One thread that keeps every deadline: it raises an alarm for each call that takes too long.

A read timeout starts anew with every byte, so a server that drips outlives it; this does not.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from heapq import heappop, heappush
from itertools import count
from math import inf
from threading import Condition, Thread
from time import monotonic


class Watch:
    """One deadline that is being kept."""

    __slots__ = ("alarm",)

    def __init__(self, alarm: Callable[[], object]) -> None:
        self.alarm: Callable[[], object] | None = alarm

    def cancel(self) -> None:
        """Keep it no longer; an alarm that is sounding already is not recalled."""
        self.alarm = None


class Watchdog:
    """A heap of deadlines and a daemon thread, which starts with the first of them."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._heap: list[tuple[float, int, Watch]] = []
        self._order = count()
        self._wakes_at = inf
        self._thread: Thread | None = None

    def watch(self, at: float, alarm: Callable[[], object]) -> Watch:
        """Call `alarm` in the watchdog's thread once `time.monotonic()` has reached `at`.

        Raises:
            RuntimeError: no thread can be started any more; nothing is being watched.
        """
        watch = Watch(alarm)
        with self._changed:
            self._start()
            while self._heap and self._heap[0][2].alarm is None:
                heappop(self._heap)
            heappush(self._heap, (at, next(self._order), watch))
            if at < self._wakes_at:
                self._changed.notify()
        return watch

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            thread = Thread(target=self._run, name="paycore-watchdog", daemon=True)
            thread.start()
            self._thread = thread

    def _run(self) -> None:
        while True:
            for watch in self._due():
                alarm = watch.alarm
                if alarm is not None:
                    with suppress(Exception):  # one alarm's trouble is not the others'
                        alarm()

    def _due(self) -> list[Watch]:
        """Wait for the next deadline or change; return what is due, in order."""
        with self._changed:
            if not self._heap or self._heap[0][0] > monotonic():
                self._wakes_at = self._heap[0][0] if self._heap else inf
                self._changed.wait(self._wakes_at - monotonic() if self._heap else None)
            now, due = monotonic(), []
            while self._heap and self._heap[0][0] <= now:
                due.append(heappop(self._heap)[2])
            return due


_shared: list[Watchdog] = []


def watch(at: float, alarm: Callable[[], object]) -> Watch:
    """Have the process's one watchdog call `alarm` at `at`, in `time.monotonic()` seconds.

    Raises:
        RuntimeError: no thread can be started any more; nothing is being watched.
    """
    return (_shared or _first())[0].watch(at, alarm)


def _first() -> list[Watchdog]:
    """Make the watchdog; a forked child, which inherits no thread, makes its own."""
    _shared.append(Watchdog())
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_shared.clear)
    return _shared
