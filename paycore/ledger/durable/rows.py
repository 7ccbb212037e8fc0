"""Values to rows and back; a row is a tuple in the order of its columns in `statements`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from paycore.ledger.durable import texts
from paycore.ledger.protocol import Evidence, Source
from paycore.money import Money
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.states import Kind, State

Row = Sequence[Any]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Return a time as microseconds since 1970, UTC."""
    return (at - _EPOCH) // _MICROSECOND


def time_of(us: int) -> datetime:
    """Return the time that so many microseconds after 1970 was, in UTC."""
    return _EPOCH + timedelta(microseconds=us)


def maybe_micros(at: datetime | None) -> int | None:
    """Return a time as `micros` does, if there is one."""
    return None if at is None else micros(at)


def maybe_time(us: int | None) -> datetime | None:
    """Return a time as `time_of` does, if there is one."""
    return None if us is None else time_of(us)


def operation_values(operation: Operation) -> dict[str, Any]:
    """Return every column of an operation by name."""
    return {
        "id": operation.id,
        "kind": operation.kind.value,
        "owner": operation.owner,
        "op_key": operation.key,
        "fingerprint": operation.fingerprint,
        "account": operation.account,
        "reference": operation.reference,
        "method": operation.method,
        "amount_minor": operation.amount.minor if operation.amount else None,
        "currency": operation.amount.currency if operation.amount else "",
        "state": operation.state.value,
        "created_at": micros(operation.created_at),
        "updated_at": micros(operation.updated_at),
        "attempt": operation.attempt,
        "sends": operation.sends,
        "fence": operation.fence,
        "lease_until": maybe_micros(operation.lease_until),
        "sent_at": maybe_micros(operation.sent_at),
        "provider_reference": operation.provider_reference,
        "charge": operation.charge,
        "next_action": texts.action_text(operation.next_action),
        "instrument": texts.instrument_text(operation.instrument),
        "decline": texts.decline_text(operation.decline),
        "token": operation.token,
        "nonce": operation.nonce,
        "review": operation.review,
        "late": int(operation.late),
        "checks": operation.checks,
        "checked_at": maybe_micros(operation.checked_at),
        "next_check_at": maybe_micros(operation.next_check_at),
        "version": operation.version,
        "superseded": int(operation.superseded),
        "hold_only": int(operation.hold_only),
        "captured_minor": operation.captured.minor if operation.captured else None,
    }


def operation_of(row: Row) -> Operation:
    """Return the operation that a row holds."""
    return Operation(
        row[0],
        Kind(row[1]),
        row[2],
        row[3],
        row[4],
        row[5],
        row[6],
        row[7],
        None if row[8] is None else Money(row[8], row[9]),
        State(row[10]),
        time_of(row[11]),
        time_of(row[12]),
        attempt=row[13],
        sends=row[14],
        fence=row[15],
        lease_until=maybe_time(row[16]),
        sent_at=maybe_time(row[17]),
        provider_reference=row[18],
        charge=row[19],
        next_action=texts.action_of(row[20]),
        instrument=texts.instrument_of(row[21]),
        decline=texts.decline_of(row[22]),
        token=row[23],
        nonce=row[24],
        review=row[25],
        late=bool(row[26]),
        checks=row[27],
        checked_at=maybe_time(row[28]),
        next_check_at=maybe_time(row[29]),
        version=row[30],
        superseded=bool(row[31]),
        hold_only=bool(row[32]),
        captured=None if row[33] is None else Money(row[33], row[9]),
    )


def payment_values(payment: Payment) -> dict[str, Any]:
    """Return the columns of a new payment by name; its sums begin at nothing."""
    return {
        "reference": payment.reference,
        "amount_minor": payment.amount.minor,
        "currency": payment.amount.currency,
        "created_at": micros(payment.created_at),
        "metadata": texts.text_of(dict(payment.metadata)),
    }


def payment_of(row: Row, operations: Sequence[Operation]) -> Payment:
    """Return the payment that a row and its operations make."""
    metadata = texts.value_of(row[4])
    return Payment(row[0], Money(row[1], row[2]), tuple(operations), time_of(row[3]), metadata)


def evidence_values(seen: Evidence) -> dict[str, Any]:
    """Return every column of a piece of evidence by name."""
    return {
        "operation": seen.operation,
        "at": micros(seen.at),
        "source": seen.source.value,
        "reported": seen.reported,
        "fields": texts.evidence_text(seen.fields),
    }


def evidence_of(row: Row) -> Evidence:
    """Return the piece of evidence that a row holds."""
    return Evidence(row[0], time_of(row[1]), Source(row[2]), row[3], texts.value_of(row[4]))
