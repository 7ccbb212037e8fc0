"""Every statement, as SQLAlchemy Core has it; each is compiled once for a database.

Locks are taken in one order: payment, operation, inbox. SQLite takes none: its writers come one
after the other, and `FOR UPDATE` is rendered as nothing.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Select, bindparam, func, or_, select, text, union_all, update

from paycore.ledger.durable.tables import (
    IN_REVIEW,
    IS_OPEN,
    IS_PLANNED,
    IS_UNPAID,
    IS_UNPURGED,
    IS_UNUSUAL,
    evidence,
    operation,
    payment,
)
from paycore.ledger.durable.words import LIMIT, NOTHING, ONE, ZERO, added, is_, number, parameter

_p, _o, _e = payment.c, operation.c, evidence.c

PAYMENT_COLUMNS: Final = (_p.reference, _p.amount_minor, _p.currency, _p.created_at, _p.metadata)
OPERATION_COLUMNS: Final = tuple(_o)[1:]
"""In the order of the fields of `paycore.Operation`, its amount as two."""
_CHANGING: Final = (
    "amount_minor currency state updated_at sends fence lease_until sent_at provider_reference "
    "charge next_action instrument decline token review late next_check_at version superseded "
    "hold_only captured_minor"
).split()
_NO_TOKEN: Final = text("kind <> 'token'")


def _operations() -> Select[Any]:
    return select(*OPERATION_COLUMNS)


PAYMENT: Final = select(*PAYMENT_COLUMNS).where(*is_(_p.reference))
PAYMENT_LOCKED: Final = PAYMENT.with_for_update()
PAYMENT_OF_LOCKED: Final = (
    select(*PAYMENT_COLUMNS, _p.purged)
    .where(_p.reference == select(_o.owner).where(*is_(_o.id), _NO_TOKEN).scalar_subquery())
    .with_for_update()
)
_told_of: Final = union_all(
    select(_o.owner).where(*is_(_o.account, _o.reference), _NO_TOKEN),
    select(_o.owner).where(
        *is_(_o.account, _o.provider_reference), text("provider_reference <> ''"), _NO_TOKEN
    ),
)
PAYMENTS_TOLD_OF: Final = (
    select(_p.reference, _p.purged).where(_p.reference.in_(_told_of)).with_for_update()
)
"""Held, purged or not: a purge that is under way would not see what is kept meanwhile."""
PAYMENT_ADDED: Final = added(payment, "captured", "refunded", "reserved", "voided", "purged")
MONEY_RESERVED: Final = (
    update(payment)
    .where(*is_(_p.reference))
    .where(_p.captured - _p.refunded - _p.reserved - _p.voided >= number("minor"))
    .values(reserved=_p.reserved + number("minor"))
)
MONEY_MOVED: Final = (
    update(payment)
    .where(*is_(_p.reference))
    .values({c: c + parameter(c) for c in (_p.captured, _p.refunded, _p.reserved, _p.voided)})
)
PAGE: Final = (
    select(_p.serial, *PAYMENT_COLUMNS)
    .where(_p.serial > parameter(_p.serial))
    .order_by(_p.serial)
    .limit(LIMIT)
)
PAGE_UNPAID: Final = PAGE.where(text(IS_UNPAID))
_open: Final = select(_o.owner).where(text(IS_OPEN), text(IS_UNUSUAL))
PAGE_OPEN: Final = (
    select(_p.serial, *PAYMENT_COLUMNS)
    .where(_p.serial + ZERO > number("serial_"), _p.reference.in_(_open))
    .order_by(_p.serial + ZERO)
    .limit(LIMIT)
)
"""Few are open: `+ 0` keeps SQLite from going through all payments in their order."""
PAGE_OPERATIONS: Final = (
    _operations()
    .join(payment, _p.reference == _o.owner)
    .where(_p.serial > parameter(_p.serial), _p.serial <= number("last_"))
    .where(_NO_TOKEN)
    .order_by(_o.serial)
)
PLACE: Final = select(_p.serial).where(*is_(_p.reference))

OPERATION: Final = _operations().where(*is_(_o.id))
OPERATION_LOCKED: Final = OPERATION.with_for_update()
OWNED: Final = _operations().where(*is_(_o.owner)).where(_NO_TOKEN).order_by(_o.serial)
OWNED_LOCKED: Final = OWNED.with_for_update()
OF_KIND: Final = _operations().where(*is_(_o.owner, _o.kind)).order_by(_o.serial)
BY_KEY: Final = _operations().where(*is_(_o.kind, _o.op_key))
BY_KEY_LOCKED: Final = BY_KEY.with_for_update()
BY_OURS: Final = _operations().where(*is_(_o.account, _o.reference))
TAKEN: Final = select(_o.serial).where(*is_(_o.reference))
"""Asked of all accounts: two of them may be one merchant, who has one list of our names."""
BY_THEIRS: Final = (
    _operations()
    .where(*is_(_o.account, _o.provider_reference), text("provider_reference <> ''"))
    .order_by(_o.serial)
    .limit(1)
)
BY_NONCE: Final = (
    _operations().where(*is_(_o.nonce), text("nonce <> ''")).order_by(_o.serial.desc()).limit(1)
)
OPERATION_ADDED: Final = added(operation)
OPERATION_CHANGED: Final = (
    update(operation)
    .where(*is_(_o.id))
    .where(_o.fence == bindparam("fence_before", type_=_o.fence.type))
    .values({name: bindparam(name) for name in _CHANGING})
)
CHECK_CLAIMED: Final = (
    update(operation)
    .where(*is_(_o.id))
    .where(
        or_(
            _o.checked_at.is_(None),
            func.abs(_o.checked_at - number("now_")) >= number("gap"),
        ),
        or_(number("seen") < ZERO, _o.checks == number("seen")),
    )
    .values(checks=_o.checks + ONE, checked_at=number("now_"), next_check_at=number("next_"))
)
HURRIED: Final = update(operation).where(*is_(_o.id)).values(next_check_at=number("now_"))
DUE: Final = (
    _operations()
    .where(text(IS_PLANNED), _o.next_check_at <= number("until_"))
    .where(
        or_(
            text("state NOT IN ('reserved', 'submitting')"),
            _o.lease_until.is_(None),
            _o.lease_until <= number("now_"),
        )
    )
    .order_by(_o.next_check_at, _o.serial)
    .limit(LIMIT)
)
SERIAL: Final = select(_o.serial).where(*is_(_o.id))
_listed: Final = _operations().where(_o.serial > number("serial_")).order_by(_o.serial).limit(LIMIT)
_in_state: Final = _listed.where(*is_(_o.state))
LISTED: Final = {
    (which, review): listed.where(text(IN_REVIEW)) if review else listed
    for review in (False, True)
    for which, listed in {
        "any": _listed,
        "succeeded": _in_state,
        "unusual": _in_state.where(text(IS_UNUSUAL)),  # said twice, for the index of these
    }.items()
}
"""By which states are asked for, and whether only what needs review is."""
IN_REVIEW_COUNT: Final = select(func.count()).select_from(operation).where(text(IN_REVIEW))

EVIDENCE: Final = (
    select(_e.operation, _e.at, _e.source, _e.reported, _e.fields)
    .where(*is_(_e.operation))
    .order_by(_e.serial)
)
EVIDENCE_LAST: Final = EVIDENCE.order_by(None).order_by(_e.serial.desc()).limit(1)
EVIDENCE_ADDED: Final = added(evidence)

PURGEABLE: Final = (
    select(_p.reference)
    .where(text(IS_UNPURGED), _p.created_at < number("before_"))
    .where(
        ~select(_o.serial)
        .where(_o.owner == _p.reference, _NO_TOKEN)
        .where(or_(text(IS_OPEN), text(IS_PLANNED), text(IN_REVIEW)))
        .exists()
    )
    .order_by(_p.serial)
    .limit(LIMIT)
    .with_for_update(of=payment)
)
PAYMENT_FORGOTTEN: Final = (
    update(payment).where(*is_(_p.reference)).values(metadata=text("'{}'"), purged=ONE)
)
PAYMENT_REMEMBERED: Final = update(payment).where(*is_(_p.reference)).values(purged=ZERO)
OPERATIONS_FORGOTTEN: Final = (
    update(operation)
    .where(*is_(_o.owner), _NO_TOKEN)
    .values(instrument=NOTHING, next_action=NOTHING, nonce=NOTHING)
)
EVIDENCE_FORGOTTEN: Final = (
    update(evidence)
    .where(_e.operation.in_(select(_o.id).where(*is_(_o.owner), _NO_TOKEN)))
    .values(fields=text("'{}'"))
)
