"""The inbox and the outbox of the durable ledger: every method one transaction."""

# ruff: noqa: D102  # the protocol says it

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from paycore.events import Event
from paycore.ledger.durable import inbox, outbox
from paycore.ledger.durable.operations import new_id
from paycore.ledger.durable.session import Session
from paycore.ledger.durable.transactions import Transactions
from paycore.ledger.mail import InboxRow, InboxState, retry_at
from paycore.report import Notification
from paycore.work import WorkKind


class DurableMail:
    """Keeps the promises of `paycore.ledger.mail` for the processes of many machines."""

    def __init__(self, transactions: Transactions) -> None:
        self._db = transactions

    def keep(
        self, account: str, digest: str, notification: Notification, now: datetime
    ) -> InboxRow:
        row = InboxRow(new_id(), account, digest, notification, now, next_try_at=now)
        return self._db.write(lambda session: inbox.keep(session, row))

    def mark(
        self, row: str, state: InboxState, reason: str, now: datetime, *, failed: bool = False
    ) -> None:
        self._db.write(lambda s: inbox.mark(s, row, state, reason, now, failed=failed))

    def revive(self, row: str, now: datetime) -> InboxRow:
        return self._db.write(lambda session: inbox.revive(session, row, now))

    def message(self, row: str) -> InboxRow | None:
        return self._db.read(lambda session: inbox.maybe(session, row))

    def messages(
        self, *, state: InboxState | None = None, limit: int | None = None, after: str = ""
    ) -> tuple[InboxRow, ...]:
        return self._db.read(lambda session: inbox.listed(session, state, limit, after))

    def due_messages(
        self, now: datetime, limit: int | None, *, ahead: bool = False
    ) -> tuple[InboxRow, ...]:
        return self._db.read(lambda session: inbox.due(session, now, limit, ahead=ahead))

    def messages_about(self, account: str, names: Collection[str]) -> tuple[InboxRow, ...]:
        return self._db.read(lambda session: inbox.about(session, account, names))

    def parked(self, account: str, reference: str) -> tuple[InboxRow, ...]:
        return self._db.read(lambda session: inbox.parked(session, account, reference))

    def claim_events(
        self, now: datetime, limit: int, lease_s: float, owner: str | None = None
    ) -> tuple[Event, ...]:
        return self._db.write(lambda s: outbox.claim(s, now, limit, lease_s, owner))

    def hold_event(self, event: Event, now: datetime, lease_s: float) -> bool:
        until = now + timedelta(seconds=lease_s)
        return self._db.write(lambda session: outbox.leave(session, event, until))

    def event_told(self, event: Event, now: datetime) -> None:
        self._db.write(lambda session: outbox.leave(session, event, None))

    def event_failed(self, event: Event, now: datetime) -> None:
        again_at = retry_at(event, now)

        def work(session: Session) -> None:
            if outbox.leave(session, event, again_at):
                session.makes_due(WorkKind.EVENTS, event.owner, again_at)

        self._db.write(work)

    def events_of(self, owner: str) -> tuple[Event, ...]:
        return self._db.read(lambda session: outbox.of(session, owner))
