"""What may be reserved, and when books differ: pure, and the same for every ledger."""

from __future__ import annotations

from collections.abc import Sequence

from paycore.errors import Conflict, InvalidRequest
from paycore.ledger.protocol import Intent
from paycore.money import Money
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.report import Report
from paycore.states import Kind, State


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
    if payment.captured.review and not payment.captured.late:
        raise Conflict(f"{intent.owner}: under review: {payment.captured.review}")
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


def books_differ(payment: Payment, report: Report) -> str:
    """Return in what the provider's books differ from ours about a charge; empty if in nothing.

    What open refunds will do is not known, so anything between their doing and not doing agrees.
    """
    told = report.refundable
    if told is None or report.state is not State.SUCCEEDED:
        return ""
    if told.currency != payment.amount.currency:
        return "the provider keeps this payment in another currency"
    most = payment.refundable + payment.reserved if payment.captured else payment.amount
    least = payment.refundable if payment.captured else payment.amount
    if least <= told <= most:
        return ""
    return "what the provider says is left to refund differs from our books"
