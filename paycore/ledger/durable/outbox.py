"""Events that are to be told, inside a transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from paycore.events import Event
from paycore.ledger.durable import mail_statements as sql
from paycore.ledger.durable.mail_rows import event_of
from paycore.ledger.durable.rows import maybe_micros, micros
from paycore.ledger.durable.session import Session


def claim(
    session: Session, now: datetime, limit: int, lease_s: float, owner: str | None
) -> tuple[Event, ...]:
    """Return events to tell now, the first of each owner, and hold them back from others."""
    asked = {"now_": micros(now), "limit_": limit}
    if owner is None:
        rows = session.rows(sql.EVENTS_DUE, **asked)
    else:
        rows = session.rows(sql.EVENTS_DUE_OF, owner_=owner, **asked)
    until = micros(now + timedelta(seconds=lease_s))
    for row in rows:
        session.change(sql.EVENT_HELD, id_=row[0], next_=until)
    events = map(event_of, rows)
    return tuple(replace(event, tries=event.tries + 1) for event in events)


def leave(session: Session, event: Event, again_at: datetime | None) -> bool:
    """Let nobody tell an event before `again_at`; never again, where there is no such time.

    False, and nothing is changed, if it was told, or somebody claimed it after `event` was claimed.
    """
    claimed = {"id_": event.id, "tries_": event.tries}
    return session.change(sql.EVENT_LEFT, next_=maybe_micros(again_at), **claimed) > 0


def of(session: Session, owner: str) -> tuple[Event, ...]:
    """Return every event of one owner, as they came."""
    return tuple(map(event_of, session.rows(sql.EVENTS_OF, owner_=owner)))
