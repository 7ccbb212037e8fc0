"""A ledger on an event loop: no task waits for its disk, and nothing begins that is to end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any, Final

from paycore.aio.bridge import end_if_cancelled, step
from paycore.aio.walks import Walks
from paycore.events import Event
from paycore.ledger.protocol import Intent, Ledger, Reserved
from paycore.operation import Operation

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
        return partial(step, self._pool, getattr(self._ledger, name))

    def close(self) -> None:
        """Let the steps under way end, and let go of whatever the ledger holds."""
        self._pool.shutdown()
        self._ledger.close()


class WalkedLedger:
    """Does what the ledger in it does, and begins nothing for a walk that is to end.

    A walk is to end when its task was cancelled, or the gateway was closed; what happened is
    recorded all the same. Each method here raises CancelledError for a task that was cancelled.
    """

    def __init__(self, ledger: Ledger, walks: Walks) -> None:
        self._ledger = ledger
        self._walks = walks

    def __getattr__(self, name: str) -> Any:
        """Return the ledger's method of that name."""
        return getattr(self._ledger, name)

    def reserve(self, intent: Intent, now: datetime) -> Reserved:
        """Store `intent`, unless the walk is to end.

        Raises:
            NotSent: the gateway is closed.
        """
        self._check()
        return self._ledger.reserve(intent, now)

    def supersede(self, operation: str, version: int, now: datetime) -> Operation:
        """Let another page take the place of this one, unless the walk is to end.

        Raises:
            NotSent: the gateway is closed.
        """
        self._check()
        return self._ledger.supersede(operation, version, now)

    def claim_check(
        self, operation: str, now: datetime, not_within_s: float, seen: int | None = None
    ) -> bool:
        """Note that the provider is about to be asked; False once the gateway is closed."""
        end_if_cancelled()
        if self._walks.closed:
            return False
        return self._ledger.claim_check(operation, now, not_within_s, seen)

    def claim_events(
        self, now: datetime, limit: int, lease_s: float, owner: str | None = None
    ) -> tuple[Event, ...]:
        """Return events to tell now; none once the gateway is closed."""
        end_if_cancelled()
        if self._walks.closed:
            return ()
        return self._ledger.claim_events(now, limit, lease_s, owner)

    def _check(self) -> None:
        end_if_cancelled()
        self._walks.check_open()
