"""What a verified message is worth: the provider's truth decides, and a mismatch never does."""

from __future__ import annotations

from typing import NamedTuple

from paycore.account import Account
from paycore.ledger.protocol import InboxState, Source
from paycore.operation import Operation
from paycore.payment import PaymentStatus
from paycore.report import Report
from paycore.states import LATE, Kind, State, Step, advance
from paycore.verbs.ask import Asked, asked, was_answered
from paycore.verbs.follow_up import followed_up
from paycore.wiring import Wiring


class Verdict(NamedTuple):
    """What a message was worth."""

    state: InboxState
    reason: str = ""
    answered: bool = True
    """Whether the provider said anything; its silence denies nothing."""


def judge(
    wiring: Wiring, account: Account, report: Report, *, trusted: bool, gap_s: float
) -> Verdict:
    """Return what a verified message is worth, after asking or recording what it needs.

    Args:
        wiring: The rooms.
        account: The account it came to.
        report: What it says.
        trusted: Whether it came from where such messages come from; if not, only a query decides.
        gap_s: How long ago the last query about its operation must be to cause another.
    """
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
    if _may_be_held(operation, report):
        return _held_or_not(wiring, told)
    if step is Step.OLD_NEWS:
        if true is not operation.state and not operation.state.is_open:
            return Verdict(InboxState.QUARANTINED, "a late success")
        return Verdict(InboxState.APPLIED)
    if not true.is_open and isinstance(told.answer, Report) and told.answer.state.is_final:
        return Verdict(InboxState.QUARANTINED, f"{report.state.value} told, {true.value} true")
    answered = was_answered(wiring, told)
    return Verdict(InboxState.VERIFIED, "the provider has not confirmed it yet", answered)


def _is_old(operation: Operation, report: Report) -> bool:
    settled = operation.state.is_final and not _may_be_held(operation, report)
    return settled and advance(operation.state, report.state) is Step.OLD_NEWS


def _may_be_held(operation: Operation, report: Report) -> bool:
    """Return whether a message says that money is held of a charge that is over."""
    return report.state is State.AUTHORIZED and operation.state in LATE


def _held_or_not(wiring: Wiring, told: Asked) -> Verdict:
    """Return what a message that money is held is worth, once the provider was asked."""
    if told.operation.review:
        return Verdict(InboxState.QUARANTINED, told.operation.review)
    denied = isinstance(told.answer, Report) and told.answer.state is not State.AUTHORIZED
    if denied:
        return Verdict(InboxState.DUPLICATE, "it says what was")
    answered = was_answered(wiring, told)
    return Verdict(InboxState.VERIFIED, "the provider has not confirmed it yet", answered)


def _told(
    wiring: Wiring, account: Account, operation: Operation, report: Report, gap_s: float
) -> Asked:
    """Record the message where it is proof, else ask; a closed operation is always asked about."""
    if not (account.description.webhook_is_proof and operation.state.is_open):
        return asked(wiring, operation, not_within_s=gap_s)
    after = wiring.ledger.record(operation.id, report, Source.NOTIFICATION, wiring.now())
    if after.state is not operation.state:
        wiring.listeners.emit("operation_finished", operation=after)
    return Asked(followed_up(wiring, after), report)


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
