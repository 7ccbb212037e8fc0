"""Kept messages, inside a transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final

from paycore.errors import LedgerError
from paycore.ledger.durable import mail_statements as sql
from paycore.ledger.durable import statements
from paycore.ledger.durable.mail_rows import message_of, message_values
from paycore.ledger.durable.rows import maybe_micros, micros
from paycore.ledger.durable.session import Session
from paycore.ledger.mail import InboxRow, InboxState, marked
from paycore.work import WorkKind

ALL: Final = 2**62
"""More than there will ever be."""


def keep(session: Session, row: InboxRow) -> InboxRow:
    """Store a message, or count another copy of one that is there; return its row.

    A payment that was purged is no longer: what it tells goes with the next purge.
    """
    report = row.notification.said
    names = {"reference_": report.reference or "", "provider_reference_": report.provider_reference}
    for payment, purged in session.rows(statements.PAYMENTS_TOLD_OF, account_=row.account, **names):
        if purged:
            session.change(statements.PAYMENT_REMEMBERED, reference_=payment)
    (stored,) = session.added(sql.MESSAGE_KEPT[session.dialect], **message_values(row))
    kept = message_of(stored)
    if kept.state not in (InboxState.APPLIED, InboxState.DUPLICATE):
        session.makes_due(WorkKind.MESSAGE, kept.id)
    return kept


def mark(
    session: Session, row: str, state: InboxState, reason: str, now: datetime, *, failed: bool
) -> None:
    """Note what became of a message, and plan the next try; one that is finished stays as it is.

    Raises:
        LedgerError: there is no such message.
    """
    after = marked(found(session, row), state, reason, now, failed=failed)
    noted = {"state": state.value, "reason": reason, "more": int(failed)}
    planned = {"next_": maybe_micros(after.next_try_at)}
    changed = session.change(sql.MESSAGE_MARKED, id_=row, **planned, **noted)
    if changed and after.next_try_at is not None:
        session.makes_due(WorkKind.MESSAGE, row, after.next_try_at)


def revive(session: Session, row: str, now: datetime) -> InboxRow:
    """Take a message up anew that was not applied; return its row.

    Raises:
        LedgerError: there is no such message.
    """
    if session.change(sql.MESSAGE_REVIVED, id_=row, now_=micros(now)):
        session.makes_due(WorkKind.MESSAGE, row)
    return found(session, row)


def maybe(session: Session, row: str) -> InboxRow | None:
    """Return the message with this id, if there is one."""
    stored = session.row(sql.MESSAGE, id_=row)
    return None if stored is None else message_of(stored)


def found(session: Session, row: str) -> InboxRow:
    """Return the message with this id.

    Raises:
        LedgerError: there is none.
    """
    message = maybe(session, row)
    if message is None:
        raise LedgerError("the inbox has no such message")
    return message


def listed(
    session: Session, state: InboxState | None, limit: int | None, after: str
) -> tuple[InboxRow, ...]:
    """Return the messages in that state behind another one, or all of them, as they came."""
    place = session.row(sql.MESSAGE_SERIAL, id_=after) if after else None
    asked = {"serial_": place[0] if place else 0, "limit_": ALL if limit is None else limit}
    if state is None:
        return tuple(map(message_of, session.rows(sql.MESSAGES, **asked)))
    return tuple(map(message_of, session.rows(sql.MESSAGES_IN, state_=state.value, **asked)))


def due(session: Session, now: datetime, limit: int | None, *, ahead: bool) -> tuple[InboxRow, ...]:
    """Return the messages to try now, or all that wait, those that are due longest first."""
    most = ALL if limit is None else limit
    if ahead:
        return tuple(map(message_of, session.rows(sql.MESSAGES_WAITING, limit_=most)))
    rows = session.rows(sql.MESSAGES_DUE, until_=micros(now), limit_=most)
    return tuple(map(message_of, rows))


def about(session: Session, account: str, names: Collection[str]) -> tuple[InboxRow, ...]:
    """Return the messages that speak about these references, ours or theirs, as they came."""
    return _named(session, sql.MESSAGES_ABOUT, account, names)


def parked(session: Session, account: str, reference: str) -> tuple[InboxRow, ...]:
    """Return the parked messages that speak about this reference, ours or theirs."""
    return _named(session, sql.PARKED, account, (reference,))


def _named(
    session: Session, statements: Iterable[Any], account: str, names: Collection[str]
) -> tuple[InboxRow, ...]:
    rows = {
        row[0]: message_of(row)
        for name in names
        if name
        for statement in statements
        for row in session.rows(statement, account_=account, name_=name)
    }
    return tuple(sorted(rows.values(), key=lambda row: row.received_at))
