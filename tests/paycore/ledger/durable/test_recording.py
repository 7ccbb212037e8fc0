"""What changes an operation is one commit, and compares the fence in the statement itself."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import replace

import pytest

from paycore.errors import LedgerError
from paycore.ledger.durable import open_durable, operations
from paycore.states import State
from paycore.testing.ledgers.scene import intent, recorded, reserved
from tests.paycore.ledger.durable.faulty import Plan, broken, open_faulty

PLACES = [*(("execute", at) for at in range(1, 13)), *(("before", at) for at in range(1, 3))]
"""The statements of a report and what comes after it, and the commits."""


def test_a_change_and_what_it_tells_are_one_commit(place):
    """R17: whichever statement or commit fails for good, both are there or neither is."""
    open_durable(place.url).close()
    ledger, engine = open_faulty(place.url)
    ends = set()
    with closing(ledger):
        for step, at in PLACES:
            owner = f"{step}-{at}"
            operation = reserved(ledger, intent(owner=owner, key=owner))
            engine.plan = Plan(step, at, broken(place.kind), always=True)
            with suppress(LedgerError):
                recorded(ledger, operation)
            engine.plan = Plan()
            moved = ledger.operation(operation.id).state is State.SUCCEEDED
            ends.add(moved)

            assert len(ledger.events_of(owner)) == len(ledger.evidence(operation.id)) == moved
    assert ends == {True, False}


def test_who_lost_its_fence_writes_nothing(ledger):
    """R39: even where nobody compared it before, the database does."""
    operation = reserved(ledger, intent())
    stale, told = replace(operation, fence=0), replace(operation, state=State.SUCCEEDED)
    with pytest.raises(LedgerError, match="another dispatcher"):
        ledger._db.write(lambda session: operations.change(session, stale, told))

    assert ledger.operation(operation.id) == operation
