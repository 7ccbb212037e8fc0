"""Nothing resolves an unknown outcome but asking; asking resolves it without any message (R16)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paycore.errors import InvalidRequest, LedgerError
from paycore.reconcile import STEP, Reconciliation, step
from paycore.states import State
from tests.stage import PAGE, Raises, Stage


@pytest.fixture
def stage():
    return Stage()


def states(stage):
    return [p.operations[0].state for p in stage.gateway.payments().payments]


def test_nothing_open_is_nothing_asked(stage):
    """What is settled is left alone."""
    stage.paid()

    assert stage.gateway.reconcile(ahead=True) == Reconciliation(0, 0, 0, 0, 0, 0)
    assert stage.till.count("query") == 0


def test_what_is_open_is_asked_about(stage):
    """Unknown, pending, and whose dispatcher died; whatever comes of it is counted."""
    stage.till.next("lost_after", "lost_before", "pending")
    for reference in ("o-1", "o-2", "o-3"):
        stage.charge(reference)
    stage.crash("o-4")
    stage.clock.advance(stage.accounts["main"].lease_s)
    round_ = stage.gateway.reconcile(ahead=True)

    assert round_ == Reconciliation(
        asked=4, settled=2, still_open=2, messages=0, events=0, needs_review=0
    )
    assert states(stage) == [State.SUCCEEDED, State.UNKNOWN, State.PENDING, State.SUCCEEDED]


def test_refunds_and_tokens_are_asked_about_too(stage):
    """Whatever is open."""
    stage.paid()
    stage.till.next("lost_after", "ok")
    stage.gateway.refund("o-1", key="r-1")
    stage.gateway.tokenize("card-1", PAGE)
    stage.till.settle("card-1")

    assert stage.gateway.reconcile(ahead=True).settled == 2
    assert stage.gateway.query_token("card-1").usable


def test_all_ends_right_without_a_message(stage):
    """R16: pages that are paid, declined or left alone."""
    for number, end in enumerate(("succeeded", "declined", None)):
        stage.charge(f"o-{number}", method=PAGE)
        if end:
            stage.till.settle(f"o-{number}", end)
    stage.clock.advance(3601)
    stage.gateway.reconcile(ahead=True)

    assert states(stage) == [State.SUCCEEDED, State.DECLINED, State.EXPIRED]


def test_no_timer_makes_a_failure_of_what_is_unknown(stage):
    """R48: thirty days of silence."""
    stage.till.next("lost_before")
    stage.charge()
    for _ in range(30):
        stage.clock.advance(86_400)
        stage.till.next_query("lost_before")
        assert stage.gateway.reconcile(ahead=True).still_open == 1

    assert states(stage) == [State.UNKNOWN]


def test_one_that_fails_stops_no_other(stage, monkeypatch, caplog):
    """R18: the rest is asked about, and the failure is in the log."""
    stage.till.next(*["lost_after"] * 3)
    for reference in ("o-1", "o-2", "o-3"):
        stage.charge(reference)
    real = stage.ledger.record

    def record(operation, report, *more, **named):
        if report.reference == "o-1":
            raise LedgerError("gone")
        return real(operation, report, *more, **named)

    monkeypatch.setattr(stage.ledger, "record", record)

    assert stage.gateway.reconcile(ahead=True) == Reconciliation(3, 2, 1, 0, 0, 0)
    assert "not_reconciled" in caplog.text


def test_who_interrupts_is_not_held_up(stage):
    """A signal in the middle of a round ends it."""
    stage.till.next("lost_after")
    stage.charge()
    stage.till.next_query(Raises(KeyboardInterrupt()))

    with pytest.raises(KeyboardInterrupt):
        stage.gateway.reconcile(ahead=True)

    assert states(stage) == [State.UNKNOWN]


def test_a_limit_starves_nobody(stage):
    """Who was asked longest ago comes first."""
    stage.till.next(*["lost_before"] * 5)
    for number in range(5):
        stage.charge(f"o-{number}")
    for _ in range(3):
        stage.clock.advance(60)
        assert stage.gateway.reconcile(limit=2, ahead=True).asked == 2
    asked = [reference for name, reference in stage.till.calls if name == "query"]

    assert sorted(asked[:5]) == [f"o-{number}" for number in range(5)]


def test_what_nobody_can_ask_about_is_in_nobody_s_way():
    """R16, R48: whose account left the settings while it was sent, or open, or expired."""
    old = Stage(names=("old", "main"))
    for number in range(STEP):
        old.crash(f"dead-{number}", account="old")
        old.till.next("lost_before")
        old.charge(f"lost-{number}", account="old")
    old.clock.advance(3600)
    old.tills["main"].next("lost_after")
    old.charge("good", account="main")
    new = Stage(names=("main",), ledger=old.ledger)
    new.till.orders, new.clock.time = old.tills["main"].orders, old.clock.time
    new.clock.advance(60)
    rounds = 0
    while step(new.wiring) and rounds < 20:
        rounds += 1

    assert rounds < 5
    assert new.find("good").paid
    assert {new.find(f"dead-{n}").operations[0].state for n in range(STEP)} == {State.UNKNOWN}


def test_what_cannot_be_taken_over_waits_for_its_next_time(stage, monkeypatch):
    """What the ledger refuses of one operation, or who dies there, holds up no other."""
    stage.crash()
    stage.clock.advance(stage.accounts["main"].lease_s)

    def refused(*_, **__):
        raise LedgerError("gone")

    monkeypatch.setattr(stage.ledger, "record", refused)
    stage.gateway.reconcile()

    assert stage.ledger.due(stage.clock(), None) == []
    assert len(stage.ledger.due(stage.clock() + timedelta(days=1), None)) == 1


@pytest.mark.parametrize("limit", [0, -1, True, 1.5, "1"])
def test_a_limit_is_a_number_of_operations(stage, limit):
    """One or more."""
    with pytest.raises(InvalidRequest, match="limit"):
        stage.gateway.reconcile(limit=limit)
