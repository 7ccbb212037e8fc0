"""Kept messages: each applied once, whenever it can be, and noted for what it was worth."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Final

from paycore import log
from paycore.account import Account
from paycore.ledger.protocol import InboxRow, InboxState, Reserved
from paycore.operation import Operation
from paycore.report import Notification
from paycore.states import Step, advance
from paycore.verbs.ask import HINT_GAP_S, asked, was_answered
from paycore.verbs.judge import Verdict, judge
from paycore.wiring import Wiring

_IN_DOUBT: Final = frozenset({InboxState.QUARANTINED, InboxState.DEAD})
MAX_FAILURES: Final = 8
"""How often applying a message may go wrong before it is dead."""


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
        if row.state in _IN_DOUBT:
            _ask_again(wiring, account, row, gap_s)
        return InboxState.DUPLICATE
    report = row.notification.said
    verdict = judge(wiring, account, report, trusted=trusted, gap_s=gap_s)
    unconfirmed = verdict.state is InboxState.VERIFIED and verdict.answered
    if unconfirmed and _is_old(wiring, account, row):
        verdict = Verdict(InboxState.QUARANTINED, "the provider never confirmed it")
    _note(wiring, row, verdict)
    if verdict.state is InboxState.PARKED:  # its dispatcher may have ended while we parked it
        verdict = judge(wiring, account, report, trusted=trusted, gap_s=gap_s)
        if verdict.state is not InboxState.PARKED:
            _note(wiring, row, verdict)
    return verdict.state


def _ask_again(wiring: Wiring, account: Account, row: InboxRow, gap_s: float) -> None:
    """Ask again where a message in doubt came once more, and could be true by now.

    Whoever forges a message before the provider says the same must not silence the provider: as
    long as nobody answers, the message waits to be tried again.
    """
    report = row.notification.said
    operation = wiring.ledger.by_wire(account.name, report.reference, report.provider_reference)
    if operation is None or operation.mismatch(report):
        return
    if advance(operation.state, report.state) is not Step.MOVES:
        return
    if not was_answered(wiring, asked(wiring, operation, not_within_s=gap_s)):
        wiring.ledger.revive(row.id, wiring.now())


def _is_old(wiring: Wiring, account: Account, row: InboxRow) -> bool:
    """Return whether a provider would have confirmed it by now, if it ever would."""
    window = timedelta(seconds=account.description.settling_window_s)
    return wiring.now() > row.received_at + window


def apply_parked(wiring: Wiring, done: Reserved) -> Operation:
    """Apply the messages that came before their operation was done; return it as it stands then.

    A stored result is returned as it is, without network. What goes wrong here changes nothing of
    the operation: `retry_kept` will try again.
    """
    operation = done.operation
    if not done.fresh:
        return operation
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


def retry_kept(wiring: Wiring, limit: int | None = None, *, ahead: bool = False) -> tuple[int, int]:
    """Apply kept messages that are due, or all that wait.

    Return how many were tried, and how many are finished now. One that fails stops no other, and
    is dead after 8 failures.
    """
    due = wiring.ledger.due_messages(wiring.now(), limit, ahead=ahead)
    return len(due), sum(_retried(wiring, row, HINT_GAP_S).is_finished for row in due)


def apply_kept(wiring: Wiring, row_id: str, planned_at: datetime | None) -> None:
    """Apply one kept message: as soon as it came, or as it was planned, unless the plan changed.

    What goes wrong is noted, and tried again by the plan.
    """
    row = wiring.ledger.message(row_id)
    if row is None or (planned_at is not None and planned_at != row.next_try_at):
        return
    is_new = planned_at is None and row.copies == 1 and not row.reason
    _retried(wiring, row, 0 if is_new else HINT_GAP_S)


def digest(account: str, notification: Notification, trusted: bool) -> str:
    """Return what makes two messages the same event, in whatever bytes they come."""
    report = notification.said
    typed = [
        account,
        trusted,
        notification.event_id,
        report.kind.value if report.kind else None,
        report.reference,
        report.provider_reference,
        report.state.value,
        report.amount.minor if report.amount else None,
        report.amount.currency if report.amount else None,
    ]
    return hashlib.sha256(json.dumps(typed).encode()).hexdigest()


def _was_trusted(row: InboxRow) -> bool:
    """Return whether a kept message came from where such messages come from."""
    return row.digest != digest(row.account, row.notification, trusted=False)


def _retried(wiring: Wiring, row: InboxRow, gap_s: float) -> InboxState:
    account = wiring.accounts.get(row.account)
    if account is None:
        _note(wiring, row, Verdict(row.state, "the settings have no such account"))
        return row.state
    try:
        return apply(wiring, account, row, trusted=_was_trusted(row), gap_s=gap_s)
    except Exception as error:
        _failed(account, error)
        dead = row.failures + 1 >= MAX_FAILURES
        verdict = Verdict(InboxState.DEAD if dead else row.state, type(error).__name__)
        _note(wiring, row, verdict, failed=True)
        return verdict.state


def _note(wiring: Wiring, row: InboxRow, verdict: Verdict, *, failed: bool = False) -> None:
    wiring.ledger.mark(row.id, verdict.state, verdict.reason, wiring.now(), failed=failed)
    if verdict.state in (InboxState.QUARANTINED, InboxState.DEAD):
        log.event(
            "webhook_needs_review",
            level=log.WARNING,
            account=row.account,
            reference=row.notification.said.reference or "",
            status=verdict.state.value,
            reason=verdict.reason,
        )


def _failed(account: Account, error: Exception) -> None:
    name = type(error).__name__
    log.event("webhook_not_applied", level=log.ERROR, account=account.name, error=name)
