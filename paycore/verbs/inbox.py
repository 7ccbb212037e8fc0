"""Kept messages: what each is worth, decided once, by the provider's own word."""

from __future__ import annotations

from typing import Final, NamedTuple

from paycore import log
from paycore.account import Account
from paycore.ledger.protocol import InboxRow, InboxState, Source
from paycore.operation import Operation
from paycore.payment import PaymentStatus
from paycore.report import Report
from paycore.states import Kind, State, Step, advance
from paycore.verbs.ask import HINT_GAP_S, Asked, asked
from paycore.wiring import Wiring

MAX_TRIES: Final = 8
"""How often a message that cannot be applied is tried before it is dead."""


class Verdict(NamedTuple):
    """What a message was worth."""

    state: InboxState
    reason: str = ""


def apply(
    wiring: Wiring, account: Account, row: InboxRow, *, trusted: bool = True, gap_s: float = 0
) -> InboxState:
    """Apply a kept message once, note what became of it, and return that.

    Args:
        wiring: The rooms.
        account: The account it came to.
        row: The message.
        trusted: Whether it came from where such messages come from; if not, only a query decides.
        gap_s: How long ago the last query about its operation must be to cause another.
    """
    if row.state.is_finished:
        return InboxState.DUPLICATE
    verdict = _verdict(wiring, account, row.notification.report, trusted, gap_s)
    _note(wiring, row, verdict)
    if verdict.state is InboxState.PARKED:  # its dispatcher may have ended while we parked it
        verdict = _verdict(wiring, account, row.notification.report, trusted, gap_s)
        if verdict.state is not InboxState.PARKED:
            _note(wiring, row, verdict)
    return verdict.state


def apply_parked(wiring: Wiring, operation: Operation) -> Operation:
    """Apply the messages that came before their operation was done; return it as it stands then.

    What goes wrong here changes nothing of the operation: `retry_kept` will try again.
    """
    account = wiring.accounts[operation.account]
    names = filter(None, (operation.reference, operation.provider_reference))
    try:
        rows = {row.id: row for name in names for row in wiring.ledger.parked(account.name, name)}
        for row in rows.values():
            apply(wiring, account, row)
        return wiring.ledger.operation(operation.id) if rows else operation
    except Exception as error:
        _failed(account, error)
        return operation


def retry_kept(wiring: Wiring) -> int:
    """Apply what was kept and not finished; return how many messages are finished now.

    One that fails stops no other, and is dead after 8 tries.
    """
    finished = 0
    for waiting in (InboxState.PARKED, InboxState.VERIFIED):
        for row in wiring.ledger.inbox(state=waiting):
            account = wiring.accounts.get(row.account)
            if account is not None:
                finished += _retried(wiring, account, row).is_finished
    return finished


def _retried(wiring: Wiring, account: Account, row: InboxRow) -> InboxState:
    try:
        return apply(wiring, account, row, gap_s=HINT_GAP_S)
    except Exception as error:
        _failed(account, error)
        dead = row.tries + 1 >= MAX_TRIES
        verdict = Verdict(InboxState.DEAD if dead else row.state, type(error).__name__)
        _note(wiring, row, verdict)
        return verdict.state


def _note(wiring: Wiring, row: InboxRow, verdict: Verdict) -> None:
    wiring.ledger.mark(row.id, verdict.state, verdict.reason)
    if verdict.state in (InboxState.QUARANTINED, InboxState.DEAD):
        log.event(
            "webhook_needs_review",
            level=log.WARNING,
            account=row.account,
            reference=row.notification.report.reference or "",
            status=verdict.state.value,
            reason=verdict.reason,
        )


def _failed(account: Account, error: Exception) -> None:
    name = type(error).__name__
    log.event("webhook_not_applied", level=log.ERROR, account=account.name, error=name)


def _verdict(
    wiring: Wiring, account: Account, report: Report, trusted: bool, gap_s: float
) -> Verdict:
    operation = wiring.ledger.by_wire(account.name, report.reference, report.provider_reference)
    if operation is None and (charge := _strange_refund_of(wiring, account, report)):
        asked(wiring, charge, not_within_s=gap_s)
        return Verdict(InboxState.QUARANTINED, "nobody here asked for this refund")
    ready = operation is not None and operation.is_free(wiring.now())
    if not trusted:
        if operation is not None:
            asked(wiring, operation, not_within_s=gap_s)
        return Verdict(InboxState.QUARANTINED, "it came from a peer that is not listed")
    if operation is None or not ready:
        unknown, busy = "nobody knows this reference yet", "its dispatcher is still at work"
        return Verdict(InboxState.PARKED, unknown if operation is None else busy)
    return _judged(wiring, account, operation, report, gap_s)


def _judged(
    wiring: Wiring, account: Account, operation: Operation, report: Report, gap_s: float
) -> Verdict:
    """Let the provider's truth decide, and return what the message was worth."""
    mismatch = operation.mismatch(report)
    voided = _is_voided(wiring, operation)
    if not mismatch and not voided and _is_old(operation, report):
        return Verdict(InboxState.DUPLICATE, "it says what we know")
    told = _told(wiring, account, operation, report, gap_s)
    if mismatch or voided:
        return Verdict(InboxState.QUARANTINED, mismatch or "the payment was voided")
    true = told.operation.state
    step = advance(true, report.state)
    if step is Step.CONTRADICTS:
        return Verdict(InboxState.QUARANTINED, f"{report.state.value} told, {true.value} true")
    if step is Step.OLD_NEWS:
        if true is not operation.state and not operation.state.is_open:
            return Verdict(InboxState.QUARANTINED, "a late success")
        return Verdict(InboxState.APPLIED)
    if told.answer is not None and not true.is_open:
        return Verdict(InboxState.QUARANTINED, f"{report.state.value} told, {true.value} true")
    return Verdict(InboxState.VERIFIED, "the provider has not confirmed it yet")


def _is_old(operation: Operation, report: Report) -> bool:
    settled = operation.state.is_final
    return settled and advance(operation.state, report.state) is Step.OLD_NEWS


def _told(
    wiring: Wiring, account: Account, operation: Operation, report: Report, gap_s: float
) -> Asked:
    """Record the message where it is proof, else ask; a closed operation is always asked about."""
    if not (account.description.webhook_is_proof and operation.state.is_open):
        return asked(wiring, operation, not_within_s=gap_s)
    after = wiring.ledger.record(operation.id, report, Source.NOTIFICATION, wiring.now())
    if after.state is not operation.state:
        wiring.listeners.emit("operation_finished", operation=after)
    return Asked(after, report)


def _is_voided(wiring: Wiring, operation: Operation) -> bool:
    if operation.kind is not Kind.CHARGE or operation.state is not State.SUCCEEDED:
        return False
    payment = wiring.ledger.payment(operation.owner)
    return payment is not None and payment.status is PaymentStatus.VOIDED


def _strange_refund_of(wiring: Wiring, account: Account, report: Report) -> Operation | None:
    """Return the charge of ours that a refund which is not ours gives back of.

    Our own stand in the ledger before they are sent; only the provider's own name for one may
    still be unknown to us.
    """
    theirs = report.charge_provider_reference
    if report.kind is None or not report.kind.gives_back or not theirs:
        return None
    charge = wiring.ledger.by_wire(account.name, None, theirs)
    if charge is None or charge.kind is not Kind.CHARGE:
        return None
    payment = wiring.ledger.payment(charge.owner)
    maybe_ours = report.reference is None and payment is not None and bool(payment.reserved)
    return None if maybe_ours else charge
