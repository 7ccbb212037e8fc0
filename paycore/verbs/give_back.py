"""Give money back: refund, void, or whichever of the two the provider can."""

from __future__ import annotations

from typing import Any

from paycore import checks
from paycore.dispatch import dispatch
from paycore.errors import InvalidRequest, NotSupported
from paycore.fingerprint import fingerprint
from paycore.intents import RefundRequest, VoidRequest
from paycore.ledger.protocol import Intent
from paycore.money import Money
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.results import Refund, Void
from paycore.states import Kind, State
from paycore.verbs.receive import apply_parked
from paycore.wiring import Wiring


def refund(wiring: Wiring, reference: str, amount: Money | None, key: str) -> Refund:
    """Give `amount` back, or all that is left."""
    return Refund.of(_give_back(wiring, Kind.REFUND, reference, amount, key))


def void(wiring: Wiring, reference: str, key: str) -> Void:
    """Cancel the whole charge before it settles."""
    return Void.of(_give_back(wiring, Kind.VOID, reference, None, key))


def reverse(wiring: Wiring, reference: str, key: str) -> Refund | Void:
    """Void the charge, or refund all that is left where it cannot be voided.

    The caller asked for either; a void that is surely declined is followed by a refund under the
    same key, one whose outcome is open is not.
    """
    payment = known_payment(wiring, reference)
    captured = payment.captured
    begun = wiring.ledger.by_key(Kind.REFUND, key)
    can_void = captured is not None and "void" in wiring.account(captured.account).provider.hooks
    if (
        begun is None
        and can_void
        and (payment.refundable == payment.amount or _voided(wiring, key))
    ):
        tried = void(wiring, reference, key)
        if tried.state is not State.DECLINED:
            return tried
    return refund(wiring, reference, None, key)


def _voided(wiring: Wiring, key: str) -> bool:
    return wiring.ledger.by_key(Kind.VOID, key) is not None


def known_payment(wiring: Wiring, reference: str) -> Payment:
    """Return the payment with this reference.

    Raises:
        InvalidRequest: nobody knows it.
    """
    payment = wiring.ledger.payment(checks.name(reference, "reference"))
    if payment is None:
        raise InvalidRequest(f"{reference}: no such payment", field="reference")
    return payment


def _give_back(
    wiring: Wiring, kind: Kind, reference: str, amount: Money | None, key: str
) -> Operation:
    payment = known_payment(wiring, reference)
    checks.name(key, "key")
    charged = payment.captured
    if charged is None or charged.amount is None:
        raise InvalidRequest(f"{reference}: nothing was captured", field="reference")
    account = wiring.account(charged.account)
    account.require(kind.value)
    if amount is not None:
        checks.amount(amount, account)
        if amount.currency != payment.amount.currency:
            raise InvalidRequest(f"{reference}: it was paid in another currency", field="currency")
    intent = Intent(
        kind=kind,
        owner=reference,
        key=key,
        fingerprint=fingerprint(kind, reference, amount, None, account.name),
        account=account.name,
        naming=account.naming,
        lease_s=account.lease_s,
        amount=amount,
    )
    operation = dispatch(wiring, account, intent, kind.value, lambda o: _request(kind, o, charged))
    return apply_parked(wiring, operation)


def _request(kind: Kind, operation: Operation, charged: Operation) -> Any:
    """Return what the provider is asked; a void that reserved less than the whole cannot be."""
    if operation.amount is None or charged.amount is None:
        raise NotSupported("nothing to give back")
    if kind is Kind.VOID:
        return VoidRequest(
            operation.reference, operation.amount, charged.reference, charged.provider_reference
        )
    return RefundRequest(
        operation.reference,
        operation.amount,
        charged.reference,
        charged.provider_reference,
        charged.amount,
    )
