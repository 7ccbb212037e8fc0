"""Kept messages, inside a transaction."""

from __future__ import annotations

from paycore.errors import LedgerError
from paycore.ledger.durable import statements as sql
from paycore.ledger.durable.rows import message_of, message_values
from paycore.ledger.durable.session import Session
from paycore.ledger.protocol import InboxRow, InboxState


def keep(session: Session, row: InboxRow) -> InboxRow:
    """Store a message, or count another copy of one that is there; return its row."""
    (stored,) = session.added(sql.MESSAGE_KEPT[session.dialect], **message_values(row))
    return message_of(stored)


def mark(session: Session, row: str, state: InboxState, reason: str, *, failed: bool) -> None:
    """Note what became of a message; one that is finished stays as it is.

    Raises:
        LedgerError: there is no such message.
    """
    noted = {"state": state.value, "reason": reason, "more": int(failed)}
    marked = session.change(sql.MESSAGE_MARKED, id_=row, **noted)
    if not marked and session.row(sql.MESSAGE, id_=row) is None:
        raise LedgerError("the inbox has no such message")


def in_state(session: Session, state: InboxState | None) -> tuple[InboxRow, ...]:
    """Return the messages in that state, or all of them, oldest first."""
    if state is None:
        return tuple(map(message_of, session.rows(sql.MESSAGES)))
    return tuple(map(message_of, session.rows(sql.MESSAGES_IN, state_=state.value)))


def parked(session: Session, account: str, reference: str) -> tuple[InboxRow, ...]:
    """Return the parked messages that speak about this reference, ours or theirs."""
    if not reference:
        return ()
    rows = session.rows(sql.PARKED, account_=account, name_=reference)
    return tuple(map(message_of, rows))
