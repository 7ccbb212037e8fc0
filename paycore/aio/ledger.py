"""A durable ledger on an event loop: every step in a thread, so that no task waits for a disk."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from paycore.aio.bridge import step
from paycore.ledger.protocol import Ledger

THREADS: Final = 8
"""How many steps are taken at once; SQLite writes them one after the other anyway."""


class ThreadedLedger:
    """Does what the ledger in it does, for verbs that walk on an event loop.

    Each method is one transaction, so nothing is held between two of them.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="paycore-ledger")

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return the ledger's method of that name, to be called from a walk."""
        stepped = partial(step, self._pool, getattr(self._ledger, name))
        self.__dict__[name] = stepped
        return stepped

    def close(self) -> None:
        """Let the steps under way end, and let go of whatever the ledger holds."""
        self._pool.shutdown()
        self._ledger.close()
