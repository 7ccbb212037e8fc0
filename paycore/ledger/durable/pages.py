"""Payments, page by page: by their serial, so that the last page costs what the first does."""

from __future__ import annotations

from typing import Any, Final

from paycore.ledger.durable import statements as sql
from paycore.ledger.durable.rows import operation_of, payment_of
from paycore.ledger.durable.session import Session
from paycore.ledger.protocol import Page
from paycore.operation import Operation
from paycore.payment import Payment, PaymentStatus
from paycore.states import State

_LEAST: Final = 100
"""How many payments are read at once when few of them may be wanted."""


def page(
    session: Session, status: PaymentStatus | None, account: str | None, limit: int, after: str
) -> Page:
    """Return up to `limit` payments after the place `after`, oldest first."""
    place = session.row(sql.PLACE, reference_=after) if after else None
    at = place[0] if place else 0
    found: list[Payment] = []
    batch = limit + 1 if status is None and account is None else max(limit + 1, _LEAST)
    while True:
        at, payments = _batch(session, at, batch)
        for payment in payments:
            if (status and payment.status is not status) or (
                account and payment.account != account
            ):
                continue
            if len(found) == limit:
                return Page(tuple(found), found[-1].reference if found else after)
            found.append(payment)
        if len(payments) < batch:
            return Page(tuple(found), "")


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
    return "open" if state.is_open else "closed"


def _batch(session: Session, at: int, size: int) -> tuple[int, list[Payment]]:
    """Return so many payments after a serial, and the serial of the last of them."""
    rows = session.rows(sql.PAGE, serial_=at, limit_=size)
    if not rows:
        return at, []
    last = rows[-1][0]
    owned: dict[str, list[Operation]] = {}
    for row in session.rows(sql.PAGE_OPERATIONS, serial_=at, last_=last):
        operation = operation_of(row)
        owned.setdefault(operation.owner, []).append(operation)
    return last, [payment_of(row[1:], owned.get(row[1], ())) for row in rows]
