"""What a purge leaves: what moved, and that a key was used; not whom it was about."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from paycore.ledger.mail import InboxRow, InboxState
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.report import Notification, Report

PURGED: Final = "purged: "
"""How the reason of a message begins that was purged, though nobody knows what it is about."""


def is_finished(payment: Payment) -> bool:
    """Return whether nothing of a payment is open, planned, or waits for a person."""
    return not any(o.state.is_open or o.next_check_at or o.review for o in payment.operations)


def forgotten(operation: Operation) -> Operation:
    """Return an operation without card, page and payer."""
    return replace(operation, instrument=None, next_action=None, nonce="")


def forgotten_message(told: Notification) -> Notification:
    """Return a message as what it was about, without its words."""
    report = told.said
    left = Report(
        report.reference,
        report.state,
        amount=report.amount,
        kind=report.kind,
        provider_reference=report.provider_reference,
    )
    return Notification(left, told.acknowledgement, told.content_type, told.event_id)


def may_be_a_stranger(row: InboxRow, before: datetime) -> bool:
    """Return whether a message from before then may be about nothing that the ledger knows.

    What was applied never is; what was purged already need not be looked at.
    """
    applied = row.state in (InboxState.APPLIED, InboxState.DUPLICATE)
    return row.received_at < before and not applied and not row.reason.startswith(PURGED)


def forgotten_stranger(row: InboxRow) -> InboxRow:
    """Return a message that nobody can place without its words, and marked as that."""
    return replace(
        row, notification=forgotten_message(row.notification), reason=PURGED + row.reason
    )
