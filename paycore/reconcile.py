"""What to ask again, and when: nothing resolves an unknown outcome but asking."""

from __future__ import annotations

from dataclasses import dataclass

from paycore.verbs.ask import ask
from paycore.verbs.receive import retry_kept
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
    settled = sum(not ask(wiring, operation).state.is_open for operation in due)
    return Reconciliation(
        asked=len(due),
        settled=settled,
        still_open=len(due) - settled,
        messages=retry_kept(wiring),
    )
