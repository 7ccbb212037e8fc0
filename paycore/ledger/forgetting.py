"""What a purge leaves: what moved, and that a key was used; not whom it was about."""

from __future__ import annotations

from dataclasses import replace

from paycore.operation import Operation
from paycore.payment import Payment
from paycore.report import Notification, Report


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
