"""Messages and events to rows and back; a row is a tuple in the order of its columns."""

from __future__ import annotations

from typing import Any

from paycore.events import Event, EventType
from paycore.ledger.durable import texts
from paycore.ledger.durable.rows import Row, maybe_micros, maybe_time, micros, time_of
from paycore.ledger.mail import InboxRow, InboxState


def message_values(row: InboxRow) -> dict[str, Any]:
    """Return every column of a kept message by name."""
    report = row.notification.said
    return {
        "id": row.id,
        "account": row.account,
        "digest": row.digest,
        "notification": texts.notification_text(row.notification),
        "received_at": micros(row.received_at),
        "state": row.state.value,
        "reason": row.reason,
        "copies": row.copies,
        "failures": row.failures,
        "next_try_at": maybe_micros(row.next_try_at),
        "reference": report.reference or "",
        "provider_reference": report.provider_reference,
    }


def message_of(row: Row) -> InboxRow:
    """Return the kept message that a row holds."""
    return InboxRow(
        row[0],
        row[1],
        row[2],
        texts.notification_of(row[3]),
        time_of(row[4]),
        InboxState(row[5]),
        row[6],
        row[7],
        row[8],
        maybe_time(row[9]),
    )


def event_values(event: Event) -> dict[str, Any]:
    """Return every column of a new event by name; it may be told at once."""
    at = micros(event.at)
    return {
        "id": event.id,
        "type": event.type.value,
        "at": at,
        "owner": event.owner,
        "operation": event.operation,
        "account": event.account,
        "facts": texts.text_of(dict(event.facts)),
        "next_try_at": at,
    }


def event_of(row: Row) -> Event:
    """Return the event that a row holds."""
    told = texts.value_of(row[6])
    return Event(row[0], EventType(row[1]), time_of(row[2]), row[3], row[4], row[5], told, row[7])
