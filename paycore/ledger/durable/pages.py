"""Payments, page by page: by their serial, so that the last page costs what the first does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from paycore.ledger.durable import statements as sql
from paycore.ledger.durable.rows import Row, operation_of, payment_of
from paycore.ledger.durable.session import Session
from paycore.ledger.protocol import Page
from paycore.operation import Operation
from paycore.payment import Payment, PaymentStatus
from paycore.states import State

_LEAST: Final = 100
"""How many payments are read at once when few of them may be wanted."""
_OPEN: Final = frozenset(
    {
        PaymentStatus.UNKNOWN,
        PaymentStatus.PROCESSING,
        PaymentStatus.AWAITING_PAYER,
        PaymentStatus.AUTHORIZED,
    }
)
Read = Callable[[Callable[[Session], "_Batch"]], "_Batch"]


class _Batch(NamedTuple):
    """Some payments, and the serial of the last."""

    at: int
    payments: list[Payment]


def page(
    read: Read, status: PaymentStatus | None, account: str | None, limit: int, after: str
) -> Page:
    """Return up to `limit` payments after the place `after`, oldest first.

    `read` runs one batch in a transaction of its own: where few are wanted no writer waits for
    all of them.
    """
    at = read(lambda session: _Batch(_place(session, after), [])).at
    found: list[Payment] = []
    size = limit + 1 if status is None and account is None else max(limit + 1, _LEAST)
    while True:
        at, payments = read(lambda session, at=at: _batch(session, status, at, size))  # type: ignore[misc]
        for payment in payments:
            if (status and payment.status is not status) or (
                account and payment.account != account
            ):
                continue
            if len(found) == limit:
                return Page(tuple(found), found[-1].reference if found else after)
            found.append(payment)
        if len(payments) < size:
            return Page(tuple(found), "")


def _place(session: Session, after: str) -> int:
    place = session.row(sql.PLACE, reference_=after) if after else None
    return place[0] if place else 0


def _batch(session: Session, status: PaymentStatus | None, at: int, size: int) -> _Batch:
    """Return so many payments after a serial that may have that status.

    What is open is found at once, what failed or was voided among all that is unpaid.
    """
    if status is None or status is PaymentStatus.PAID:
        return _neighbours(session, at, size)
    statement = sql.PAGE_OPEN if status in _OPEN else sql.PAGE_UNPAID
    rows = session.rows(statement, serial_=at, limit_=size)
    return _Batch(rows[-1][0] if rows else at, [_payment(session, row[1:]) for row in rows])


def _payment(session: Session, row: Row) -> Payment:
    owned = session.rows(sql.OWNED, owner_=row[0])
    return payment_of(row, [operation_of(each) for each in owned])


def _neighbours(session: Session, at: int, size: int) -> _Batch:
    """Return so many payments after a serial, their operations read in one go."""
    rows = session.rows(sql.PAGE, serial_=at, limit_=size)
    if not rows:
        return _Batch(at, [])
    last = rows[-1][0]
    owned: dict[str, list[Operation]] = {}
    for row in session.rows(sql.PAGE_OPERATIONS, serial_=at, last_=last):
        operation = operation_of(row)
        owned.setdefault(operation.owner, []).append(operation)
    return _Batch(last, [payment_of(row[1:], owned.get(row[1], ())) for row in rows])


def listed(
    session: Session, state: State | None, limit: int, after: str, *, review: bool
) -> tuple[Operation, ...]:
    """Return up to `limit` operations behind the one with the id `after`, oldest first."""
    place = session.row(sql.SERIAL, id_=after) if after else None
    asked: dict[str, Any] = {"serial_": place[0] if place else 0, "limit_": limit}
    if state is not None:
        asked["state_"] = state.value
    statement = sql.LISTED[_which(state), review]
    return tuple(map(operation_of, session.rows(statement, **asked)))


def _which(state: State | None) -> str:
    if state is None:
        return "any"
    return "succeeded" if state is State.SUCCEEDED else "unusual"
