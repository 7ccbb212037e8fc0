"""Nothing resolves an unknown outcome but asking; asking resolves it without any message (R16)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from paycore.engines.sweeping import swept
from paycore.errors import InvalidRequest, LedgerError
from paycore.reconcile import STEP, Reconciliation, step
from paycore.states import Kind, State
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


def test_who_could_not_be_asked_about_is_not_counted_as_asked(stage, monkeypatch):
    """The ledger takes no note that somebody is asked: nobody is, and it is due still."""
    stage.till.next(*["lost_after"] * 3)
    for reference in ("o-1", "o-2", "o-3"):
        stage.charge(reference)
    real = stage.ledger.claim_check
    bad = stage.ledger.operations("o-2", Kind.CHARGE)[0].id

    def claim_check(operation, *more):
        if operation == bad:
            raise LedgerError("full")
        return real(operation, *more)

    monkeypatch.setattr(stage.ledger, "claim_check", claim_check)
    stage.clock.advance(60)

    assert stage.gateway.reconcile() == Reconciliation(2, 2, 0, 0, 0, 0, not_asked=1)
    assert [each.id for each in stage.ledger.due(stage.clock(), None)] == [bad]


def test_who_died_while_sending_is_taken_over_before_anybody_is_asked(stage, monkeypatch):
    """Where that cannot be written nobody was asked; nor is it known where nothing can be read."""
    for reference in ("o-1", "o-2"):
        stage.crash(reference)
    stage.clock.advance(stage.accounts["main"].lease_s)
    real = stage.ledger.operation

    def refused(*_, **__):
        raise LedgerError("gone")

    def operation(id_):
        return real(id_) if real(id_).owner == "o-1" else refused()

    monkeypatch.setattr(stage.ledger, "record", refused)
    monkeypatch.setattr(stage.ledger, "operation", operation)
    done = stage.gateway.reconcile()

    assert (done.asked, done.not_asked, stage.till.count("query")) == (0, 2, 0)


def test_a_sweep_ends_where_nobody_can_be_asked_about(stage, monkeypatch, caplog):
    """Nor does it write the same line ten thousand times; the next sweep tries again."""
    many = 3 * STEP
    stage.till.next(*["lost_after"] * many)
    for number in range(many):
        stage.charge(f"o-{number}")
    real, full = stage.ledger.claim_check, [True]

    def claim_check(*asked):
        if full:
            raise LedgerError("full")
        return real(*asked)

    monkeypatch.setattr(stage.ledger, "claim_check", claim_check)
    stage.clock.advance(60)
    swept(partial(step, stage.wiring), lambda: False)
    failures = caplog.text.count("not_reconciled")
    full.clear()
    swept(partial(step, stage.wiring), lambda: False)

    assert failures == STEP
    assert stage.till.count("query") == many


def test_a_sweep_goes_on_where_one_cannot_be_asked_about(stage, monkeypatch):
    """The one that is due longest fails in every step, and the others are asked about."""
    many = 3 * STEP
    stage.till.next(*["lost_after"] * many)
    for number in range(many):
        stage.charge(f"o-{number}")
        stage.clock.advance(1)
    real = stage.ledger.claim_check
    stage.clock.advance(60)
    bad = stage.ledger.due(stage.clock(), 1)[0].id

    def claim_check(operation, *more):
        if operation == bad:
            raise LedgerError("full")
        return real(operation, *more)

    monkeypatch.setattr(stage.ledger, "claim_check", claim_check)
    swept(partial(step, stage.wiring), lambda: False)

    assert stage.till.count("query") == many - 1


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
