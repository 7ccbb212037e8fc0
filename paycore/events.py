"""What applications are told: a closed list of events, each told by one change of an operation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final

from paycore.operation import Operation
from paycore.payment import Payment
from paycore.plain import plain
from paycore.states import Kind, State


class EventType(str, Enum):
    """Everything that an application may hear of."""

    PAYMENT_PAID = "payment.paid"
    PAYMENT_AUTHORIZED = "payment.authorized"
    PAYMENT_LATE_SUCCESS = "payment.late_success"
    PAYMENT_CAPTURED_TWICE = "payment.captured_twice"
    PAYMENT_FAILED = "payment.failed"
    PAYMENT_EXPIRED = "payment.expired"
    PAYMENT_UNKNOWN = "payment.unknown"
    CAPTURE_FAILED = "capture.failed"
    CAPTURE_UNKNOWN = "capture.unknown"
    REFUND_SUCCEEDED = "refund.succeeded"
    REFUND_FAILED = "refund.failed"
    REFUND_UNKNOWN = "refund.unknown"
    VOID_SUCCEEDED = "void.succeeded"
    VOID_FAILED = "void.failed"
    VOID_UNKNOWN = "void.unknown"
    TOKEN_STORED = "token.stored"
    TOKEN_FAILED = "token.failed"
    TOKEN_UNKNOWN = "token.unknown"
    REVIEW_NEEDED = "review.needed"


@dataclass(frozen=True)
class Event:
    """One thing that happened; told at least once, in order for each payment."""

    id: str
    """The same however often it is told: keep it, and do once what must be done once."""
    type: EventType
    at: datetime
    owner: str
    """The reference of the payment; a tokenization's own."""
    operation: str
    """The id of the operation that changed."""
    account: str
    facts: Mapping[str, object] = field(default_factory=dict)
    """The operation as it was then, as JSON would have it: kind, state, key, reference,
    provider_reference, amount, attempt, decline, review; `captured` where less was taken
    than was asked, `other` where money was taken twice."""
    tries: int = 0
    """How often telling it was begun."""


_FAILED: Final = frozenset({State.DECLINED, State.NOT_EXECUTED})
_OVER: Final = frozenset({State.EXPIRED, State.DECLINED})
_DONE: Final[Mapping[Kind, tuple[EventType | None, EventType, EventType]]] = {
    Kind.CAPTURE: (None, EventType.CAPTURE_FAILED, EventType.CAPTURE_UNKNOWN),
    Kind.RELEASE: (EventType.VOID_SUCCEEDED, EventType.VOID_FAILED, EventType.VOID_UNKNOWN),
    Kind.REFUND: (EventType.REFUND_SUCCEEDED, EventType.REFUND_FAILED, EventType.REFUND_UNKNOWN),
    Kind.VOID: (EventType.VOID_SUCCEEDED, EventType.VOID_FAILED, EventType.VOID_UNKNOWN),
    Kind.TOKEN: (EventType.TOKEN_STORED, EventType.TOKEN_FAILED, EventType.TOKEN_UNKNOWN),
}
_FACTS: Final = (
    *("kind", "state", "key", "reference", "provider_reference", "amount"),
    *("attempt", "decline", "review"),
)


def events_of(before: Operation, after: Operation, payment: Payment | None) -> tuple[Event, ...]:
    """Return what a change tells.

    Args:
        before: The operation as it was.
        after: As it is now, under another version.
        payment: The payment as it was before; None for a tokenization.
    """
    facts = {name: plain(getattr(after, name)) for name in _FACTS}
    if after.captured is not None:
        facts["captured"] = plain(after.captured)
    other = payment.captured if payment is not None else None
    if other is not None and other.id != after.id and after.kind is Kind.CHARGE:
        facts["other"] = other.reference
    return tuple(
        Event(
            id=f"{after.id}-{after.version}-{kind.value}",
            type=kind,
            at=after.updated_at,
            owner=after.owner,
            operation=after.id,
            account=after.account,
            facts=facts,
        )
        for kind in _told(before, after, other, payment)
    )


def _told(
    before: Operation, after: Operation, other: Operation | None, payment: Payment | None
) -> Iterator[EventType]:
    alarmed = False
    if after.state is not before.state and not _was_released(after, payment):
        is_charge = after.kind is Kind.CHARGE
        told = _charged(after, other, payment) if is_charge else _done(after, payment)
        alarmed = told in (EventType.PAYMENT_LATE_SUCCESS, EventType.PAYMENT_CAPTURED_TWICE)
        if told is not None:
            yield told
    if after.review and after.review != before.review and not alarmed:
        yield EventType.REVIEW_NEEDED


def _charged(
    charge: Operation, other: Operation | None, payment: Payment | None
) -> EventType | None:
    """Return what a charge tells of its payment: fulfilment hears one success, and only one.

    What becomes of an attempt beside one that took the money, or of one whose place another took
    that was sent, is no news of the payment; unless it takes money, too.
    """
    if charge.state is State.SUCCEEDED:
        if other is not None:
            return EventType.PAYMENT_CAPTURED_TWICE
        return EventType.PAYMENT_LATE_SUCCESS if charge.late else EventType.PAYMENT_PAID
    if other is not None:
        return None
    if charge.state is State.AUTHORIZED:
        return EventType.PAYMENT_AUTHORIZED
    if charge.superseded and _has_successor(charge, payment):
        return None
    if charge.state in _FAILED:
        return EventType.PAYMENT_FAILED
    ends = {State.EXPIRED: EventType.PAYMENT_EXPIRED, State.UNKNOWN: EventType.PAYMENT_UNKNOWN}
    return ends.get(charge.state)


def _has_successor(charge: Operation, payment: Payment | None) -> bool:
    """Return whether another attempt reached the provider, or may have."""
    others = (o for o in payment.operations if o.kind is Kind.CHARGE) if payment else ()
    return any(o.id != charge.id and o.state is not State.NOT_SENT for o in others)


def _was_released(charge: Operation, payment: Payment | None) -> bool:
    """Return whether the end of a charge is that of its release, which tells of it.

    The charge may know before the release does: what becomes of an open one is told, too.
    """
    if charge.kind is not Kind.CHARGE or charge.state not in _OVER or payment is None:
        return False
    return any(end.kind is Kind.RELEASE for end in payment.ends_of_hold(charge.id))


def _done(operation: Operation, payment: Payment | None) -> EventType | None:
    succeeded, failed, unknown = _DONE[operation.kind]
    if operation.state is State.SUCCEEDED:
        return succeeded
    if operation.state in _FAILED or operation.state is State.EXPIRED:
        return failed
    if operation.state is State.NOT_SENT and _is_over(operation.charge, payment):
        return failed if operation.kind is Kind.RELEASE else None
    return unknown if operation.state is State.UNKNOWN else None


def _is_over(charge: str, payment: Payment | None) -> bool:
    """Return whether a charge is over, and nobody told of it as its release was open."""
    operations = payment.operations if payment else ()
    return any(o.id == charge and o.state in _OVER for o in operations)
