"""Every statement about messages that came in and events that go out."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from paycore.ledger.durable.tables import (
    IS_DUE,
    IS_NOT_APPLIED,
    IS_PARKED,
    IS_WAITING,
    inbox,
    operation,
    outbox,
)
from paycore.ledger.durable.words import LIMIT, NOTHING, ONE, ZERO, added, is_, number
from paycore.ledger.forgetting import PURGED

_i, _x, _o = inbox.c, outbox.c, operation.c
_known: Final = select(_o.serial).where(_o.account == _i.account)

INBOX_COLUMNS: Final = tuple(_i)[1:11]
"""In the order of the fields of `InboxRow`."""
EVENT_COLUMNS: Final = tuple(_x)[1:9]
"""In the order of the fields of `paycore.Event`."""

_kept: Final[dict[str, Any]] = {name: bindparam(name) for name in _i.keys() if name != "serial"}  # noqa: SIM118
MESSAGE_KEPT: Final = {
    maker.__name__.split(".")[-1]: maker.insert(inbox)
    .values(_kept)
    .on_conflict_do_update(index_elements=[_i.account, _i.digest], set_={"copies": _i.copies + ONE})
    .returning(*INBOX_COLUMNS)
    for maker in (sqlite, postgresql)
}
"""By dialect: the same words, which SQLAlchemy keeps with each."""
_messages: Final = select(*INBOX_COLUMNS)
MESSAGE_MARKED: Final = (
    update(inbox)
    .where(*is_(_i.id), text(IS_WAITING))
    .values(
        state=bindparam("state"),
        reason=bindparam("reason"),
        failures=_i.failures + number("more"),
        next_try_at=number("next_"),
    )
)
MESSAGE_REVIVED: Final = (
    update(inbox)
    .where(*is_(_i.id), text("state NOT IN ('applied', 'duplicate')"))
    .values(state=text("'verified'"), reason=NOTHING, failures=ZERO, next_try_at=number("now_"))
)
MESSAGE_FORGOTTEN: Final = (
    update(inbox).where(*is_(_i.id)).values(notification=bindparam("notification"))
)
MESSAGES_OF_STRANGERS: Final = (
    select(_i.id, _i.notification)
    .where(text(IS_NOT_APPLIED), _i.received_at < number("before_"))
    .where(text(f"substr(reason, 1, {len(PURGED)}) <> '{PURGED}'"))
    .where(
        ~_known.where(_o.reference == _i.reference).exists(),
        ~_known.where(
            _o.provider_reference == _i.provider_reference,
            text("paycore_operation.provider_reference <> ''"),
        ).exists(),
    )
    .limit(LIMIT)
)
STRANGER_FORGOTTEN: Final = MESSAGE_FORGOTTEN.values(reason=text(f"'{PURGED}' || reason"))
MESSAGE: Final = _messages.where(*is_(_i.id))
MESSAGE_SERIAL: Final = select(_i.serial).where(*is_(_i.id))
MESSAGES: Final = _messages.where(_i.serial > number("serial_")).order_by(_i.serial).limit(LIMIT)
MESSAGES_IN: Final = MESSAGES.where(*is_(_i.state))
MESSAGES_DUE: Final = (
    _messages.where(text(IS_DUE), _i.next_try_at <= number("until_"))
    .order_by(_i.next_try_at, _i.serial)
    .limit(LIMIT)
)
MESSAGES_WAITING: Final = (
    _messages.where(text(IS_WAITING))
    .order_by(func.coalesce(_i.next_try_at, _i.received_at), _i.serial)
    .limit(LIMIT)
)
MESSAGES_ABOUT: Final = tuple(
    _messages.where(
        _i.account == bindparam("account_", type_=_i.account.type),
        name == bindparam("name_", type_=name.type),
    ).order_by(_i.serial)
    for name in (_i.reference, _i.provider_reference)
)
"""By our reference, and by theirs: asked for in one breath, SQLite would use no index."""
PARKED: Final = tuple(about.where(text(IS_PARKED)) for about in MESSAGES_ABOUT)

_first: Final = outbox.alias("first")
EVENT_ADDED: Final = added(outbox, "tries")
EVENTS_DUE: Final = (
    select(*EVENT_COLUMNS)
    .where(_x.next_try_at.is_not(None), _x.next_try_at <= number("now_"))
    .where(
        _x.serial
        == select(func.min(_first.c.serial))
        .where(_first.c.owner == _x.owner, _first.c.next_try_at.is_not(None))
        .scalar_subquery()
    )
    .order_by(_x.next_try_at, _x.serial)
    .limit(LIMIT)
    .with_for_update(of=outbox, skip_locked=True)
)
"""The first of each owner that was not told; PostgreSQL passes over those that somebody holds."""
EVENTS_DUE_OF: Final = EVENTS_DUE.where(*is_(_x.owner))
EVENT_HELD: Final = (
    update(outbox).where(*is_(_x.id)).values(tries=_x.tries + ONE, next_try_at=number("next_"))
)
EVENT_LEFT: Final = (
    update(outbox)
    .where(*is_(_x.id, _x.tries), _x.next_try_at.is_not(None))
    .values(next_try_at=number("next_"))
)
"""By who claimed it last. Told, where there is no next time; once told, it stays so."""
EVENTS_OF: Final = select(*EVENT_COLUMNS).where(*is_(_x.owner)).order_by(_x.serial)
