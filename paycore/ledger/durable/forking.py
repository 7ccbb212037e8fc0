"""A fork waits until no transaction of SQLite is open: a child would believe that it is its own.

SQLite keeps its locks for each process in memory, and a fork copies them: the child finds the
file locked by itself, for ever.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

PATIENCE_S: Final = 25.0
"""How long a fork waits for transactions to end; more than any of them takes."""


class _Gate:
    """Open for any number of transactions, or held by one fork."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside: dict[int, int] = {}
        """By thread: how many transactions it has open."""
        self._forking = 0

    @contextmanager
    def passed(self) -> Iterator[None]:
        """Be inside while a transaction is open; wait while somebody forks."""
        me = threading.get_ident()
        with self._changed:
            self._changed.wait_for(lambda: self._forking in (0, me), PATIENCE_S)
            self._inside[me] = self._inside.get(me, 0) + 1
        try:
            yield
        finally:
            with self._changed:
                self._inside[me] -= 1
                if not self._inside[me]:
                    del self._inside[me]
                self._changed.notify_all()

    def hold(self) -> None:
        """Wait until nobody else is inside, and let nobody in."""
        me = threading.get_ident()
        with self._changed:
            self._changed.wait_for(lambda: self._forking in (0, me), PATIENCE_S)
            self._forking = me
            self._changed.wait_for(lambda: not self._inside.keys() - {me}, PATIENCE_S)

    def release(self) -> None:
        """Let everybody in again."""
        with self._changed:
            self._forking = 0
            self._changed.notify_all()

    def renew(self) -> None:
        """Begin anew in a child: whoever was inside is the parent's."""
        self._changed, self._inside, self._forking = threading.Condition(), {}, 0


GATE: Final = _Gate()
"""The one of this process."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=GATE.hold, after_in_parent=GATE.release, after_in_child=GATE.renew)
