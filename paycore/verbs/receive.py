"""A message from a provider: verified, kept, applied, acknowledged, in this order."""

from __future__ import annotations

from typing import Final

from paycore import log
from paycore.account import Account
from paycore.errors import WebhookRejected
from paycore.ledger.protocol import InboxRow, InboxState
from paycore.report import Answer, WebhookMessage, dated
from paycore.secret import beginning
from paycore.verbs.ask import HINT_GAP_S
from paycore.verbs.deliver import deliver_quietly
from paycore.verbs.inbox import apply, digest
from paycore.wire.strict import MAX_BYTES
from paycore.wire.urls import ip_of
from paycore.wiring import Wiring

NEUTRAL: Final = Answer(200, b"Thank you. We are checking your payment.")
NOT_STORED: Final = Answer(503, b"try again later")
_REFUSALS: Final = {
    400: b"not understood",
    401: b"not genuine",
    404: b"not found",
    413: b"too large",
}


def receive(wiring: Wiring, account_name: str, message: WebhookMessage) -> Answer:
    """Return the HTTP answer to a message; never raises.

    The acknowledgement goes out only after the message was kept; without that it is 503.
    """
    account = wiring.accounts.get(str(account_name))
    if account is None:
        return _refusal(wiring, "", 404)  # a stranger's word, which might be anything
    try:
        return _judged(wiring, account, message)
    except Exception as error:
        log.event(
            "webhook_not_kept", level=log.ERROR, account=account.name, error=type(error).__name__
        )
        wiring.listeners.emit("webhook_received", account=account.name, outcome="503")
        return NOT_STORED


def _judged(wiring: Wiring, account: Account, message: WebhookMessage) -> Answer:
    """Return the answer to a message; what the plugin rejects is refused."""
    try:
        return _received(wiring, account, message)
    except WebhookRejected as rejected:
        log.event("webhook_rejected", account=account.name, reason=beginning(str(rejected)))
        return _refusal(wiring, account.name, rejected.status)


def _received(wiring: Wiring, account: Account, message: WebhookMessage) -> Answer:
    if "verify_webhook" not in account.provider.hooks:
        raise WebhookRejected("this provider sends no messages", status=404)
    if message.method.upper() == "GET":
        return NEUTRAL  # a browser that came back; only its nonce would mean anything
    _check_envelope(message)
    notification = account.verified(dated(message, wiring.now()))
    answer = Answer(200, notification.acknowledgement, notification.content_type)
    if notification.report is None:
        log.event("webhook_ignored", account=account.name)
        wiring.listeners.emit("webhook_received", account=account.name, outcome="ignored")
        return answer
    trusted = _from_peer(account, message)
    row = wiring.ledger.keep(
        account.name, digest(account.name, notification, trusted), notification, wiring.now()
    )
    state = row.state if wiring.engine.defers else _applied(wiring, account, row, trusted)
    wiring.listeners.emit("webhook_received", account=account.name, outcome=state.value)
    return answer


def _applied(wiring: Wiring, account: Account, row: InboxRow, trusted: bool) -> InboxState:
    """Apply a message that was kept; if that fails, `reconcile` tries again: it is acknowledged."""
    try:
        gap_s = HINT_GAP_S if row.copies > 1 else 0
        state = apply(wiring, account, row, trusted=trusted, gap_s=gap_s)
        _tell(wiring, account, row)
        return state
    except Exception as error:
        name = type(error).__name__
        log.event("webhook_not_applied", level=log.ERROR, account=account.name, error=name)
        return row.state


def _tell(wiring: Wiring, account: Account, row: InboxRow) -> None:
    """Tell what a message brought about, where anybody here hears it."""
    if wiring.subscribers:
        told = row.notification.said
        found = wiring.ledger.by_wire(account.name, told.reference, told.provider_reference)
        if found is not None:
            deliver_quietly(wiring, found.owner)


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
    return not listed or ip_of(message.peer) in listed


def _refusal(wiring: Wiring, account: str, status: int) -> Answer:
    """Return a refusal; whatever status a plugin asks for, it is no acknowledgement."""
    status = status if type(status) is int and status in _REFUSALS else 400
    wiring.listeners.emit("webhook_received", account=account, outcome=str(status))
    return Answer(status, _REFUSALS[status])
