"""What to ask again, and when: nothing resolves an unknown outcome but asking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from paycore import log
from paycore.operation import Operation
from paycore.verbs.ask import ask
from paycore.verbs.deliver import deliver
from paycore.verbs.inbox import apply_kept, retry_kept
from paycore.wiring import Wiring
from paycore.work import Work, WorkKind

MOST: Final = 10_000
"""How many events one round tells where no limit is given."""
STEP: Final = 4
"""How much of each a worker does before it looks whether it was told to end."""


@dataclass(frozen=True)
class Reconciliation:
    """What one round did."""

    asked: int
    """Operations that were due, and the provider was asked about."""
    settled: int
    """Those of them that are open no more."""
    still_open: int
    messages: int
    """Kept messages that were finished."""
    events: int
    """Events that were told."""
    needs_review: int
    """Operations that a person should look at, all together."""


def reconcile(wiring: Wiring, limit: int | None = None, *, ahead: bool = False) -> Reconciliation:
    """Do what is due, at most `limit` of each: ask, finish kept messages, tell events."""
    due = wiring.ledger.due(wiring.now(), limit, ahead=ahead)
    settled = sum(_settled(wiring, operation) for operation in due)
    messages = retry_kept(wiring, limit, ahead=ahead)
    return Reconciliation(
        asked=len(due),
        settled=settled,
        still_open=len(due) - settled,
        messages=messages,
        events=deliver(wiring, MOST if limit is None else limit),
        needs_review=wiring.ledger.in_review(),
    )


def step(wiring: Wiring) -> bool:
    """Do a little of what is due; return whether there may be more."""
    done = reconcile(wiring, STEP)
    return STEP in (done.asked, done.messages, done.events)


def perform(wiring: Wiring, work: Work) -> None:
    """Do one piece of work that an engine was told of, unless the plan has changed since."""
    if work.kind is WorkKind.MESSAGE:
        apply_kept(wiring, work.name, work.at)
    elif work.kind is WorkKind.EVENTS:
        deliver(wiring, MOST, work.name)
    else:
        operation = wiring.ledger.operation(work.name)
        if operation.next_check_at == work.at:
            _settled(wiring, operation)


def _settled(wiring: Wiring, operation: Operation) -> bool:
    """Ask about one operation and return whether that settled it; its failure stops no other."""
    try:
        return not ask(wiring, operation, claimed=True).state.is_open
    except Exception as error:
        log.event(
            "not_reconciled",
            level=log.ERROR,
            account=operation.account,
            owner=operation.owner,
            reference=operation.reference,
            error=type(error).__name__,
        )
        return False
