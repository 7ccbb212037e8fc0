"""What makes work due tells the engine in its transaction; doing it is what reconcile does."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from paycore.account import Limits
from paycore.errors import LedgerError
from paycore.events import EventType
from paycore.ledger.durable import open_durable
from paycore.ledger.mail import InboxState
from paycore.reconcile import STEP, perform, step
from paycore.states import State
from paycore.verbs.ask import HINT_GAP_S
from paycore.work import Work, WorkKind
from tests.paycore.engines.noted import Deferred
from tests.stage import PAGE, Stage, message


@pytest.fixture
def stage(tmp_path):
    deferred = Deferred(tmp_path)
    yield deferred
    deferred.ledger.close()


@pytest.fixture
def heard(stage):
    """Let a callback hear of payments; return what it heard."""
    events = []
    stage.gateway.on(EventType.PAYMENT_PAID, events.append)
    return events


def page(stage, reference="o-1"):
    """Charge by a page that its payer then pays; return the operation."""
    operation = stage.charge(reference, method=PAGE).operations[0]
    stage.till.settle(reference)
    stage.engine.works.clear()
    return operation


def only(stage):
    (row,) = stage.ledger.messages()
    return row


def test_a_charge_is_to_be_asked_about(stage):
    """Should its dispatcher die, when the lease runs out; and when the plan says."""
    operation = stage.charge(method=PAGE).operations[0]
    lost, planned = stage.engine.taken("operation")

    assert (lost.name, planned.name) == (operation.id, operation.id)
    assert lost.at == stage.clock() + timedelta(seconds=stage.accounts["main"].lease_s)
    assert planned.at == operation.next_check_at < lost.at


def test_what_is_settled_is_not_asked_about(stage):
    """Its events are to be told, at once; of the query only the dispatcher's lease is left."""
    stage.paid()

    assert [work.kind for work in stage.engine.works] == [WorkKind.OPERATION, WorkKind.EVENTS]
    assert stage.engine.works[1] == Work(WorkKind.EVENTS, "o-1")


@pytest.mark.parametrize("seed", range(10))
def test_whatever_is_planned_an_engine_knows(stage, seed):
    """Of every operation and message that waits there is work for the very time it is planned."""
    chance = random.Random(seed)
    for number in range(12):
        reference = f"o-{chance.randrange(5)}-{number}"
        stage.till.next(chance.choice(["ok", "lost_after", "lost_before", "pending"]))
        stage.charge(reference, method=PAGE)
        if chance.random() < 0.4 and reference in stage.till.orders:
            stage.till.settle(reference)
        if chance.random() < 0.4:
            stage.tell(reference=chance.choice([reference, "nobody"]))
        stage.clock.advance(chance.choice([1, 20, 400]))
        if chance.random() < 0.5:
            step(stage.wiring)
        else:
            perform(stage.wiring, chance.choice(stage.engine.works))
    known = set(stage.engine.works)
    planned = [
        Work(WorkKind.OPERATION, each.id, each.next_check_at)
        for each in stage.ledger.listed(limit=1000)
        if each.next_check_at is not None
    ]
    for row in stage.ledger.messages():
        if row.next_try_at is not None:
            at = row.next_try_at if row.reason else None
            planned.append(Work(WorkKind.MESSAGE, row.id, at))

    assert planned
    assert set(planned) <= known


def test_what_cannot_be_noted_is_not_kept(stage):
    """An engine that fails undoes the transaction: nothing is sent, nothing is acknowledged."""
    stage.engine.problem = LedgerError("no room")
    with pytest.raises(LedgerError, match="no room"):
        stage.charge()
    answer = stage.tell(reference="o-1")

    assert answer.status == 503
    assert stage.till.calls == []
    assert stage.ledger.listed(limit=10) == stage.ledger.messages() == ()


def test_a_message_is_acknowledged_and_left_to_a_worker(stage, heard):
    """The provider is not asked while it waits for its acknowledgement."""
    page(stage)
    answer = stage.tell(reference="o-1")

    assert answer.status == 200
    assert stage.till.count("query") == 0
    assert only(stage).state is InboxState.VERIFIED
    assert stage.ear.outcomes() == ["verified"]
    assert stage.engine.works == [Work(WorkKind.MESSAGE, only(stage).id)]

    stage.work()
    assert stage.find().paid
    assert only(stage).state is InboxState.APPLIED
    assert [event.owner for event in heard] == ["o-1"]


def test_another_copy_is_work_until_it_is_applied(stage):
    """One that may be forged must not silence the provider; one that was applied is old news."""
    page(stage)
    for _ in range(2):
        stage.tell(reference="o-1")

    assert len(stage.engine.works) == 2
    stage.work()
    stage.engine.works.clear()
    stage.tell(reference="o-1")
    assert stage.engine.works == []
    assert stage.till.count("query") == 1


def test_what_is_new_is_asked_about_at_once_and_copies_are_not(stage):
    """However short ago the provider was asked; one that repeats itself causes no flood."""
    stage.charge(method=PAGE)
    stage.gateway.query("o-1")
    stage.tell(reference="o-1")
    stage.work()
    assert stage.till.count("query") == 2
    stage.tell(reference="o-1")
    stage.work()

    assert stage.till.count("query") == 2


def test_a_message_that_waits_is_tried_when_it_is_planned(stage):
    """The provider has not confirmed it: the next try is noted, with its time."""
    stage.charge(method=PAGE)
    stage.engine.works.clear()
    stage.tell(reference="o-1")
    perform(stage.wiring, stage.engine.works.pop())
    row = only(stage)
    (again,) = stage.engine.taken("message")

    assert row.state is InboxState.VERIFIED
    assert again == Work(WorkKind.MESSAGE, row.id, row.next_try_at)

    stage.till.settle("o-1")
    stage.clock.advance(HINT_GAP_S)
    perform(stage.wiring, Work(WorkKind.MESSAGE, row.id, row.next_try_at + timedelta(seconds=1)))
    assert only(stage) == row  # that is not when it is planned
    perform(stage.wiring, again)
    assert only(stage).state is InboxState.APPLIED


def test_a_message_taken_up_anew_is_work_at_once(stage):
    """An operator's replay does not wait for a sweep."""
    stage.tell(reference="nobody")
    stage.work()
    stage.engine.works.clear()
    stage.ledger.revive(only(stage).id, stage.clock())

    assert stage.engine.works == [Work(WorkKind.MESSAGE, only(stage).id)]


def test_nobody_is_told_in_the_process_of_the_caller(stage, heard):
    """The worker tells; a caller who asks for it may."""
    stage.paid()

    assert heard == []
    perform(stage.wiring, Work(WorkKind.EVENTS, "o-1"))
    assert len(heard) == 1
    stage.paid("o-2")
    assert stage.gateway.deliver() == 1


def test_an_event_that_failed_is_told_when_it_is_planned(stage):
    """The plan's time stands in the work."""
    tries = []

    def stumbles(event):
        tries.append(event)
        if len(tries) == 1:
            raise ValueError

    stage.gateway.on(EventType.PAYMENT_PAID, stumbles)
    stage.paid()
    stage.engine.works.clear()
    perform(stage.wiring, Work(WorkKind.EVENTS, "o-1"))
    (again,) = stage.engine.taken("events")

    assert timedelta(seconds=5) < again.at - stage.clock() < timedelta(seconds=30)
    stage.clock.advance(30)
    perform(stage.wiring, again)
    assert len(tries) == 2


def test_what_was_planned_anew_is_left_alone(stage):
    """A job whose time the plan has changed since asks nobody."""
    operation = page(stage)
    stage.clock.advance(600)
    perform(stage.wiring, Work(WorkKind.OPERATION, operation.id, stage.clock()))

    assert stage.till.count("query") == 0
    perform(stage.wiring, Work(WorkKind.OPERATION, operation.id, operation.next_check_at))
    perform(stage.wiring, Work(WorkKind.OPERATION, operation.id, operation.next_check_at))
    assert stage.till.count("query") == 1
    assert stage.find().paid


def test_a_lost_dispatcher_is_found_by_its_lease(stage):
    """The work that was noted with the row asks, once the lease is over."""
    stage.crash()
    (lost,) = stage.engine.taken("operation")
    stage.clock.advance(stage.accounts["main"].lease_s)
    perform(stage.wiring, lost)

    assert stage.find().operations[0].state is State.SUCCEEDED


def test_a_message_that_nobody_has_is_no_work(stage):
    """As it is with events of nobody."""
    perform(stage.wiring, Work(WorkKind.MESSAGE, "nothing"))
    perform(stage.wiring, Work(WorkKind.EVENTS, "nobody"))

    assert stage.engine.works == []


def test_a_message_that_cannot_be_applied_is_planned_anew(stage, monkeypatch):
    """The failure is counted, and stops no worker."""
    stage.tell(reference="nobody")
    monkeypatch.setattr(stage.ledger, "by_wire", lambda *_: 1 / 0)
    perform(stage.wiring, stage.engine.works.pop())
    row = only(stage)

    assert (row.failures, row.reason) == (1, "ZeroDivisionError")
    assert stage.engine.works == [Work(WorkKind.MESSAGE, row.id, row.next_try_at)]


@pytest.mark.parametrize("peer", ["203.0.113.9", "203.0.113.10"])
def test_a_worker_knows_where_a_message_came_from(tmp_path, peer):
    """R29: what came from a peer that is not listed is kept in quarantine by whoever applies it."""
    stage = Deferred(tmp_path, limits=Limits(notify_peers=("203.0.113.9",)))
    page(stage)
    stage.gateway.receive("main", _from(peer))
    stage.work()

    trusted = peer == "203.0.113.9"
    assert only(stage).state is (InboxState.APPLIED if trusted else InboxState.QUARANTINED)
    stage.ledger.close()


def test_so_does_reconcile_when_applying_it_failed_at_first():
    """R29: not only the process that took it in."""
    stage = Stage(limits=Limits(notify_peers=("203.0.113.9",)))
    stage.charge(method=PAGE)
    by_wire = stage.ledger.by_wire
    stage.ledger.by_wire = lambda *_: 1 / 0
    stage.gateway.receive("main", _from("203.0.113.10"))
    stage.ledger.by_wire = by_wire
    stage.gateway.reconcile()

    assert only(stage).state is InboxState.QUARANTINED


def _from(peer):
    return replace(message(reference="o-1"), peer=peer)


def test_a_sweep_does_a_little_at_a_time(stage):
    """So that a worker can be ended in between: whether there may be more is what it returns."""
    for number in range(STEP + 1):
        page(stage, f"o-{number}")
    stage.clock.advance(600)

    assert (step(stage.wiring), step(stage.wiring)) == (True, False)
    assert stage.till.count("query") == STEP + 1


def test_without_an_engine_nobody_is_told(tmp_path):
    """A ledger opened by itself works as before."""
    ledger = open_durable(f"sqlite:///{tmp_path / 'a.db'}")
    stage = Stage(ledger=ledger)

    assert stage.paid().paid
    ledger.close()
