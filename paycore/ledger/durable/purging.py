"""A purge, inside a transaction: whom finished payments were about is forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from paycore.ledger.durable import inbox, mail_statements
from paycore.ledger.durable import statements as sql
from paycore.ledger.durable.operations import payment
from paycore.ledger.durable.rows import micros
from paycore.ledger.durable.session import Session
from paycore.ledger.durable.texts import notification_of, notification_text
from paycore.ledger.forgetting import forgotten_message

SOME: Final = 500
"""How many messages are purged in one transaction: no writer waits for all of them."""


def purge(session: Session, before: datetime, limit: int) -> int:
    """Forget up to `limit` finished payments begun before then; return how many there were."""
    rows = session.rows(sql.PURGEABLE, before_=micros(before), limit_=limit)
    for (reference,) in rows:
        _forget(session, reference)
    return len(rows)


def purge_strangers(session: Session, before: datetime) -> int:
    """Forget some of the messages from before then under references that nobody knows."""
    rows = session.rows(mail_statements.MESSAGES_OF_STRANGERS, before_=micros(before), limit_=SOME)
    for row, told in rows:
        left = notification_text(forgotten_message(notification_of(told)))
        session.change(mail_statements.STRANGER_FORGOTTEN, id_=row, notification=left)
    return len(rows)


def _forget(session: Session, reference: str) -> None:
    known = payment(session, reference)
    for operation in known.operations if known else ():
        names = (operation.reference, operation.provider_reference)
        for row in inbox.about(session, operation.account, names):
            left = notification_text(forgotten_message(row.notification))
            session.change(mail_statements.MESSAGE_FORGOTTEN, id_=row.id, notification=left)
    session.change(sql.OPERATIONS_FORGOTTEN, owner_=reference)
    session.change(sql.EVIDENCE_FORGOTTEN, owner_=reference)
    session.change(sql.PAYMENT_FORGOTTEN, reference_=reference)
