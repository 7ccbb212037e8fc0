"""The inbox of the memory ledger; each question costs the same at any size."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from datetime import datetime

from paycore.errors import LedgerError
from paycore.evolve import evolve
from paycore.ledger.mail import InboxRow, InboxState, marked, revived
from paycore.report import Notification


class Letters:
    """Kept messages by id, by digest, by when they are due, and by what they speak about."""

    def __init__(self) -> None:
        self._rows: dict[str, InboxRow] = {}
        self._by_digest: dict[tuple[str, str], str] = {}
        self._about: dict[tuple[str, str], dict[str, None]] = {}
        self._waiting: dict[str, None] = {}
        self._planned: dict[str, None] = {}

    def keep(
        self, account: str, digest: str, notification: Notification, now: datetime
    ) -> InboxRow:
        """Store a message, or count another copy of one that is there."""
        known = self._by_digest.get((account, digest))
        if known is None:
            row = InboxRow(uuid.uuid4().hex, account, digest, notification, now, next_try_at=now)
            self._by_digest[account, digest] = row.id
        else:
            row = evolve(self._rows[known], copies=self._rows[known].copies + 1)
        self._put(row)
        return row

    def mark(
        self, row: str, state: InboxState, reason: str, now: datetime, *, failed: bool
    ) -> None:
        """Note what became of a message; one that is finished stays as it is."""
        before = self._found(row)
        if not before.state.is_finished:
            self._put(marked(before, state, reason, now, failed=failed))

    def revive(self, row: str, now: datetime) -> InboxRow:
        """Take a message up anew that was not applied."""
        self._put(revived(self._found(row), now))
        return self._rows[row]

    def get(self, row: str) -> InboxRow | None:
        """Return the message with this id."""
        return self._rows.get(row)

    def listed(self, state: InboxState | None, limit: int | None, after: str) -> list[InboxRow]:
        """Return the messages in that state behind another one, or all of them, as they came."""
        rows = list(self._rows.values())
        start = next((at for at, row in enumerate(rows, 1) if row.id == after), 0)
        return [row for row in rows[start:] if state is None or row.state is state][:limit]

    def due(self, now: datetime, limit: int | None, *, ahead: bool) -> list[InboxRow]:
        """Return the messages to try now, or all that wait, those that are due longest first."""
        rows = [self._rows[each] for each in (self._waiting if ahead else self._planned)]
        due = [(row.next_try_at or row.received_at, row) for row in rows]
        free = [each for each in due if ahead or each[0] <= now]
        return [row for _, row in sorted(free, key=lambda each: each[0])][:limit]

    def about(self, account: str, names: Collection[str]) -> list[InboxRow]:
        """Return the messages that speak about these references, ours or theirs, as they came."""
        found: dict[str, None] = {}
        for name in names:
            found |= self._about.get((account, name), {})
        return [row for row in self._rows.values() if row.id in found] if found else []

    def parked(self, account: str, reference: str) -> tuple[InboxRow, ...]:
        """Return the parked messages that speak about this reference, ours or theirs."""
        rows = (self._rows[each] for each in self._about.get((account, reference), ()))
        return tuple(row for row in rows if row.state is InboxState.PARKED)

    def forget(
        self,
        account: str,
        names: Collection[str],
        forgotten: Callable[[Notification], Notification],
    ) -> None:
        """Keep of the messages under these references what `forgotten` leaves of them."""
        for row in self.about(account, names):
            self._put(evolve(row, notification=forgotten(row.notification)))

    def replace(self, row: InboxRow) -> None:
        """Store a message as it stands now."""
        self._put(row)

    def _found(self, row: str) -> InboxRow:
        found = self._rows.get(row)
        if found is None:
            raise LedgerError("the inbox has no such message")
        return found

    def _put(self, row: InboxRow) -> None:
        self._rows[row.id] = row
        for rows, wanted in (
            (self._waiting, not row.state.is_finished),
            (self._planned, row.next_try_at is not None),
        ):
            rows.pop(row.id, None)
            if wanted:
                rows[row.id] = None
        told = row.notification.said
        for name in filter(None, (told.reference, told.provider_reference)):
            self._about.setdefault((row.account, name), {})[row.id] = None
