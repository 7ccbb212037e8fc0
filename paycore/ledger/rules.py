"""What may be reserved, and what a report may do: pure, and the same for every ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from paycore.errors import Conflict, InvalidRequest
from paycore.ledger.protocol import Intent, Source
from paycore.money import Money
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.plan import next_check
from paycore.report import Conclusion, Report
from paycore.states import LATE, Kind, State, Step, advance

_LATE: Final = "succeeded after "
_TWICE: Final = "captured twice: "
_FOUND_OUT: Final = frozenset({State.SUCCEEDED, State.PENDING, State.UNKNOWN})
"""Where a success is known, or will be asked for."""
_TO_GIVE_BACK: Final = (_LATE, _TWICE)
"""How reviews begin that stand in nobody's way: giving the money back is what settles them."""


def admitted(
    intent: Intent,
    known: Operation | None,
    payment: Payment | None,
    siblings: Sequence[Operation],
) -> bool:
    """Return whether `intent` may be dispatched; false if `known` already answers it.

    Args:
        intent: What is asked for.
        known: The operation that its key names.
        payment: The payment it belongs to.
        siblings: The operations of the same kind and owner.

    Raises:
        Conflict: the key means something else, or another operation stands in the way.
        InvalidRequest: there is no such payment, or not as much to give back.
    """
    if known is not None:
        if known.fingerprint != intent.fingerprint:
            raise Conflict(f"{intent.owner}: this key was used for something else", field="key")
        if known.state is not State.NOT_SENT:
            return False
    if intent.kind is Kind.CHARGE:
        _admit_charge(intent, payment)
    elif intent.kind is Kind.TOKEN:
        _admit_token(intent, siblings)
    else:
        _admit_return(intent, payment)
    for other in siblings:
        if other.state is State.NOT_SENT and other.review:
            raise Conflict(f"{intent.owner}: under review: {other.review}")
    return True


def _admit_charge(intent: Intent, payment: Payment | None) -> None:
    if payment is None:
        return
    if payment.amount != intent.amount:
        raise Conflict(f"{intent.owner}: this payment has another amount", field="amount")
    if payment.captured:
        raise Conflict(f"{intent.owner}: this payment was paid already")
    if payment.open_charge:
        raise Conflict(
            f"{intent.owner}: an earlier attempt is {payment.open_charge.state.value}; "
            "query it before trying again"
        )


def _admit_token(intent: Intent, siblings: Sequence[Operation]) -> None:
    for other in siblings:
        if other.state.is_open or other.state is State.SUCCEEDED:
            raise Conflict(f"{intent.owner}: this token is {other.state.value} already")


def _admit_return(intent: Intent, payment: Payment | None) -> None:
    """Admit a refund or a void: one remedy for each cent, and never more than was captured."""
    if payment is None or payment.captured is None:
        raise InvalidRequest(f"{intent.owner}: nothing was captured", field="reference")
    review = payment.captured.review
    if review and not review.startswith(_TO_GIVE_BACK):
        raise Conflict(f"{intent.owner}: under review: {review}")
    if payment.captured.account != intent.account:
        raise Conflict(f"{intent.owner}: another account has the money now; ask again")
    if intent.kind is Kind.VOID and payment.refundable != payment.amount:
        raise Conflict(f"{intent.owner}: a refund or a void stands in the way of voiding it whole")
    if not payment.refundable:
        raise Conflict(f"{intent.owner}: nothing is left to give back")
    if intent.amount is not None and intent.amount > payment.refundable:
        raise InvalidRequest(
            f"{intent.owner}: {payment.refundable} can be given back", field="amount"
        )


def reserved_amount(intent: Intent, payment: Payment | None) -> Money | None:
    """Return the amount an admitted intent reserves: all that is left where it names none."""
    if intent.kind.gives_back and intent.amount is None and payment is not None:
        return payment.refundable
    return intent.amount


def dispatched(
    operation: Operation, intent: Intent, payment: Payment | None, now: datetime, *, again: bool
) -> Operation:
    """Return an admitted operation as it stands while it is handed to the provider.

    `again` says that it was handed over before: then its fence grows, and who held it can write
    no more.
    """
    lease_until = now + timedelta(seconds=intent.lease_s)
    return replace(
        operation,
        state=State.SUBMITTING,
        amount=reserved_amount(intent, payment),
        charge=_charge_of(intent, payment),
        sends=operation.sends + again,
        fence=operation.fence + again,
        version=operation.version + again,
        lease_until=lease_until,
        next_check_at=lease_until,
        sent_at=now,
        updated_at=now,
    )


def _charge_of(intent: Intent, payment: Payment | None) -> str:
    """Return the id of the charge that an admitted refund or void gives back of."""
    captured = payment.captured if payment and intent.kind.gives_back else None
    return captured.id if captured else ""


def concluded(
    before: Operation, report: Report, source: Source, payment: Payment | None
) -> Operation:
    """Return the operation as it stands after `report`: `after`, within what the ledger allows.

    Books that differ, a late success that only a message tells, and one that would give back
    more than is left, move nothing and raise the review flag; two attempts that both took the
    money are named for review. What the core concludes by itself gives way to anything that was
    told meanwhile. An operation whose dispatcher is given up gets another fence: who was at work
    on it can write no more.
    """
    if source is Source.CORE:
        return _by_ourselves(before, report)
    if payment is not None and (objection := _objection(before, report, source, payment)):
        return replace(before.disputed(objection), review=_worst(before.review, objection))
    return _counted(before, before.after(report), payment)


def _counted(before: Operation, charge: Operation, payment: Payment | None) -> Operation:
    """Return a charge, with both named for review where another one took the money already."""
    other = payment.captured if payment is not None else None
    took = charge.state is State.SUCCEEDED and before.state is not State.SUCCEEDED
    if charge.kind is not Kind.CHARGE or not took:
        return charge
    if other is None or other.id == charge.id or charge.review.startswith(_TWICE):
        return charge
    twice = f"{_TWICE}{other.reference} and {charge.reference}"
    return replace(charge, review=f"{twice}; {charge.review}" if charge.review else twice)


def changed(before: Operation, after: Operation, now: datetime) -> Operation:
    """Return an operation that changed as the ledger keeps it: dated, counted, and planned."""
    after = replace(
        after,
        updated_at=now,
        version=before.version + 1,
        lease_until=after.lease_until if after.state is State.SUBMITTING else None,
    )
    return replace(after, next_check_at=next_check(after, now))


def overtaken(before: Operation, report: Report) -> Operation:
    """Return the operation after a report of a dispatcher that was given up: it moves nothing.

    A success that no query would find must not be silent.
    """
    if report.state is not State.SUCCEEDED or before.state in _FOUND_OUT:
        return before
    return replace(before, review=before.review or "succeeded, says a dispatcher that was given up")


def _by_ourselves(before: Operation, report: Report) -> Operation:
    if isinstance(report, Conclusion) and report.review:
        return replace(before, review=before.review or report.review)
    if advance(before.state, report.state) is not Step.MOVES:
        return before
    overtaken = before.state is State.SUBMITTING
    return replace(before.after(report), fence=before.fence + overtaken)


def _objection(before: Operation, report: Report, source: Source, payment: Payment) -> str:
    if before.kind is Kind.CHARGE and source is Source.QUERY:
        return "" if before.mismatch(report) else books_differ(payment, before, report)
    if report.state is not State.SUCCEEDED or before.state not in LATE:
        return ""
    if source is Source.NOTIFICATION:
        return f"a message says that it {_LATE}{before.state.value}; only a query could"
    if before.kind.gives_back and before.amount is not None:
        captured = payment.captured
        left = payment.refundable if captured and captured.id == before.charge else None
        if left is None or before.amount > left:
            return f"told to have {_LATE}{before.state.value}, and more than was left"
    return ""


def _worst(review: str, objection: str) -> str:
    """Return the review to keep: the first, but a late success stands behind whatever is worse."""
    return objection if not review or review.startswith(_TO_GIVE_BACK) else review


def books_differ(payment: Payment, charge: Operation, report: Report) -> str:
    """Return in what the provider's books differ from ours about a charge; empty if in nothing.

    What open refunds will do is not known, so anything between their doing and not doing agrees;
    what moved while the provider was being asked cannot be compared. Of two captured charges only
    the one that gives the money back has books.
    """
    told = report.refundable
    if told is None or report.state is not State.SUCCEEDED or _in_motion(payment, charge):
        return ""
    if told.currency != payment.amount.currency:
        return "the provider keeps this payment in another currency"
    least = most = payment.amount
    if charge.state is State.SUCCEEDED:
        if payment.captured is None or payment.captured.id != charge.id:
            return ""
        least, most = payment.refundable, payment.refundable + payment.reserved
    if least <= told <= most:
        return ""
    return "what the provider says is left to refund differs from our books"


def _in_motion(payment: Payment, charge: Operation) -> bool:
    """Return whether money was given back since the provider was last asked about a charge."""
    asked = charge.checked_at
    given = (o for o in payment.operations if o.kind.gives_back)
    return asked is not None and any(operation.updated_at > asked for operation in given)
