"""What to ask again, and when: nothing resolves an unknown outcome but asking."""

from __future__ import annotations

from dataclasses import dataclass

from paycore import log
from paycore.operation import Operation
from paycore.verbs.ask import ask
from paycore.verbs.inbox import retry_kept
from paycore.wiring import Wiring


@dataclass(frozen=True)
class Reconciliation:
    """What one round did."""

    asked: int
    """Operations the provider was asked about."""
    settled: int
    """Those of them that are open no more."""
    still_open: int
    messages: int
    """Kept messages that were finished."""


def reconcile(wiring: Wiring, limit: int | None = None) -> Reconciliation:
    """Ask about up to `limit` open operations, finish kept messages, and say how it went."""
    due = wiring.ledger.due(wiring.now(), limit)
    settled = sum(_settled(wiring, operation) for operation in due)
    return Reconciliation(
        asked=len(due),
        settled=settled,
        still_open=len(due) - settled,
        messages=retry_kept(wiring),
    )


def _settled(wiring: Wiring, operation: Operation) -> bool:
    """Ask about one operation and return whether that settled it; its failure stops no other."""
    try:
        return not ask(wiring, operation).state.is_open
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
