"""A callback may take five minutes: nobody tells its event meanwhile, nor a later one first."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from paycore.ledger.durable import open_durable
from paycore.ledger.memory import MemoryLedger
from paycore.subscribers import Subscribers
from paycore.verbs.deliver import BATCH, LEASE_S, deliver
from tests.stage import Stage

ALL = 1000
TWO = ["payment.paid", "refund.succeeded"]


@pytest.fixture(params=["memory", "sqlite"])
def stage(request, tmp_path):
    """Give a stage with more payments than a batch takes, each paid and refunded, none told."""
    durable = request.param == "sqlite"
    ledger = open_durable(f"sqlite:///{tmp_path / 'a.db'}") if durable else MemoryLedger()
    with closing(ledger):
        staged = Stage(ledger=ledger)
        for number in range(BATCH + 1):
            staged.charge(f"o-{number:02}")
            staged.gateway.refund(f"o-{number:02}", key=f"r-{number}")
        staged.clock.advance(1)
        yield staged


def process(stage, callback):
    """Return the rooms of another process, whose `callback` hears of both."""
    wiring = replace(stage.wiring, subscribers=Subscribers())
    for event_type in TWO:
        wiring.subscribers.add(event_type, callback)
    return wiring


def told(heard):
    """Return what was heard of each payment."""
    return {
        owner: [event.type.value for event in heard if event.owner == owner]
        for owner in {event.owner for event in heard}
    }


@pytest.mark.parametrize("takes_s", [1, 20, LEASE_S - 1])
def test_each_event_is_told_once_and_in_order(stage, takes_s):
    """R17: however long a batch takes, as long as no callback takes longer than its lease."""
    heard = []
    other = process(stage, heard.append)

    deliver(process(stage, slow(stage, other, heard, takes_s)), ALL)
    deliver(other, ALL)

    assert told(heard) == {f"o-{number:02}": TWO for number in range(BATCH + 1)}


def test_every_callback_has_all_the_time(stage):
    """R17: two that take almost their lease each, for one event: no other process comes between."""
    heard = []
    other = process(stage, heard.append)
    both = process(stage, slow(stage, other, heard, LEASE_S - 1))
    for event_type in TWO:
        both.subscribers.add(event_type, slow(stage, other, [], LEASE_S - 1))

    deliver(both, ALL, "o-00")

    assert told(heard) == {"o-00": TWO, **{f"o-{n:02}": TWO for n in range(1, BATCH + 1)}}


@pytest.mark.parametrize("leases", [1.5, 3])
def test_one_that_is_always_too_slow_is_told_in_the_end(stage, leases):
    """R17: two processes do not tell it in turns for ever, and what follows it is told."""
    heard = []

    def callback(event):
        heard.append(event.type.value)
        assert len(heard) < 12
        for _ in range(int(10 * leases)):
            stage.clock.advance(LEASE_S / 10)
            deliver(process(stage, callback), 9, "o-00")

    for _ in range(2):
        deliver(process(stage, callback), 9, "o-00")
        stage.clock.advance(9 * LEASE_S)

    assert heard.count("payment.paid") <= leases + 1.5
    assert heard[-1] == "refund.succeeded"


def slow(stage, other, heard, takes_s):
    """Return a callback that takes so long; meanwhile the other process tells what it can."""

    def callback(event):
        for _ in range(5):
            stage.clock.advance(takes_s / 5)
            deliver(other, ALL)
        heard.append(event)

    return callback


@pytest.mark.parametrize("end", ["event_told", "event_failed"])
def test_who_comes_back_too_late_changes_nothing(stage, end):
    """A callback that outlasted its lease: who tells its event by now has all the time for it."""
    heard = []
    third = process(stage, lambda event: heard.append(("third", event.type.value)))
    (late,) = stage.ledger.claim_events(stage.clock(), 1, LEASE_S, "o-00")
    stage.clock.advance(LEASE_S)

    def second(event):
        getattr(stage.ledger, end)(late, stage.clock())
        stage.clock.advance(LEASE_S - 1)
        deliver(third, 9, "o-00")
        heard.append(("second", event.type.value))

    deliver(process(stage, second), 1, "o-00")

    assert heard == [("second", "payment.paid")]
    assert deliver(third, 9, "o-00") == 1
    assert heard[1:] == [("third", "refund.succeeded")]


def test_quick_callbacks_cost_one_claim(stage, monkeypatch):
    """Nothing is held anew while a batch is told within a moment."""
    monkeypatch.setattr(stage.ledger, "hold_event", pytest.fail)

    assert deliver(process(stage, str), ALL) == 2 * (BATCH + 1)
