"""What happens to operations inside a transaction; the rules are those of every ledger."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from paycore.errors import LedgerError
from paycore.ledger.admission import admitted, dispatched, sharing
from paycore.ledger.durable import statements as sql
from paycore.ledger.durable.rows import (
    Row,
    operation_of,
    operation_values,
    payment_of,
    payment_values,
)
from paycore.ledger.durable.session import Session
from paycore.ledger.protocol import Intent, Reserved
from paycore.naming import wire_references
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.states import Kind, State
from paycore.work import WorkKind


def maybe(row: Row | None) -> Operation | None:
    """Return the operation that a row holds, if there is a row."""
    return None if row is None else operation_of(row)


def found(row: Row | None) -> Operation:
    """Return the operation that a row holds.

    Raises:
        LedgerError: there is no row.
    """
    if row is None:
        raise LedgerError("the ledger has no such operation")
    return operation_of(row)


def of_kind(session: Session, owner: str, kind: Kind) -> tuple[Operation, ...]:
    """Return the operations of that kind of one owner, oldest first."""
    return tuple(map(operation_of, session.rows(sql.OF_KIND, owner_=owner, kind_=kind.value)))


def payment(session: Session, reference: str) -> Payment | None:
    """Return a payment and its operations, if there is one."""
    return _whole(session, session.row(sql.PAYMENT, reference_=reference), sql.OWNED)


def locked_payment(session: Session, row: Row | None) -> Payment | None:
    """Return the payment that a locked row holds, with its operations, which are locked then."""
    return _whole(session, row, sql.OWNED_LOCKED)


def _whole(session: Session, row: Row | None, owned: Any) -> Payment | None:
    if row is None:
        return None
    return payment_of(row, [operation_of(each) for each in session.rows(owned, owner_=row[0])])


def reserve(session: Session, intent: Intent, now: datetime, own_id: str) -> Reserved:
    """Store `intent` as an operation in SUBMITTING, or find the one that its key names.

    Args:
        session: The transaction.
        intent: What is about to be asked of a provider.
        now: The time.
        own_id: The id of a new operation, the same in every try of one call: who finds it after a
            commit that was lost from sight is still the one to dispatch it.
    """
    named = {"kind_": intent.kind.value, "op_key_": intent.key}
    is_token = intent.kind is Kind.TOKEN
    locked = None if is_token else session.row(sql.PAYMENT_LOCKED, reference_=intent.owner)
    paid = locked_payment(session, locked)
    known = maybe(session.row(sql.BY_KEY_LOCKED, **named))
    if session.again and known is not None and known.sent_at == now and known.id == own_id:
        return Reserved(known, fresh=True)
    siblings = of_kind(session, intent.owner, intent.kind)
    if not admitted(intent, known, paid, siblings, _others(session, intent)):
        assert known is not None  # a refusal raises, so only a replay comes here
        return Reserved(known, fresh=False)
    fresh = known or _new(session, intent, now, own_id, len(siblings) + 1)
    operation = dispatched(fresh, intent, paid, now, again=known is not None)
    if intent.kind is Kind.CHARGE and paid is None and intent.amount is not None:
        begun = Payment(intent.owner, intent.amount, (), now, intent.metadata)
        session.change(sql.PAYMENT_ADDED, **payment_values(begun))
    _reserve_money(session, operation)
    if known is None:
        session.change(sql.OPERATION_ADDED, **operation_values(operation))
    else:
        change(session, known, operation)
    session.makes_due(WorkKind.OPERATION, operation.id, operation.next_check_at)
    if is_token:  # no payment is locked: who came between is seen now, as its row was waited for
        others = (o for o in of_kind(session, intent.owner, Kind.TOKEN) if o.id != operation.id)
        admitted(intent, None, None, tuple(others))
    return Reserved(operation, fresh=True)


def _others(session: Session, intent: Intent) -> list[Operation]:
    """Return the operations that a key names among the kinds that share it."""
    named = (
        maybe(session.row(sql.BY_KEY, kind_=kind.value, op_key_=intent.key))
        for kind in sharing(intent)
    )
    return [other for other in named if other is not None]


def _new(session: Session, intent: Intent, now: datetime, own_id: str, number: int) -> Operation:
    names = wire_references(intent.kind, intent.owner, number, intent.naming)
    return Operation(
        id=own_id,
        kind=intent.kind,
        owner=intent.owner,
        key=intent.key,
        fingerprint=intent.fingerprint,
        account=intent.account,
        reference=next(n for n in names if session.row(sql.TAKEN, reference_=n) is None),
        method=intent.method,
        amount=intent.amount,
        state=State.RESERVED,
        created_at=now,
        updated_at=now,
        attempt=number,
        nonce=intent.nonce,
    )


def _reserve_money(session: Session, operation: Operation) -> None:
    if not operation.kind.gives_back or operation.amount is None:
        return
    minor = operation.amount.minor
    if session.change(sql.MONEY_RESERVED, reference_=operation.owner, minor=minor) != 1:
        raise LedgerError(f"{operation.owner}: the sums of this payment leave less to give back")


def change(session: Session, before: Operation, after: Operation) -> None:
    """Write an operation that changed.

    Raises:
        LedgerError: it was handed to another dispatcher meanwhile.
    """
    values = operation_values(after)
    changed = session.change(
        sql.OPERATION_CHANGED, **values, id_=after.id, fence_before=before.fence
    )
    if changed != 1:
        raise LedgerError("the operation has another dispatcher now")


def new_id() -> str:
    """Return an id that nothing else has."""
    return uuid.uuid4().hex
