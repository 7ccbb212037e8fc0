"""What people decide: a page that gives way, an outcome that they found out; for every ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from paycore.errors import Conflict
from paycore.methods import PAGES
from paycore.money import Money
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.report import Conclusion, Report
from paycore.secret import scrub
from paycore.states import Kind, State

SETTLED: Final = (State.SUCCEEDED, State.DECLINED, State.NOT_EXECUTED)
"""What a person may say that became of an operation."""
CONFIRMED: Final = frozenset({State.AUTHORIZED, State.EXPIRED})
"""What a person may only say of a charge that is that already, and under review."""


def superseded(charge: Operation, version: int) -> Operation:
    """Return a page whose place another one may take; it stays open, and in the plan.

    Raises:
        Conflict: it changed since the provider was asked; it is no page, somebody paid it, or may
            be paying in a way that is not known.
    """
    _check_version(charge, version)
    waits = charge.state is State.PENDING and charge.next_action is not None
    unreached = charge.state is State.UNKNOWN and charge.next_action is None
    if charge.kind is not Kind.CHARGE or charge.method not in PAGES or not (waits or unreached):
        raise Conflict(
            f"{charge.owner}: its {charge.method or 'charge'} is {charge.state.value}; "
            "only a page that waits for the payer can be superseded"
        )
    if charge.review:
        raise Conflict(f"{charge.owner}: under review: {charge.review}")
    return replace(charge, superseded=True)


def settled(
    before: Operation, state: State, version: int, payment: Payment | None, now: datetime
) -> Operation:
    """Return an operation as a person settled it, its review flag taken down.

    Raises:
        Conflict: somebody changed it meanwhile, its dispatcher may be at work, or its state
            cannot become that one.
    """
    _check_version(before, version)
    if not before.is_free(now):
        raise Conflict(f"{before.owner}: it is being sent right now; try again in a minute")
    _check_way(before, state)
    _check_hold(before, state, payment)
    _check_money(before, state, payment)
    late = not before.state.is_open and before.state is not state
    return replace(
        before,
        state=state,
        captured=_captured(before, state, payment),
        review="",
        next_action=None,
        decline=before.decline if state is State.DECLINED else None,
        late=before.late or late,
        fence=before.fence + (before.state is State.SUBMITTING),
    )


def verdict(before: Operation, state: State, reason: str) -> Report:
    """Return what a person found out, as evidence, with the review that it took down."""
    raw = {"paycore": scrub(reason)[:500]} | ({"review": before.review} if before.review else {})
    return Conclusion(before.reference, state, reason=reason, raw=raw)


def _check_version(before: Operation, version: int) -> None:
    if before.version != version:
        raise Conflict(f"{before.owner}: it changed meanwhile; look at it again", field="version")


def _check_way(before: Operation, state: State) -> None:
    """Refuse to take a success back, and to change a last word that nobody doubts."""
    took = before.state is State.SUCCEEDED and state is not State.SUCCEEDED
    if before.review and before.state is state and state in CONFIRMED:
        return
    doubted = before.state.is_open or before.review
    if state not in SETTLED or took or not (doubted or state in (before.state, State.SUCCEEDED)):
        raise Conflict(
            f"{before.owner}: it is {before.state.value}; that cannot become {state.value}",
            field="state",
        )


def _check_hold(before: Operation, state: State, payment: Payment | None) -> None:
    """Refuse to say that nothing was taken of what a capture took or may be taking.

    Nor is held what a capture or a release of ours ended.
    """
    if payment is None or state is State.SUCCEEDED:
        return
    for end in payment.ends_of_hold(before.id):
        done = end.state is State.SUCCEEDED
        if done if state is State.AUTHORIZED else end.kind is Kind.CAPTURE:
            raise Conflict(
                f"{before.owner}: its {end.kind.value} is {end.state.value}, and decides",
                field="state",
            )


def _captured(before: Operation, state: State, payment: Payment | None) -> Money | None:
    """Return what was taken of a hold, where it is less: what our capture of it asked for."""
    if payment is None or state is not State.SUCCEEDED or before.state is State.SUCCEEDED:
        return before.captured
    ends = payment.ends_of_hold(before.id)
    asked = next((end.amount for end in ends if end.kind is Kind.CAPTURE), None)
    return asked if asked != before.amount else None


def _check_money(before: Operation, state: State, payment: Payment | None) -> None:
    """Refuse to give back by hand, late, what is not there any more; nor is a hold taken twice."""
    if state is not State.SUCCEEDED or before.state.is_open or before.state is state:
        return
    if payment is None or before.amount is None:
        return
    if before.kind.ends_a_hold and payment.ends_of_hold(before.charge):
        raise Conflict(f"{before.owner}: another capture or release of it has decided")
    if not before.kind.gives_back:
        return
    if before.amount > payment.left(before.charge):
        raise Conflict(f"{before.owner}: less than {before.amount} is left to give back")
