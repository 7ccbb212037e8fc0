"""Take what a charge holds, or give it up: what becomes of money that is only authorized."""

from __future__ import annotations

from paycore import checks, log
from paycore.account import Account
from paycore.dispatch import dispatch
from paycore.errors import InvalidRequest, LedgerError, NotSupported, OutcomeUnknown
from paycore.evolve import evolve
from paycore.fingerprint import fingerprint
from paycore.intents import CaptureRequest, VoidRequest
from paycore.ledger.protocol import Intent
from paycore.money import Money
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.states import Kind, State
from paycore.verbs.charge import payment_of
from paycore.verbs.follow_up import followed_up
from paycore.verbs.give_back import known_payment
from paycore.verbs.inbox import apply_parked
from paycore.wiring import Wiring


def capture(wiring: Wiring, reference: str, amount: Money | None, key: str) -> Payment:
    """Take `amount` of what is held, or all of it; return the payment as it stands then."""
    payment = known_payment(wiring, reference)
    account = _holder(wiring, payment, Kind.CAPTURE, checks.name(key, "key"))
    account.require("capture")
    if amount is not None:
        checks.amount(amount, account)
        if amount.currency != payment.amount.currency:
            raise InvalidRequest(f"{reference}: it is held in another currency", field="currency")
    done = _end_hold(wiring, account, _intent(Kind.CAPTURE, reference, key, amount, account))
    try:
        return payment_of(wiring, done)
    except LedgerError:
        raise OutcomeUnknown(
            f"{reference}: the capture was recorded and cannot be read now; find it later"
        ) from None


def release(wiring: Wiring, reference: str, key: str, *, undoes: bool = False) -> Operation:
    """Give up all that is held; return the release as it stands then."""
    payment = known_payment(wiring, reference)
    account = _holder(wiring, payment, Kind.RELEASE, checks.name(key, "key"))
    account.require("void")
    intent = _intent(Kind.RELEASE, reference, key, None, account)
    return _end_hold(wiring, account, evolve(intent, undoes=undoes))


def _holder(wiring: Wiring, payment: Payment, kind: Kind, key: str) -> Account:
    """Return the account that holds the money, or did when this key was used for it."""
    known = wiring.ledger.by_key(kind, key)
    if known is not None and known.owner == payment.reference and known.state is not State.NOT_SENT:
        return wiring.account(known.account)
    if payment.charge is None:
        raise InvalidRequest(f"{payment.reference}: nothing is authorized", field="reference")
    return wiring.account(payment.charge.account)


def _intent(kind: Kind, owner: str, key: str, amount: Money | None, account: Account) -> Intent:
    return Intent(
        kind=kind,
        owner=owner,
        key=key,
        fingerprint=fingerprint(kind, owner, amount, None, account.name),
        account=account.name,
        naming=account.naming,
        lease_s=account.lease_s,
        amount=amount,
    )


def _end_hold(wiring: Wiring, account: Account, intent: Intent) -> Operation:
    """Reserve, talk, record, and let the charge know; a stored result only does the last.

    Raises:
        OutcomeUnknown: it was recorded, and the charge could not be told; `reconcile` will.
    """
    hook = "capture" if intent.kind is Kind.CAPTURE else "void"
    done = dispatch(wiring, account, intent, hook, lambda o: _request(wiring, o))
    try:
        return followed_up(wiring, apply_parked(wiring, done))
    except LedgerError as error:
        log.event(
            "charge_not_told",
            level=log.ERROR,
            account=account.name,
            owner=intent.owner,
            error=type(error).__name__,
        )
    raise OutcomeUnknown(f"{intent.owner}: the charge could not be updated; reconcile will ask")


def _request(wiring: Wiring, operation: Operation) -> CaptureRequest | VoidRequest:
    """Return what the provider is asked, about the charge that the ledger admitted it for."""
    charge = wiring.ledger.operation(operation.charge)
    if operation.amount is None or charge.amount is None:
        raise NotSupported("nothing is held")
    names = (operation.reference, operation.amount, charge.reference, charge.provider_reference)
    if operation.kind is Kind.RELEASE:
        return VoidRequest(*names)
    return CaptureRequest(*names, charge.amount)
