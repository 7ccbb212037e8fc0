"""Give money back that was captured: by a refund, or by voiding the charge."""

from __future__ import annotations

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
from paycore.verbs.inbox import apply_parked
from paycore.wiring import Wiring


def refund(
    wiring: Wiring, reference: str, amount: Money | None, key: str, *, undoes: bool = False
) -> Refund:
    """Give `amount` back, or all that is left."""
    return Refund.of(_give_back(wiring, Kind.REFUND, reference, amount, key, undoes=undoes))


def void(wiring: Wiring, reference: str, key: str, *, undoes: bool = False) -> Void:
    """Cancel the whole charge before it settles."""
    return Void.of(_give_back(wiring, Kind.VOID, reference, None, key, undoes=undoes))


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
    wiring: Wiring, kind: Kind, reference: str, amount: Money | None, key: str, *, undoes: bool
) -> Operation:
    payment = known_payment(wiring, reference)
    charged = _charged(wiring, payment, kind, checks.name(key, "key"))
    account = wiring.account(charged.account)
    account.require(kind.value)
    if kind is Kind.VOID and not account.description.voids_captured:
        name = account.provider.name
        raise NotSupported(f"account {account.name!r}: {name} cannot void what was captured")
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
        undoes=undoes,
    )
    done = dispatch(wiring, account, intent, kind.value, lambda o: _request(wiring, o))
    return apply_parked(wiring, done)


def _charged(wiring: Wiring, payment: Payment, kind: Kind, key: str) -> Operation:
    """Return the charge to give back of: the one this key stands for, else the one that took it."""
    known = wiring.ledger.by_key(kind, key)
    if known is not None and known.owner == payment.reference and known.state is not State.NOT_SENT:
        return wiring.ledger.operation(known.charge)
    if payment.captured is None:
        raise InvalidRequest(f"{payment.reference}: nothing was captured", field="reference")
    return payment.captured


def _request(wiring: Wiring, operation: Operation) -> RefundRequest | VoidRequest:
    """Return what the provider is asked, about the charge that the ledger reserved it of."""
    charged = wiring.ledger.operation(operation.charge)
    if operation.amount is None or charged.taken is None:
        raise NotSupported("nothing to give back")
    if operation.kind is Kind.VOID:
        return VoidRequest(
            operation.reference, operation.amount, charged.reference, charged.provider_reference
        )
    return RefundRequest(
        operation.reference,
        operation.amount,
        charged.reference,
        charged.provider_reference,
        charged.taken,
    )
