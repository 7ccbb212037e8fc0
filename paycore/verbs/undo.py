"""Undo a charge, whatever it took: release what is held, void or refund what was captured."""

from __future__ import annotations

from paycore import checks
from paycore.payment import Payment
from paycore.results import Refund, Void
from paycore.states import Kind, State
from paycore.verbs import give_back
from paycore.verbs.capture import release
from paycore.verbs.give_back import known_payment
from paycore.wiring import Wiring


def void(wiring: Wiring, reference: str, key: str) -> Void:
    """Cancel the whole charge before it settles, or release all that it holds."""
    payment = known_payment(wiring, reference)
    if _is_held(wiring, payment, checks.name(key, "key")):
        return Void.of(release(wiring, reference, key))
    return give_back.void(wiring, reference, key)


def reverse(wiring: Wiring, reference: str, key: str) -> Refund | Void:
    """Release or void the charge, or refund all that is left where it cannot be voided.

    The caller asked for any; a void that surely did nothing is followed by a refund under the
    same key, one whose outcome is open is not. Of what is only held nothing can be refunded.
    """
    payment = known_payment(wiring, reference)
    is_new = wiring.ledger.by_key(Kind.REFUND, checks.name(key, "key")) is None
    if is_new and _is_held(wiring, payment, key):
        return Void.of(release(wiring, reference, key, undoes=True))
    if is_new and _can_void(wiring, payment, key):
        tried = give_back.void(wiring, reference, key, undoes=True)
        if tried.state not in (State.DECLINED, State.NOT_EXECUTED):
            return tried
    return give_back.refund(wiring, reference, None, key, undoes=True)


def _is_held(wiring: Wiring, payment: Payment, key: str) -> bool:
    """Return whether this key stands for a release, or there is something to release."""
    for kind in (Kind.RELEASE, Kind.VOID):
        if wiring.ledger.by_key(kind, key) is not None:
            return kind is Kind.RELEASE
    return payment.charge is not None and payment.charge.state is State.AUTHORIZED


def _can_void(wiring: Wiring, payment: Payment, key: str) -> bool:
    """Return whether a void was begun under this key, or may be tried."""
    if wiring.ledger.by_key(Kind.VOID, key) is not None:
        return True
    captured = payment.captured
    if captured is None or payment.refundable != captured.taken:
        return False
    provider = wiring.account(captured.account).provider
    return "void" in provider.hooks and provider.description.voids_captured
