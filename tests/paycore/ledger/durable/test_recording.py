"""What changes an operation is one commit, and compares the fence in the statement itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import replace

import psycopg
import pytest

from paycore.errors import LedgerError
from paycore.ledger.durable import open_durable, operations
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import held, intent, recorded, reserved, taken
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


@pytest.mark.parametrize("kind", [Kind.CAPTURE, Kind.RELEASE])
def test_what_ends_a_hold_moves_no_sum(place, ledger, kind):
    """R32: neither when it is reserved, nor when it succeeds; only its charge takes money."""
    charge = held(ledger)
    end = reserved(ledger, intent(kind, "e-1", 600 if kind is Kind.CAPTURE else None))
    for _ in range(2):
        told = place.run("SELECT captured, reserved FROM paycore_payment")
        assert [tuple(row) for row in told] == [(0, 0)]
        recorded(ledger, end)

    assert ledger.operation(charge.id).state is State.AUTHORIZED


def test_what_was_taken_of_a_hold_is_the_sum(place, ledger):
    """R32: a part, where a part was captured; the database gives no more back."""
    taken(ledger, 600)

    assert [tuple(row) for row in place.run("SELECT captured FROM paycore_payment")] == [(600,)]
    with pytest.raises((sqlite3.Error, psycopg.Error)):
        place.run("UPDATE paycore_payment SET refunded = 601")
