"""The inbox of the memory ledger; each question costs the same at any size."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from paycore.ledger.protocol import InboxRow, InboxState
from paycore.report import Notification


class Letters:
    """Kept messages by id, by digest, by state, and by the reference they speak about."""

    def __init__(self) -> None:
        self._rows: dict[str, InboxRow] = {}
        self._by_digest: dict[tuple[str, str], str] = {}
        self._by_state: dict[InboxState, dict[str, None]] = {state: {} for state in InboxState}
        self._parked: dict[tuple[str, str], dict[str, None]] = {}

    def keep(
        self, account: str, digest: str, notification: Notification, now: datetime
    ) -> InboxRow:
        """Store a message, or count another copy of one that is there."""
        known = self._by_digest.get((account, digest))
        if known is None:
            row = InboxRow(uuid.uuid4().hex, account, digest, notification, now)
            self._by_digest[account, digest] = row.id
        else:
            row = replace(self._rows[known], copies=self._rows[known].copies + 1)
        self._put(row)
        return row

    def mark(self, row: str, state: InboxState, reason: str, *, failed: bool) -> None:
        """Note what became of a message; one that is finished stays as it is."""
        before = self._rows[row]
        if not before.state.is_finished:
            failures = before.failures + failed
            self._put(replace(before, state=state, reason=reason, failures=failures))

    def in_state(self, state: InboxState | None) -> tuple[InboxRow, ...]:
        """Return the messages in that state, or all of them, oldest first."""
        rows = self._rows if state is None else self._by_state[state]
        return tuple(sorted((self._rows[each] for each in rows), key=lambda r: r.received_at))

    def parked(self, account: str, reference: str) -> tuple[InboxRow, ...]:
        """Return the parked messages that speak about this reference, ours or theirs."""
        return tuple(self._rows[each] for each in self._parked.get((account, reference), ()))

    def _put(self, row: InboxRow) -> None:
        before = self._rows.get(row.id)
        if before is not None:
            self._by_state[before.state].pop(row.id, None)
        self._rows[row.id] = row
        self._by_state[row.state][row.id] = None
        told = row.notification.report
        for name in filter(None, (told.reference, told.provider_reference)):
            spot = self._parked.setdefault((row.account, name), {})
            if row.state is InboxState.PARKED:
                spot[row.id] = None
            else:
                spot.pop(row.id, None)
            if not spot:
                del self._parked[row.account, name]
