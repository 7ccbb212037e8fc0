"""Workers ask by the plan: one for each time, and a person looks where asking has not helped."""

from __future__ import annotations

import pytest

from paycore.plan import PLAN_S, SPREAD
from paycore.states import Kind, State
from paycore.verbs.ask import ask
from tests.stage import Raises, Stage

WEEK_S = PLAN_S[-1] * (1 + SPREAD)


@pytest.fixture
def stage():
    """Give a stage on which a charge was lost, and no query is ever answered."""
    stage = Stage()
    stage.till.next("lost_before")
    stage.charge()
    stage.till.next_query(*["lost_before"] * 99)
    return stage


def test_of_two_workers_with_the_same_list_one_asks(stage):
    """R39: the second sees that somebody asked since it looked."""
    stage.clock.advance(20)
    (seen,) = stage.ledger.due(stage.clock(), None)
    for _ in range(2):
        ask(stage.wiring, seen, claimed=True)

    assert stage.till.count("query") == 1


def test_who_was_asked_to_ask_asks(stage):
    """A caller who wants to know is not a worker: nobody's list is older than its question."""
    (seen,) = stage.ledger.due(stage.clock(), None, ahead=True)
    for _ in range(2):
        ask(stage.wiring, seen)

    assert stage.till.count("query") == 2


@pytest.mark.parametrize("error", [RuntimeError("odd"), TimeoutError()])
def test_a_person_looks_once_the_plan_is_used_up(stage, error):
    """R48: it stays UNKNOWN, is asked about all the same, and nobody is called before."""
    stage.till.query_acts.clear()
    stage.till.next_query(*[Raises(error)] * 99)
    flags = []
    for _ in range(2):
        stage.gateway.reconcile(ahead=True)
        flags.append(bool(stage.find().review))
        stage.clock.advance(WEEK_S)
    stage.gateway.reconcile(ahead=True)
    (charge,) = stage.find().operations

    assert flags == [False, True]
    assert (charge.state, charge.review) == (
        State.UNKNOWN,
        "asked about by the whole plan, and still open",
    )
    assert stage.ledger.in_review() == 1
    assert charge.next_check_at is not None


@pytest.mark.parametrize("kind", [Kind.CAPTURE, Kind.RELEASE])
def test_a_person_looks_in_time_where_what_is_held_may_lapse(kind):
    """R48: a day after it was lost, and not when there is nothing left to take; asking goes on."""
    stage = Stage()
    stage.held()
    stage.till.next("lost_before")
    end = stage.gateway.capture if kind is Kind.CAPTURE else stage.gateway.void
    end("o-1", key="e-1")
    needed = []
    for _ in range(9):
        stage.till.next_query(*["lost_before"] * 9)
        stage.clock.advance(6 * 3600)
        needed.append(stage.gateway.reconcile().needs_review)
    lost = stage.ledger.by_key(kind, "e-1")

    assert needed[:2] == [0, 0]
    assert needed[5:] == [1, 1, 1, 1]
    assert (lost.state, lost.review[:21]) == (State.UNKNOWN, "asked about for a day")
    stage.till.query_acts.clear()
    stage.clock.advance(86_400)
    calls = stage.till.count("query")
    stage.gateway.reconcile()
    assert stage.till.count("query") > calls
