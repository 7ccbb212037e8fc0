"""What may be dispatched, and as what it is stored: pure, and the same for every ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from paycore.errors import Conflict, InvalidRequest
from paycore.evolve import evolve
from paycore.ledger.protocol import Intent
from paycore.money import Money
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.reviews import lets_begin, lets_give_back, lets_release
from paycore.states import LATE, Kind, State

_OVER: Final = LATE | {State.NOT_SENT}
"""What let another operation begin; one that is under review may have moved money all the same."""
_UNDO: Final = (Kind.RELEASE, Kind.VOID, Kind.REFUND)
_MAY_TAKE: Final = frozenset({State.RESERVED, State.SUBMITTING, State.UNKNOWN})


def admitted(
    intent: Intent,
    known: Operation | None,
    payment: Payment | None,
    siblings: Sequence[Operation],
    others: Sequence[Operation] = (),
) -> bool:
    """Return whether `intent` may be dispatched; false if `known` already answers it.

    Args:
        intent: What is asked for.
        known: The operation that its key names.
        payment: The payment it belongs to.
        siblings: The operations of the same kind and owner.
        others: The operations that its key names among `sharing` kinds.

    Raises:
        Conflict: the key means something else, or another operation stands in the way.
        InvalidRequest: there is no such payment, or not as much to capture or to give back.
    """
    if any(_shares_no_key(intent, other, is_new=known is None) for other in others):
        raise Conflict(f"{intent.owner}: this key was used for something else", field="key")
    if known is not None:
        if known.fingerprint != intent.fingerprint:
            raise Conflict(f"{intent.owner}: this key was used for something else", field="key")
        if known.state is not State.NOT_SENT:
            return False
    if intent.kind is Kind.CHARGE:
        _admit_charge(intent, payment)
    elif intent.kind is Kind.TOKEN:
        _admit_token(intent, siblings)
    elif intent.kind.ends_a_hold:
        _admit_end_of_hold(intent, payment)
    else:
        _admit_return(intent, payment)
    for other in (*siblings, *(payment.operations if payment else ())):
        doubted = other.state in _OVER and not lets_begin(other.review)
        if doubted and other.kind.is_like(intent.kind):
            doubt = f"{other.reference} is under review: {other.review}; settle it first"
            raise Conflict(f"{intent.owner}: {doubt}")
    return True


def sharing(intent: Intent) -> tuple[Kind, ...]:
    """Return the kinds among whose operations the key of `intent` may name another's."""
    if intent.undoes:
        return tuple(kind for kind in _UNDO if kind is not intent.kind)
    return (intent.kind.twin,) if intent.kind.twin else ()


def _shares_no_key(intent: Intent, other: Operation, *, is_new: bool) -> bool:
    return other.kind is intent.kind.twin or (is_new and other.owner != intent.owner)


def _admit_charge(intent: Intent, payment: Payment | None) -> None:
    if payment is None:
        return
    if payment.amount != intent.amount:
        raise Conflict(f"{intent.owner}: this payment has another amount", field="amount")
    if payment.captured:
        raise Conflict(f"{intent.owner}: this payment was paid already")
    if earlier := payment.authorized or payment.open_charge:
        raise Conflict(
            f"{intent.owner}: an earlier attempt is {earlier.state.value}; "
            "query it before trying again"
        )
    if taking := payment.taking:
        raise Conflict(
            f"{intent.owner}: the capture of an earlier attempt is {taking.state.value}; "
            "query it before trying again"
        )


def _admit_token(intent: Intent, siblings: Sequence[Operation]) -> None:
    for other in siblings:
        if other.state.is_open or other.state is State.SUCCEEDED:
            raise Conflict(f"{intent.owner}: this token is {other.state.value} already")


def _admit_end_of_hold(intent: Intent, payment: Payment | None) -> None:
    """Admit a capture or a release: one of them for what is held, and never more than that."""
    charge = payment.charge if payment is not None else None
    if payment is None or charge is None:
        raise InvalidRequest(f"{intent.owner}: nothing is authorized", field="reference")
    for end in payment.ends_of_hold(charge.id):
        stands = f"{end.state.value}; query it first" if end.state.is_open else "done already"
        raise Conflict(f"{intent.owner}: its {end.kind.value} is {stands}")
    if charge.state is not State.AUTHORIZED:
        raise InvalidRequest(f"{intent.owner}: nothing is authorized", field="reference")
    spare = intent.kind is Kind.RELEASE and lets_release(charge.review)
    if charge.review and not spare:
        raise Conflict(f"{intent.owner}: under review: {charge.review}")
    if intent.kind is Kind.CAPTURE:
        _check_alone(payment, charge)
    if charge.account != intent.account:
        raise Conflict(f"{intent.owner}: another account holds the money now; ask again")
    if intent.amount is not None and charge.amount is not None and intent.amount > charge.amount:
        raise InvalidRequest(f"{intent.owner}: {charge.amount} can be captured", field="amount")


def _check_alone(payment: Payment, charge: Operation) -> None:
    """Refuse a capture while another attempt took the money, or may be taking it.

    Raises:
        Conflict: a capture of another attempt, or a charge that is not only a page that waits.
    """
    may_take = (
        o
        for o in payment.operations
        if o.kind is Kind.CHARGE and o.state in _MAY_TAKE and not o.superseded
    )
    other = payment.taking or next(may_take, None)
    if other is not None and other.id != charge.id:
        raise Conflict(
            f"{charge.owner}: {other.reference} is {other.state.value}: it took the money or may "
            "take it; query it before this hold is captured"
        )


def _admit_return(intent: Intent, payment: Payment | None) -> None:
    """Admit a refund or a void: one remedy for each cent, and never more than was captured."""
    if payment is None or payment.captured is None:
        raise InvalidRequest(f"{intent.owner}: nothing was captured", field="reference")
    if not lets_give_back(payment.captured.review):
        raise Conflict(f"{intent.owner}: under review: {payment.captured.review}")
    if payment.captured.account != intent.account:
        raise Conflict(f"{intent.owner}: another account has the money now; ask again")
    if intent.kind is Kind.VOID and payment.refundable != payment.captured.taken:
        raise Conflict(f"{intent.owner}: a refund or a void stands in the way of voiding it whole")
    if not payment.refundable:
        raise Conflict(f"{intent.owner}: nothing is left to give back")
    if intent.amount is not None and intent.amount > payment.refundable:
        raise InvalidRequest(
            f"{intent.owner}: {payment.refundable} can be given back", field="amount"
        )


def reserved_amount(intent: Intent, payment: Payment | None) -> Money | None:
    """Return the amount an admitted intent reserves: all that there is where it names none."""
    if intent.amount is not None or payment is None:
        return intent.amount
    if intent.kind.ends_a_hold and payment.charge is not None:
        return payment.charge.amount
    return payment.refundable if intent.kind.gives_back else None


def dispatched(
    operation: Operation, intent: Intent, payment: Payment | None, now: datetime, *, again: bool
) -> Operation:
    """Return an admitted operation as it stands while it is handed to the provider.

    `again` says that it was handed over before: then its fence grows, and who held it can write
    no more.
    """
    lease_until = now + timedelta(seconds=intent.lease_s)
    return evolve(
        operation,
        state=State.SUBMITTING,
        amount=reserved_amount(intent, payment),
        charge=_charge_of(intent, payment),
        hold_only=intent.hold_only,
        sends=operation.sends + again,
        fence=operation.fence + again,
        version=operation.version + again,
        lease_until=lease_until,
        next_check_at=lease_until,
        sent_at=now,
        updated_at=now,
    )


def _charge_of(intent: Intent, payment: Payment | None) -> str:
    """Return the id of the charge that an admitted intent captures, releases or gives back of."""
    if payment is None or not (intent.kind.gives_back or intent.kind.ends_a_hold):
        return ""
    charge = payment.captured if intent.kind.gives_back else payment.charge
    return charge.id if charge else ""
