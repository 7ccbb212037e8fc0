"""The inbox and the outbox of the memory ledger, under its lock."""

# ruff: noqa: D102  # the protocol says it

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from paycore.events import Event
from paycore.ledger.letters import Letters
from paycore.ledger.mail import InboxRow, InboxState
from paycore.ledger.post import Post
from paycore.report import Notification
from paycore.wire.guard import in_transaction


class MemoryMail:
    """Keeps the promises of `paycore.ledger.mail` for the threads of one process."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._letters = Letters()
        self._post = Post()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            token = in_transaction.set(True)
            try:
                yield
            finally:
                in_transaction.reset(token)

    def keep(
        self, account: str, digest: str, notification: Notification, now: datetime
    ) -> InboxRow:
        with self._transaction():
            return self._letters.keep(account, digest, notification, now)

    def mark(
        self, row: str, state: InboxState, reason: str, now: datetime, *, failed: bool = False
    ) -> None:
        with self._transaction():
            self._letters.mark(row, state, reason, now, failed=failed)

    def revive(self, row: str, now: datetime) -> InboxRow:
        with self._transaction():
            return self._letters.revive(row, now)

    def message(self, row: str) -> InboxRow | None:
        with self._lock:
            return self._letters.get(row)

    def messages(
        self, *, state: InboxState | None = None, limit: int | None = None, after: str = ""
    ) -> tuple[InboxRow, ...]:
        with self._lock:
            return tuple(self._letters.listed(state, limit, after))

    def due_messages(
        self, now: datetime, limit: int | None, *, ahead: bool = False
    ) -> tuple[InboxRow, ...]:
        with self._lock:
            return tuple(self._letters.due(now, limit, ahead=ahead))

    def messages_about(self, account: str, names: Collection[str]) -> tuple[InboxRow, ...]:
        with self._lock:
            return tuple(self._letters.about(account, names))

    def parked(self, account: str, reference: str) -> tuple[InboxRow, ...]:
        with self._lock:
            return self._letters.parked(account, reference)

    def claim_events(
        self, now: datetime, limit: int, lease_s: float, owner: str | None = None
    ) -> tuple[Event, ...]:
        with self._transaction():
            return self._post.claim(now, limit, lease_s, owner)

    def hold_event(self, event: Event, now: datetime, lease_s: float) -> bool:
        with self._transaction():
            return self._post.held(event, now + timedelta(seconds=lease_s))

    def event_told(self, event: Event, now: datetime) -> None:
        with self._transaction():
            self._post.told(event)

    def event_failed(self, event: Event, now: datetime) -> None:
        with self._transaction():
            self._post.failed(event, now)

    def events_of(self, owner: str) -> tuple[Event, ...]:
        with self._lock:
            return self._post.of(owner)
