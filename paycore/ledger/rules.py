"""What a report may do: pure, and the same for every ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from paycore import reviews
from paycore.evolve import evolve
from paycore.ledger.protocol import Source
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.plan import next_check
from paycore.report import Conclusion, Report
from paycore.states import LATE, Kind, State, Step, advance

_MONEY: Final = frozenset({State.SUCCEEDED, State.AUTHORIZED})
"""What a charge says that took money, or holds it."""
_FOUND_OUT: Final = frozenset({State.SUCCEEDED, State.PENDING, State.UNKNOWN, State.AUTHORIZED})
"""Where a success is known, or will be asked for."""


def concluded(
    before: Operation, report: Report, source: Source, payment: Payment | None
) -> Operation:
    """Return the operation as it stands after `report`: `after`, within what the ledger allows.

    Books that differ, a late success that only a message tells, one that would give back more
    than is left, a hold that was taken otherwise than we asked, and one of a charge that is over,
    move nothing and raise the review flag; two attempts that both took the money or hold it are
    named for review. What the core concludes by itself gives way to anything that was told
    meanwhile. An operation whose dispatcher is given up gets another fence: who was at work on it
    can write no more.
    """
    if source is Source.CORE:
        return _by_ourselves(before, report)
    if payment is not None and (objection := _objection(before, report, source, payment)):
        return before.disputed(objection)
    return _counted(before, before.after(report), payment)


def _counted(before: Operation, charge: Operation, payment: Payment | None) -> Operation:
    """Return a charge, with both named for review where another one took the money already."""
    if charge.kind is not Kind.CHARGE or charge.state is before.state or payment is None:
        return charge
    if charge.state is State.AUTHORIZED:
        begun, other = reviews.HELD_TWICE, payment.captured or payment.authorized
        if other is not None and other.superseded and other.state is charge.state:
            return charge  # the superseded one is to be released; `follow_up` names that
    else:
        begun, other = reviews.TWICE, payment.captured if charge.state is State.SUCCEEDED else None
    if other is None or other.id == charge.id:
        return charge
    both = f"{begun}{other.reference} and {charge.reference}"
    return evolve(charge, review=reviews.added(charge.review, both))


def changed(before: Operation, after: Operation, now: datetime) -> Operation:
    """Return an operation that changed as the ledger keeps it: dated, counted, and planned."""
    after = evolve(
        after,
        updated_at=now,
        version=before.version + 1,
        lease_until=after.lease_until if after.state is State.SUBMITTING else None,
    )
    return evolve(after, next_check_at=next_check(after, now))


def overtaken(before: Operation, report: Report) -> Operation:
    """Return the operation after a report of a dispatcher that was given up: it moves nothing.

    Money that was taken or is held, and that no query would find, must not be silent.
    """
    if report.state not in _MONEY or before.state in _FOUND_OUT:
        return before
    told = f"{report.state.value}, says a dispatcher that was given up"
    return evolve(before, review=reviews.added(before.review, told))


def _by_ourselves(before: Operation, report: Report) -> Operation:
    if isinstance(report, Conclusion) and report.review:
        if report.state is not before.state:
            return before
        return evolve(before, review=reviews.added(before.review, report.review))
    if advance(before.state, report.state) is not Step.MOVES:
        return before
    overtaken = before.state is State.SUBMITTING
    return evolve(before.after(report), fence=before.fence + overtaken)


def _objection(before: Operation, report: Report, source: Source, payment: Payment) -> str:
    if before.hold_only and (taken := _taken_otherwise(before, report, payment)):
        return taken
    if before.kind is Kind.CHARGE and source is Source.QUERY:
        if before.mismatch(report):
            return ""
        return _held_after(before, report, payment) or books_differ(payment, before, report)
    if report.state is not State.SUCCEEDED or before.state not in LATE:
        return ""
    if source is Source.NOTIFICATION:
        return f"a message says that it {reviews.LATE}{before.state.value}, only a query could"
    if before.kind.ends_a_hold and payment.ends_of_hold(before.charge):
        return f"told to have {reviews.LATE}{before.state.value}, and another one has decided"
    wanted = before.amount if before.kind.gives_back else None
    if wanted is not None and wanted > payment.left(before.charge):
        return f"told to have {reviews.LATE}{before.state.value}, and more than was left"
    return ""


def _held_after(charge: Operation, report: Report, payment: Payment) -> str:
    """Return that money is held of a charge that is over, where we did not release it.

    An answer to a question that was asked before the charge was over may be older than its end.
    """
    if charge.state not in LATE or report.state is not State.AUTHORIZED:
        return ""
    asked = charge.checked_at
    if payment.released(charge) or (asked is not None and charge.updated_at > asked):
        return ""
    return f"{reviews.HELD_AFTER}{charge.state.value}"


def _taken_otherwise(charge: Operation, report: Report, payment: Payment) -> str:
    """Return that what a charge held was taken, where no capture of ours asked for just that."""
    if report.state is not State.SUCCEEDED or charge.state is State.SUCCEEDED:
        return ""
    if charge.mismatch(report):
        return ""  # it moves nothing anyway, and says why
    ends = payment.ends_of_hold(charge.id)
    asked = (end.amount for end in ends if end.kind is Kind.CAPTURE)
    return "" if report.amount in asked else "captured, and not by us as it was asked"


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
    least = most = report.amount or payment.amount
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
