"""Events reach who subscribed: at least once, in order, and whatever a callback does."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from paycore.errors import InvalidRequest, LedgerError
from paycore.states import State
from tests.stage import CARD, PAGE, Stage, message

EVERYTHING = (
    *("payment.paid", "payment.late_success", "payment.captured_twice", "payment.failed"),
    *("payment.expired", "payment.unknown", "refund.succeeded", "refund.unknown"),
    *("token.stored", "review.needed"),
)


@pytest.fixture
def stage():
    return Stage()


@pytest.fixture
def heard(stage):
    """Return what a callback heard: (event, payment)."""
    seen = []
    for event_type in EVERYTHING:
        stage.gateway.on(event_type, lambda event: seen.append((event.type.value, event.owner)))
    return seen


def test_a_charge_is_told_before_it_returns(stage, heard):
    """Inline: in the caller's thread, once what happened is committed."""
    stage.charge()

    assert heard == [("payment.paid", "o-1")]
    assert stage.gateway.deliver() == 0


def test_every_way_in_tells(stage, heard):
    """Charge, query, message, refund, token, and the payer's return."""
    stage.till.next("lost_after")
    stage.charge()
    stage.gateway.query("o-1")
    stage.charge("o-2", method=PAGE)
    stage.till.settle("o-2")
    stage.gateway.receive("main", message(reference="o-2"))
    stage.till.next("lost_after")
    stage.gateway.refund("o-2", key="r")
    stage.gateway.query_refund("o-2", "r")
    stage.gateway.tokenize("card", PAGE)
    stage.till.settle("card")
    nonce = next(o.nonce for o in stage.ledger.listed(limit=9) if o.owner == "card")
    stage.gateway.returned(nonce)

    assert heard == [
        ("payment.unknown", "o-1"),
        ("payment.paid", "o-1"),
        ("payment.paid", "o-2"),
        ("refund.unknown", "o-2"),
        ("refund.succeeded", "o-2"),
        ("token.stored", "card"),
    ]


def test_reconcile_tells_what_it_found_out(stage, heard):
    """And says how much."""
    stage.till.next("lost_after", "lost_after")
    stage.charge("o-1")
    stage.charge("o-2")
    heard.clear()
    stage.clock.advance(60)

    assert stage.gateway.reconcile().events == 2
    assert sorted(heard) == [("payment.paid", "o-1"), ("payment.paid", "o-2")]


def test_who_hears_nothing_leaves_events_to_others(stage):
    """A job without callbacks swallows nothing: the shop's process hears it later."""
    stage.charge()
    before = stage.gateway.deliver()
    seen = []
    stage.gateway.on("payment.paid", seen.append)
    told = stage.gateway.deliver()

    assert (before, told) == (0, 1)
    assert [event.owner for event in seen] == ["o-1"]
    assert seen[0].facts["amount"] == {"amount_minor": 1500, "currency": "CAD"}


def test_a_callback_that_raises_hears_it_again(stage, caplog):
    """R17: under the same id, before anything later of the same payment; others are not held up."""
    seen = []

    def clumsy(event):
        seen.append((event.owner, event.type.value, event.id))
        if len(seen) == 1:
            raise ValueError("4111111111111111")

    for event_type in ("payment.paid", "refund.succeeded"):
        stage.gateway.on(event_type, clumsy)
    stage.charge()
    stage.gateway.refund("o-1", key="r")
    stage.charge("o-2")
    told = [each[:2] for each in seen]
    stage.clock.advance(18)
    stage.gateway.reconcile()

    assert told == [("o-1", "payment.paid"), ("o-2", "payment.paid")]
    assert [each[:2] for each in seen[2:]] == [("o-1", "payment.paid"), ("o-1", "refund.succeeded")]
    assert seen[0][2] == seen[2][2]
    assert "event_not_delivered" in caplog.text
    assert "4111" not in caplog.text


def test_it_is_told_to_everybody_or_again(stage):
    """One of two callbacks fails: both hear it again, under the same id."""
    seen = []
    stage.gateway.on("payment.paid", lambda event: seen.append(event.id))
    stage.gateway.on("payment.paid", lambda event: seen.append(event.id) or 1 / (len(seen) - 2))
    stage.charge()
    stage.clock.advance(18)
    stage.gateway.deliver()

    assert len(seen) == 4
    assert len(set(seen)) == 1


def test_what_a_callback_gives_to_await_was_not_done(stage, caplog):
    """Nobody awaits it here, so the event is told again; it is closed, and warns of nothing."""
    run, given = [], []

    async def fulfil(event):
        run.append(event.owner)

    def later(event):
        given.append(fulfil(event))
        return given[-1]

    stage.gateway.on("payment.paid", later)
    paid = stage.charge().paid
    stage.clock.advance(18)
    stage.gateway.reconcile()

    assert paid
    assert (len(given), run) == (2, [])
    assert [each.cr_frame for each in given] == [None, None]
    assert "error=NeverAwaited" in caplog.text


def test_what_nobody_can_close_was_not_done_either(stage):
    """Anything that is to be awaited counts; other results mean nothing."""

    class Later:
        def __await__(self):
            yield

    results = [Later(), "sold", object()]
    stage.gateway.on("payment.paid", lambda event: results.pop(0))
    stage.charge("o-1")
    stage.charge("o-2")
    stage.clock.advance(18)

    assert stage.gateway.deliver() == 1
    assert results == []


def _generated(event):
    yield event


async def _generated_later(event):
    yield event


@pytest.mark.parametrize("generated", [_generated, _generated_later])
def test_what_nobody_goes_through_was_not_done(stage, generated, caplog):
    """A callback that returns a generator ran nothing of it: it hears the event again."""
    given = []

    def lazy(event):
        given.append(generated(event))
        return given[-1]

    stage.gateway.on("payment.paid", lazy)
    stage.charge()
    stage.clock.advance(18)

    assert stage.gateway.deliver() == 0
    assert len(given) == 2
    assert getattr(given[0], "gi_frame", None) is None  # closed, where that needs nobody to wait
    assert "error=NeverAwaited" in caplog.text


def test_what_interrupts_a_callback_loses_no_event(stage):
    """A signal ends the call; once the lease ran out the event is told again."""
    seen = []

    def interrupted(event):
        seen.append(event.owner)
        if len(seen) == 1:
            raise KeyboardInterrupt

    stage.gateway.on("payment.paid", interrupted)
    with pytest.raises(KeyboardInterrupt):
        stage.charge()
    paid = stage.gateway.find("o-1").paid
    stage.clock.advance(301)

    assert paid
    assert stage.gateway.deliver() == 1
    assert seen == ["o-1", "o-1"]


def test_a_callback_may_use_the_gateway(stage):
    """It refunds what it cannot deliver; what that brings about is told after it."""
    seen = []

    def sold_out(event):
        seen.append(event.type.value)
        stage.gateway.refund(event.owner, key=f"r-{event.id}")

    stage.gateway.on("payment.paid", sold_out)
    stage.gateway.on("refund.succeeded", lambda event: seen.append(event.type.value))
    stage.charge()

    assert seen == ["payment.paid", "refund.succeeded"]
    assert stage.gateway.find("o-1").refunded == stage.gateway.find("o-1").amount


def test_a_ledger_that_fails_changes_no_outcome(stage, heard, monkeypatch, caplog):
    """The charge is told to its caller; the event is told later."""

    def gone(*asked):
        raise LedgerError("gone")

    monkeypatch.setattr(stage.ledger, "claim_events", gone)
    paid = stage.charge().paid
    monkeypatch.undo()

    assert paid
    assert "events_not_delivered" in caplog.text
    assert stage.gateway.deliver() == 1


def test_listeners_are_told_what_was_delivered(stage, heard):
    """For metrics."""
    stage.charge()
    told = [facts["event"].type.value for hook, facts in stage.ear.heard if "delivered" in hook]

    assert told == ["payment.paid"]


def test_two_charges_are_told_with_both_names(stage):
    """R9: fulfilment once; the alarm names the other one."""
    seen = []
    for event_type in EVERYTHING:
        stage.gateway.on(event_type, seen.append)
    stage.charge(method=PAGE)
    stage.clock.advance(3601)
    stage.gateway.reconcile()
    stage.charge(key="again")
    stage.till.settle("o-1")
    stage.clock.advance(86_400)
    stage.gateway.reconcile()

    assert [event.type.value for event in seen] == [
        "payment.expired",
        "payment.paid",
        "payment.captured_twice",
    ]
    assert (seen[-1].facts["reference"], seen[-1].facts["other"]) == ("o-1", "o-1-2")
    assert stage.gateway.find("o-1").operations[0].state is State.SUCCEEDED


@pytest.mark.parametrize("limit", [0, -1, True, "1", None])
def test_a_limit_is_a_number_of_events(stage, limit):
    """One or more."""
    with pytest.raises(InvalidRequest, match="limit"):
        stage.gateway.deliver(limit)


def test_a_limit_holds(stage):
    """The rest is for the next time."""
    for number in range(3):
        stage.charge(f"o-{number}", method=CARD)
    seen = SimpleNamespace(count=0)
    stage.gateway.on("payment.paid", lambda event: setattr(seen, "count", seen.count + 1))

    assert [stage.gateway.deliver(2), stage.gateway.deliver(2)] == [2, 1]
    assert seen.count == 3
