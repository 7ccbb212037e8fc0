"""A crew: real processes that wait for work, and all begin it at the same moment.

Each is forked from a server that imported paycore and nothing else: it has nothing of its parent,
and sixty-four of them cost little more than one.
"""

from __future__ import annotations

import atexit
import multiprocessing
import traceback
from collections.abc import Callable
from functools import cache
from multiprocessing.connection import Connection
from typing import Any

PATIENCE_S = 300.0
_contexts = multiprocessing.get_context("forkserver")
_contexts.set_forkserver_preload(
    [
        "pytest",
        "sqlalchemy.dialects.postgresql.psycopg",
        "sqlalchemy.dialects.sqlite.pysqlite",
        "tests.promises.gateways",
        "tests.promises.databases",
    ]
)


class Member:
    """What a member of the crew knows: which one it is, and when the others are ready."""

    def __init__(self, number: int, size: int, barrier: Any, clock: Any) -> None:
        self.number = number
        self.size = size
        self.clock = clock
        """Seconds that every member sees, and any of them may move on: `clock.value`."""
        self._barrier = barrier
        self._kept: Any = None
        self._wanted: Any = None

    def meet(self) -> None:
        """Wait until all are here."""
        self._barrier.wait(PATIENCE_S)

    def kept(self, make: Callable[..., Any], *said: Any) -> Any:
        """Return what `make(*said)` made the first time; it is closed for the next one."""
        if self._wanted != (make, said):
            if self._kept is not None:
                self._kept.close()
            self._kept, self._wanted = make(*said), (make, said)
        return self._kept


class Crew:
    """So many processes, until they are dismissed."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.clock = _contexts.Value("d", 0.0)
        self._barrier = _contexts.Barrier(size)
        self._lines: list[Connection] = []
        self._processes = []
        for number in range(size):
            ours, theirs = _contexts.Pipe()
            told = number, size, self._barrier, self.clock, theirs
            process = _contexts.Process(target=_serve, args=told, daemon=True)
            process.start()
            theirs.close()
            self._lines.append(ours)
            self._processes.append(process)

    def each(self, work: Callable[..., Any], *said: Any) -> list[Any]:
        """Return what `work(member, *said)` gives in each process, all at it at once.

        Raises:
            AssertionError: it failed in one of them; with its traceback.
        """
        self._barrier.reset()
        for line in self._lines:
            line.send((work, said))
        heard = [line.recv() for line in self._lines]
        failed = [told for told, fine in heard if not fine]
        assert not failed, next((f for f in failed if "BrokenBarrierError" not in f), failed[0])
        return [told for told, _ in heard]

    def one(self, number: int, work: Callable[..., Any], *said: Any) -> Any:
        """Return what `work(member, *said)` gives in that process.

        Raises:
            AssertionError: it failed; with its traceback.
        """
        line = self._lines[number]
        line.send((work, said))
        told, fine = line.recv()
        assert fine, told
        return told

    def dismiss(self) -> None:
        """End every process."""
        for line in self._lines:
            line.close()  # which is how they hear of it
        for process in self._processes:
            process.join(30)


def _serve(number: int, size: int, barrier: Any, clock: Any, line: Connection) -> None:
    member = Member(number, size, barrier, clock)
    while True:
        try:
            work, said = line.recv()
        except EOFError:
            return
        try:
            line.send((work(member, *said), True))
        except BaseException:
            barrier.abort()  # nobody waits for one that failed
            line.send((traceback.format_exc(), False))


@cache
def crew(size: int) -> Crew:
    """Return the crew of that size, started when it is first needed."""
    made = Crew(size)
    atexit.register(made.dismiss)
    return made
