"""Every statement, as SQLAlchemy Core has it; each is compiled once for a database.

Locks are taken in one order: payment, operation, inbox. SQLite takes none: its writers come one
after the other, and `FOR UPDATE` is rendered as nothing.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Insert, Select, bindparam, func, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from paycore.ledger.durable.tables import IS_OPEN, IS_PARKED, evidence, inbox, operation, payment

_p, _o, _e, _i = payment.c, operation.c, evidence.c, inbox.c

PAYMENT_COLUMNS: Final = (_p.reference, _p.amount_minor, _p.currency, _p.created_at, _p.metadata)
OPERATION_COLUMNS: Final = tuple(_o)[1:]
"""In the order of the fields of `paycore.Operation`, its amount as two."""
INBOX_COLUMNS: Final = tuple(_i)[1:10]
"""In the order of the fields of `InboxRow`."""
_CHANGING: Final = (
    "amount_minor currency state updated_at sends fence lease_until sent_at provider_reference "
    "charge next_action instrument decline token review late"
).split()
_NO_TOKEN: Final = text("kind <> 'token'")
_LIMIT: Final = bindparam("limit_", type_=_p.serial.type)


def _operations() -> Select[Any]:
    return select(*OPERATION_COLUMNS)


def _added(table: Any, *absent: str) -> Insert:
    """Return the insertion of one row, its serial left to the database."""
    names = [column.name for column in table.c if column.name not in ("serial", *absent)]
    return insert(table).values({name: bindparam(name) for name in names}).inline()


def _parameter(column: Any) -> Any:
    """Return the parameter that a column is compared with: its name and an underscore."""
    return bindparam(f"{column.name}_", type_=column.type)


def _is(*columns: Any) -> list[Any]:
    return [column == _parameter(column) for column in columns]


PAYMENT: Final = select(*PAYMENT_COLUMNS).where(*_is(_p.reference))
PAYMENT_LOCKED: Final = PAYMENT.with_for_update()
PAYMENT_OF_LOCKED: Final = (
    select(*PAYMENT_COLUMNS)
    .where(_p.reference == select(_o.owner).where(*_is(_o.id), _NO_TOKEN).scalar_subquery())
    .with_for_update()
)
PAYMENT_ADDED: Final = _added(payment, "captured", "refunded", "reserved", "voided")
MONEY_RESERVED: Final = (
    update(payment)
    .where(*_is(_p.reference))
    .where(
        _p.captured - _p.refunded - _p.reserved - _p.voided
        >= bindparam("minor", type_=_p.serial.type)
    )
    .values(reserved=_p.reserved + bindparam("minor", type_=_p.serial.type))
)
MONEY_MOVED: Final = (
    update(payment)
    .where(*_is(_p.reference))
    .values({c: c + _parameter(c) for c in (_p.captured, _p.refunded, _p.reserved, _p.voided)})
)
PAGE: Final = (
    select(_p.serial, *PAYMENT_COLUMNS)
    .where(_p.serial > _parameter(_p.serial))
    .order_by(_p.serial)
    .limit(_LIMIT)
)
PAGE_OPERATIONS: Final = (
    _operations()
    .join(payment, _p.reference == _o.owner)
    .where(_p.serial > _parameter(_p.serial), _p.serial <= bindparam("last_", type_=_p.serial.type))
    .where(_NO_TOKEN)
    .order_by(_o.serial)
)
PLACE: Final = select(_p.serial).where(*_is(_p.reference))

OPERATION: Final = _operations().where(*_is(_o.id))
OPERATION_LOCKED: Final = OPERATION.with_for_update()
OWNED: Final = _operations().where(*_is(_o.owner)).where(_NO_TOKEN).order_by(_o.serial)
OWNED_LOCKED: Final = OWNED.with_for_update()
OF_KIND: Final = _operations().where(*_is(_o.owner, _o.kind)).order_by(_o.serial)
BY_KEY: Final = _operations().where(*_is(_o.kind, _o.op_key))
BY_KEY_LOCKED: Final = BY_KEY.with_for_update()
BY_OURS: Final = _operations().where(*_is(_o.account, _o.reference))
BY_THEIRS: Final = (
    _operations()
    .where(*_is(_o.account, _o.provider_reference), text("provider_reference <> ''"))
    .order_by(_o.serial)
    .limit(1)
)
BY_NONCE: Final = (
    _operations().where(*_is(_o.nonce), text("nonce <> ''")).order_by(_o.serial.desc()).limit(1)
)
OPERATION_ADDED: Final = _added(operation)
OPERATION_CHANGED: Final = (
    update(operation)
    .where(*_is(_o.id))
    .where(_o.fence == bindparam("fence_before", type_=_o.fence.type))
    .values({name: bindparam(name) for name in _CHANGING})
)
CHECK_CLAIMED: Final = (
    update(operation)
    .where(*_is(_o.id))
    .where(
        or_(
            _o.checked_at.is_(None),
            func.abs(_o.checked_at - bindparam("now_", type_=_o.serial.type))
            >= bindparam("gap", type_=_o.serial.type),
        )
    )
    .values(checks=_o.checks + text("1"), checked_at=bindparam("now_", type_=_o.serial.type))
)
DUE: Final = (
    _operations()
    .where(text(IS_OPEN))
    .where(
        or_(
            text("state NOT IN ('reserved', 'submitting')"),
            _o.lease_until.is_(None),
            _o.lease_until <= bindparam("now_", type_=_o.serial.type),
        )
    )
    .order_by(func.coalesce(_o.checked_at, _o.created_at), _o.serial)
    .limit(_LIMIT)
)

EVIDENCE: Final = (
    select(_e.operation, _e.at, _e.source, _e.reported, _e.fields)
    .where(*_is(_e.operation))
    .order_by(_e.serial)
)
EVIDENCE_LAST: Final = EVIDENCE.order_by(None).order_by(_e.serial.desc()).limit(1)
EVIDENCE_ADDED: Final = _added(evidence)

_kept: Final[dict[str, Any]] = {name: bindparam(name) for name in _i.keys() if name != "serial"}  # noqa: SIM118
MESSAGE_KEPT: Final = {
    maker.__name__.split(".")[-1]: maker.insert(inbox)
    .values(_kept)
    .on_conflict_do_update(
        index_elements=[_i.account, _i.digest], set_={"copies": _i.copies + text("1")}
    )
    .returning(*INBOX_COLUMNS)
    for maker in (sqlite, postgresql)
}
"""By dialect: the same words, which SQLAlchemy keeps with each."""
MESSAGE_MARKED: Final = (
    update(inbox)
    .where(*_is(_i.id), text("state IN ('verified', 'parked')"))
    .values(
        state=bindparam("state"),
        reason=bindparam("reason"),
        failures=_i.failures + bindparam("more", type_=_i.failures.type),
    )
)
MESSAGE: Final = select(_i.id).where(*_is(_i.id))
MESSAGES: Final = select(*INBOX_COLUMNS).order_by(_i.received_at, _i.serial)
MESSAGES_IN: Final = MESSAGES.where(*_is(_i.state))
PARKED: Final = (
    select(*INBOX_COLUMNS)
    .where(_i.account == bindparam("account_", type_=_i.account.type), text(IS_PARKED))
    .where(
        or_(
            _i.reference == bindparam("name_", type_=_i.reference.type),
            _i.provider_reference == bindparam("name_", type_=_i.reference.type),
        )
    )
    .order_by(_i.serial)
)


def compiled(statement: Any, dialect: Dialect) -> tuple[str, dict[str, Any]]:
    """Return the text of a statement as the driver takes it, and its constants by name."""
    made = statement.compile(dialect=dialect)
    return str(made), {name: value for name, value in made.params.items() if value is not None}
