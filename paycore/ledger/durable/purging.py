"""A purge, inside a transaction: whom finished payments were about is forgotten."""

from __future__ import annotations

from datetime import datetime

from paycore.ledger.durable import inbox, mail_statements
from paycore.ledger.durable import statements as sql
from paycore.ledger.durable.operations import payment
from paycore.ledger.durable.rows import micros
from paycore.ledger.durable.session import Session
from paycore.ledger.durable.texts import notification_text
from paycore.ledger.forgetting import forgotten_message


def purge(session: Session, before: datetime, limit: int) -> int:
    """Forget up to `limit` finished payments begun before then; return how many there were."""
    rows = session.rows(sql.PURGEABLE, before_=micros(before), limit_=limit)
    for (reference,) in rows:
        _forget(session, reference)
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
