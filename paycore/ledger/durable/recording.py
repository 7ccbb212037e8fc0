"""What changes an operation, inside a transaction: evidence, state, sums and events together."""

from __future__ import annotations

from datetime import datetime

from paycore.events import events_of
from paycore.ledger.by_hand import settled, superseded, verdict
from paycore.ledger.durable import mail_statements
from paycore.ledger.durable import statements as sql
from paycore.ledger.durable.mail_rows import event_values
from paycore.ledger.durable.operations import change, found, locked_payment
from paycore.ledger.durable.rows import (
    evidence_of,
    evidence_values,
    maybe_micros,
    micros,
)
from paycore.ledger.durable.session import Session
from paycore.ledger.hurrying import hurried
from paycore.ledger.protocol import Evidence, Source
from paycore.ledger.rules import changed, concluded, overtaken
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.plan import next_check
from paycore.report import Report
from paycore.states import Kind, State
from paycore.work import WorkKind


def record(session: Session, seen: Evidence, report: Report, fence: int | None) -> Operation:
    """Commit what `operation.after(report)` says, with the report as evidence; return it."""
    paid, before = _locked(session, seen.operation)
    if session.again and _is_recorded(session, seen):
        return before
    session.change(sql.EVIDENCE_ADDED, **evidence_values(seen))
    if fence is not None and fence != before.fence:
        after = overtaken(before, report)
    else:
        after = concluded(before, report, seen.source, paid)
    return before if after == before else _changed(session, before, after, paid, seen.at)


def supersede(session: Session, operation: str, version: int, now: datetime) -> Operation:
    """Let another page take the place of this one; return it."""
    paid, before = _locked(session, operation)
    if session.again and before.superseded and before.updated_at == now:
        return before
    return _changed(session, before, superseded(before, version), paid, now)


def settle(
    session: Session, operation: str, state: State, reason: str, version: int, now: datetime
) -> Operation:
    """Commit what a person found out; return the operation."""
    paid, before = _locked(session, operation)
    if session.again and before.version == version + 1 and before.updated_at == now:
        return before
    after = settled(before, state, version, paid, now)
    seen = seen_of(operation, verdict(before, state, reason), Source.OPERATOR, now)
    session.change(sql.EVIDENCE_ADDED, **evidence_values(seen))
    return _changed(session, before, after, paid, now)


def claim_check(
    session: Session, operation: str, now: datetime, gap_us: int, seen: int | None
) -> bool:
    """Note that the provider is about to be asked, and plan the next time."""
    planned = next_check(found(session.row(sql.OPERATION_LOCKED, id_=operation)), now)
    claim = {"now_": micros(now), "gap": gap_us, "next_": maybe_micros(planned)}
    asked = -1 if seen is None else seen
    if session.change(sql.CHECK_CLAIMED, id_=operation, seen=asked, **claim) != 1:
        return False
    if planned is not None:
        session.makes_due(WorkKind.OPERATION, operation, planned)
    return True


def seen_of(operation: str, report: Report, source: Source, now: datetime) -> Evidence:
    """Return a report as evidence."""
    return Evidence(operation, now, source, report.state.value, dict(report.raw))


def _locked(session: Session, operation: str) -> tuple[Payment | None, Operation]:
    """Return a payment and its operation, both held: nobody changes them meanwhile.

    A payment that was purged is no longer: what is told of it now goes with the next purge.
    """
    row = session.row(sql.PAYMENT_OF_LOCKED, id_=operation)
    if row is not None and row[-1]:
        session.change(sql.PAYMENT_REMEMBERED, reference_=row[0])
    paid = locked_payment(session, row)
    return paid, found(session.row(sql.OPERATION_LOCKED, id_=operation))


def _changed(
    session: Session, before: Operation, after: Operation, paid: Payment | None, now: datetime
) -> Operation:
    """Write an operation, the sums that it moves and the events that it tells; return it."""
    after = changed(before, after, now)
    change(session, before, after)
    _move_money(session, before, after)
    if charge := hurried(before, after, paid):
        session.change(sql.HURRIED, id_=charge.id, now_=micros(now))
        session.makes_due(WorkKind.OPERATION, charge.id, now)
    for event in events_of(before, after, paid):
        session.change(mail_statements.EVENT_ADDED, **event_values(event))
        session.makes_due(WorkKind.EVENTS, event.owner)
    if after.next_check_at not in (None, before.next_check_at):
        session.makes_due(WorkKind.OPERATION, after.id, after.next_check_at)
    return after


def _is_recorded(session: Session, seen: Evidence) -> bool:
    """Return whether an earlier try of the same call was committed after all."""
    last = session.row(sql.EVIDENCE_LAST, operation_=seen.operation)
    wanted = evidence_values(seen)
    return last is not None and evidence_values(evidence_of(last)) == wanted


def _move_money(session: Session, before: Operation, after: Operation) -> None:
    """Keep the payment's sums: what was captured, went back, and may still go back."""
    old, new = _sums(before), _sums(after)
    moved = {name: new.get(name, 0) - old.get(name, 0) for name in _SUMS}
    if any(moved.values()):
        session.change(sql.MONEY_MOVED, reference_=after.owner, **moved)


_SUMS = ("captured_", "refunded_", "reserved_", "voided_")


def _sums(operation: Operation) -> dict[str, int]:
    """Return what an operation adds to the sums of its payment."""
    minor = operation.taken.minor if operation.taken else 0
    if operation.kind.gives_back and operation.state.is_open:
        return {"reserved_": minor}
    if operation.state is not State.SUCCEEDED:
        return {}
    took = {Kind.CHARGE: "captured_", Kind.REFUND: "refunded_", Kind.VOID: "voided_"}
    return {took[operation.kind]: minor} if operation.kind in took else {}
