"""Ask to be paid: one charge, from the caller's words to a payment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from paycore import checks
from paycore.account import Account
from paycore.dispatch import dispatch
from paycore.errors import InvalidRequest, LedgerError, OutcomeUnknown
from paycore.evolve import evolve
from paycore.fingerprint import fingerprint
from paycore.intents import ChargeRequest, Payer
from paycore.ledger.protocol import Intent
from paycore.methods import METHOD_NAMES, Method, StoredToken
from paycore.money import Money
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.states import Kind, State
from paycore.verbs.follow_up import followed_up
from paycore.verbs.inbox import apply_parked
from paycore.verbs.payer_return import new_nonce, with_nonce
from paycore.wiring import Wiring


@dataclass(frozen=True)
class Wish:
    """What the caller asks for, as it came."""

    reference: str
    amount: Money
    method: Method
    account: str | None = None
    key: str | None = None
    description: str | None = None
    details: str | None = None
    payer: Payer | None = None
    metadata: Mapping[str, str] | None = field(default=None, repr=False)
    extra: Mapping[str, str] | None = field(default=None, repr=False)
    capture: bool = True


@dataclass(frozen=True)
class Prepared:
    """A wish that was checked: what the ledger is told, and what the provider."""

    account: Account
    intent: Intent
    request: ChargeRequest


def charge(wiring: Wiring, wish: Wish) -> Payment:
    """Check, reserve, talk, record; return the payment as it stands then."""
    return charged(wiring, prepared(wiring, wish))


def prepared(wiring: Wiring, wish: Wish) -> Prepared:
    """Return a wish as an intent and a request; nothing is stored, nothing is sent.

    Raises:
        InvalidRequest, NotSupported: this account cannot take it.
    """
    reference = checks.name(wish.reference, "reference")
    made = _token_operation(wiring, wish.method)
    account = wiring.account(_account_for(wish, made))
    money = checks.charge_amount(wish.amount, account)
    method = checks.charge_method(wish.method, account, wiring.return_hosts)
    hold_only = not checks.flag(wish.capture, "capture")
    if hold_only:
        account.require("capture")
    intent = Intent(
        kind=Kind.CHARGE,
        owner=reference,
        key=checks.name(reference if wish.key is None else wish.key, "key"),
        fingerprint=fingerprint(
            Kind.CHARGE, reference, money, method, account.name, capture=not hold_only
        ),
        account=account.name,
        naming=account.naming,
        lease_s=account.lease_s,
        amount=money,
        method=METHOD_NAMES[type(method)],
        nonce=new_nonce(method),
        metadata=checks.plain_members(wish.metadata, "metadata"),
        hold_only=hold_only,
    )
    request = ChargeRequest(
        reference="",  # the ledger makes it
        amount=money,
        method=_in_provider_words(method, made),
        description=checks.text(wish.description, "description"),
        details=checks.text(wish.details, "details"),
        payer=checks.payer(wish.payer),
        extra=checks.plain_members(wish.extra, "extra"),
        capture=not hold_only,
    )
    return Prepared(account, intent, request)


def charged(wiring: Wiring, ready: Prepared) -> Payment:
    """Reserve, talk, record; return the payment as it stands then."""
    intent, request = ready.intent, ready.request
    done = dispatch(wiring, ready.account, intent, "charge", lambda o: _told(request, o))
    operation = apply_parked(wiring, done)
    try:
        return payment_of(wiring, followed_up(wiring, operation))
    except LedgerError:
        raise OutcomeUnknown(
            f"{intent.owner}: the charge was recorded and cannot be read now; find it later"
        ) from None


def _told(request: ChargeRequest, operation: Operation) -> ChargeRequest:
    """Return what the provider is told of an operation: its reference, and its payer's nonce."""
    method = with_nonce(request.method, operation.nonce)
    return evolve(request, reference=operation.reference, method=method)


def payment_of(wiring: Wiring, operation: Operation) -> Payment:
    """Return the payment an operation belongs to, as it stands now."""
    payment = wiring.ledger.payment(operation.owner)
    if payment is None:
        raise InvalidRequest(f"{operation.owner}: no such payment", field="reference")
    return payment


def _account_for(wish: Wish, made: Operation | None) -> str | None:
    """Return the account to charge: a token of ours belongs to the account that made it."""
    if made is None:
        return wish.account
    if wish.account not in (None, made.account):
        raise InvalidRequest(f"token: it belongs to account {made.account!r}", field="account")
    return made.account


def _in_provider_words(method: Method, made: Operation | None) -> Method:
    """Return the method as the provider knows it: a token of ours under the provider's name."""
    if made is None:
        return method
    if made.state is not State.SUCCEEDED:
        raise InvalidRequest(f"token: it is {made.state.value}, not stored yet", field="token")
    return StoredToken(made.token or made.reference)


def _token_operation(wiring: Wiring, method: Method) -> Operation | None:
    """Return the tokenization of a token of ours: the one that succeeded, or the last."""
    if not isinstance(method, StoredToken):
        return None
    made = wiring.ledger.operations(method.token, Kind.TOKEN)
    stored = [operation for operation in made if operation.state is State.SUCCEEDED]
    return next(iter(stored or made[::-1]), None)
