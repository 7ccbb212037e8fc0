"""A message from a provider: verified, kept, applied, acknowledged, in this order."""

from __future__ import annotations

import hashlib
import json
from typing import Final

from paycore import log
from paycore.account import Account
from paycore.errors import WebhookRejected
from paycore.ledger.protocol import InboxRow, InboxState, Source
from paycore.operation import Operation
from paycore.payment import PaymentStatus
from paycore.report import Answer, Notification, Report, WebhookMessage
from paycore.states import Kind, State, Step, advance
from paycore.verbs.ask import HINT_GAP_S, ask
from paycore.wire.strict import MAX_BYTES
from paycore.wiring import Wiring

NEUTRAL: Final = Answer(200, b"Thank you. We are checking your payment.")
NOT_STORED: Final = Answer(503, b"try again later")


def receive(wiring: Wiring, account_name: str, message: WebhookMessage) -> Answer:
    """Return the HTTP answer to a message; never raises.

    The acknowledgement goes out only after the message was kept; without that it is 503.
    """
    account = wiring.accounts.get(account_name)
    if account is None:
        return _refusal(wiring, account_name, 404)
    try:
        return _received(wiring, account, message)
    except WebhookRejected as rejected:
        log.event("webhook_rejected", account=account.name, reason=str(rejected))
        return _refusal(wiring, account.name, rejected.status)
    except Exception as error:
        log.event(
            "webhook_not_kept", level=log.ERROR, account=account.name, error=type(error).__name__
        )
        return NOT_STORED


def _received(wiring: Wiring, account: Account, message: WebhookMessage) -> Answer:
    if "verify_webhook" not in account.provider.hooks:
        raise WebhookRejected("this provider sends no messages", status=404)
    if message.method.upper() == "GET":
        return NEUTRAL  # a browser that came back; only its nonce would mean anything
    _check_envelope(message)
    notification = account.verified(message)
    row = wiring.ledger.keep(
        account.name, _digest(account.name, notification), notification, wiring.now()
    )
    state = _applied(wiring, account, row, trusted_peer=_from_peer(account, message))
    wiring.listeners.emit("webhook_received", account=account.name, outcome=state.value)
    return Answer(200, notification.acknowledgement, notification.content_type)


def _check_envelope(message: WebhookMessage) -> None:
    """Refuse what need not be read: too large, compressed, or not even sent as a message."""
    if len(message.body) > MAX_BYTES:
        raise WebhookRejected("body: over 256 KiB", field="body", status=413)
    if message.method.upper() != "POST":
        raise WebhookRejected("method: want POST", field="method")
    if message.header("content-encoding").strip().lower() not in ("", "identity"):
        raise WebhookRejected("body: compressed", field="content-encoding")


def _from_peer(account: Account, message: WebhookMessage) -> bool:
    """Return whether the message came from a listed peer, or none are listed."""
    listed = account.limits.notify_peers
    return not listed or message.peer in listed


def _digest(account: str, notification: Notification) -> str:
    """Return what makes two messages the same event, in whatever bytes they come."""
    report = notification.report
    typed = [
        account,
        notification.event_id,
        report.kind.value if report.kind else None,
        report.reference,
        report.provider_reference,
        report.state.value,
        report.amount.minor if report.amount else None,
        report.amount.currency if report.amount else None,
    ]
    return hashlib.sha256(json.dumps(typed).encode()).hexdigest()


def _applied(
    wiring: Wiring, account: Account, row: InboxRow, *, trusted_peer: bool = True
) -> InboxState:
    """Apply a kept message once, note what became of it, and return that."""
    if row.copies > 1 and row.state not in (InboxState.VERIFIED, InboxState.PARKED):
        return InboxState.DUPLICATE
    report = row.notification.report
    operation = wiring.ledger.by_wire(account.name, report.reference, report.provider_reference)
    if operation is None:
        state, reason = InboxState.PARKED, "nobody knows this reference yet"
    elif not operation.is_free(wiring.now()):
        state, reason = InboxState.PARKED, "its dispatcher is still at work"
    else:
        state, reason = _judged(wiring, account, operation, report, again=row.copies > 1)
        if not trusted_peer:
            state, reason = InboxState.QUARANTINED, "it came from a peer that is not listed"
    wiring.ledger.mark(row.id, state, reason)
    return state


def _judged(
    wiring: Wiring, account: Account, operation: Operation, report: Report, *, again: bool
) -> tuple[InboxState, str]:
    """Let the provider's truth decide, and return what the message was worth."""
    mismatch = operation.mismatch(report)
    known = advance(operation.state, report.state) is Step.OLD_NEWS
    voided = _is_voided(wiring, operation)
    if known and not mismatch and not voided and not operation.state.is_open:
        return InboxState.DUPLICATE, "it says what we know"
    if account.description.webhook_is_proof and operation.state.is_open:
        after = wiring.ledger.record(operation.id, report, Source.NOTIFICATION, wiring.now())
    else:
        after = ask(wiring, operation, not_within_s=HINT_GAP_S if again else 0)
    if mismatch or voided:
        return InboxState.QUARANTINED, mismatch or "the payment was voided"
    if advance(after.state, report.state) is Step.CONTRADICTS:
        return InboxState.QUARANTINED, f"{report.state.value} told, {after.state.value} true"
    if after.state is report.state:
        late = not operation.state.is_open
        return (InboxState.QUARANTINED, "a late success") if late else (InboxState.APPLIED, "")
    return InboxState.VERIFIED, "the provider has not confirmed it yet"


def _is_voided(wiring: Wiring, operation: Operation) -> bool:
    if operation.kind is not Kind.CHARGE or operation.state is not State.SUCCEEDED:
        return False
    payment = wiring.ledger.payment(operation.owner)
    return payment is not None and payment.status is PaymentStatus.VOIDED


def apply_parked(wiring: Wiring, operation: Operation) -> Operation:
    """Apply the messages that came before their operation was done; return it as it stands then."""
    account = wiring.accounts[operation.account]
    names = filter(None, (operation.reference, operation.provider_reference))
    for row in [row for name in names for row in wiring.ledger.parked(account.name, name)]:
        _applied(wiring, account, row)
    return wiring.ledger.operation(operation.id)


def retry_kept(wiring: Wiring) -> int:
    """Apply what was kept and not finished; return how many messages are finished now."""
    finished = 0
    for waiting in (InboxState.PARKED, InboxState.VERIFIED):
        for row in wiring.ledger.inbox(state=waiting):
            account = wiring.accounts.get(row.account)
            if account is not None:
                state = _applied(wiring, account, row)
                finished += state not in (InboxState.PARKED, InboxState.VERIFIED)
    return finished


def _refusal(wiring: Wiring, account: str, status: int) -> Answer:
    wiring.listeners.emit("webhook_received", account=account, outcome=str(status))
    words = {401: b"not genuine", 404: b"not found", 413: b"too large"}
    return Answer(status, words.get(status, b"not understood"))
