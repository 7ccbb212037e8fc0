"""What to ask again, and when: nothing resolves an unknown outcome but asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from paycore import log
from paycore.operation import Operation
from paycore.states import State
from paycore.verbs.ask import ask
from paycore.verbs.deliver import deliver, delivered
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
    """The rest of them."""
    messages: int
    """Kept messages that were finished."""
    events: int
    """Events that were told."""
    needs_review: int
    """Operations that a person should look at, all together."""
    not_asked: int = 0
    """Operations that were due, and it failed before anybody was asked: the ledger takes nothing.

    They are due still.
    """


def reconcile(
    wiring: Wiring,
    limit: int | None = None,
    *,
    ahead: bool = False,
    failed: set[str] | None = None,
) -> Reconciliation:
    """Do what is due, at most `limit` of each: ask, finish kept messages, tell events.

    Operations in `failed`, by id, are left alone; those that nobody could be asked about join them.
    """
    return _round(wiring, limit, set() if failed is None else failed, ahead=ahead)[0]


def _round(
    wiring: Wiring, limit: int | None, failed: set[str], *, ahead: bool = False
) -> tuple[Reconciliation, int]:
    """Do what is due; return what was done, and how many messages or events were tried at most."""
    before = len(failed)
    due = _due(wiring, limit, failed, ahead=ahead)
    settled = sum(_settled(wiring, operation, failed) for operation in due)
    asked = len(due) - (len(failed) - before)
    tried, messages = retry_kept(wiring, limit, ahead=ahead)
    heard, events = delivered(wiring, MOST if limit is None else limit)
    done = Reconciliation(
        asked=asked,
        settled=settled,
        still_open=asked - settled,
        messages=messages,
        events=events,
        needs_review=wiring.ledger.in_review(),
        not_asked=len(due) - asked,
    )
    return done, max(tried, heard)


def step(wiring: Wiring) -> bool:
    """Do a little of what is due; return whether there may be more.

    What nobody could be asked about is due still: where that is all, there is no more for now.
    """
    done, tried = _round(wiring, STEP, set())
    operations = done.asked + done.not_asked if done.asked else 0
    return STEP in (operations, tried)


def perform(wiring: Wiring, work: Work) -> None:
    """Do one piece of work that an engine was told of, unless the plan has changed since."""
    if work.kind is WorkKind.MESSAGE:
        apply_kept(wiring, work.name, work.at)
    elif work.kind is WorkKind.EVENTS:
        deliver(wiring, MOST, work.name)
    else:
        operation = wiring.ledger.operation(work.name)
        if operation.next_check_at == work.at:
            _settled(wiring, operation, set())


def _due(
    wiring: Wiring, limit: int | None, failed: set[str], *, ahead: bool
) -> Sequence[Operation]:
    """Return up to `limit` operations that are due, but for those in `failed`."""
    most = None if limit is None else limit + len(failed)
    due = wiring.ledger.due(wiring.now(), most, ahead=ahead)
    return [operation for operation in due if operation.id not in failed][:limit]


def _settled(wiring: Wiring, operation: Operation, failed: set[str]) -> bool:
    """Ask about one operation and return whether that settled it; its failure stops no other.

    If it failed before anybody was asked, its id joins `failed`.
    """
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
        if not _was_asked(wiring, operation):
            failed.add(operation.id)
        return False


def _was_asked(wiring: Wiring, seen: Operation) -> bool:
    """Return whether somebody was asked about an operation since it was `seen`.

    The question is noted before it is asked; who died while sending is taken over before it.
    """
    try:
        now = wiring.ledger.operation(seen.id)
    except Exception:
        return False
    return now.checks != seen.checks and now.state is not State.SUBMITTING
