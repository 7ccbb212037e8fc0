"""What an operation proves of another charge, whoever found it out, and only once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paycore.events import EventType
from paycore.ledger.protocol import Source
from paycore.payment import PaymentStatus
from paycore.report import Report
from paycore.states import Kind, State
from paycore.verbs.ask import ask
from paycore.verbs.follow_up import followed_up
from tests.stage import PAGE, Says, Stage, cad


@pytest.fixture
def stage():
    stage = Stage()
    stage.held()
    return stage


def operation(stage, kind):
    return next(o for o in stage.find().operations if o.kind is kind)


def lost(stage, kind):
    """Return a capture or release whose answer was lost, and which the provider executed."""
    stage.till.next("lost_after")
    if kind is Kind.CAPTURE:
        stage.gateway.capture("o-1", cad(600), key="e-1")
    else:
        stage.gateway.void("o-1", key="e-1")
    return operation(stage, kind)


ENDS = {
    Kind.CAPTURE: (State.SUCCEEDED, PaymentStatus.PAID),
    Kind.RELEASE: (State.EXPIRED, PaymentStatus.VOIDED),
}


@pytest.mark.parametrize("kind", ENDS)
def test_who_asks_about_the_end_alone_settles_the_charge(stage, kind):
    """The charge itself was never asked about."""
    ask(stage.wiring, lost(stage, kind))

    assert (stage.find().operations[0].state, stage.find().status) == ENDS[kind]
    assert stage.till.calls[-1] == ("query", operation(stage, kind).reference)
    assert stage.ear.finished("o-1")[-1] is ENDS[kind][0]


@pytest.mark.parametrize("kind", ENDS)
def test_a_message_about_the_end_alone_settles_the_charge(kind):
    """Where it is proof, nobody is asked."""
    stage = Stage(description={"webhook_is_proof": True})
    stage.held()
    end = lost(stage, kind)
    said = "capture" if kind is Kind.CAPTURE else "void"
    stage.tell(reference=end.reference, kind=said, amount=end.amount.minor)

    assert (stage.find().operations[0].state, stage.find().status) == ENDS[kind]
    assert stage.till.count("query") == 0


@pytest.mark.parametrize("kind", ENDS)
def test_twice_is_once(stage, kind):
    """What the charge knows is not recorded again."""
    end = ask(stage.wiring, lost(stage, kind))
    charge = stage.find().operations[0]
    seen = len(stage.ledger.evidence(charge.id))

    assert followed_up(stage.wiring, end) == end
    assert len(stage.ledger.evidence(charge.id)) == seen
    assert stage.find().operations[0] == charge


@pytest.mark.parametrize("kind", [Kind.CAPTURE, Kind.RELEASE])
@pytest.mark.parametrize("state", [s for s in State if s is not State.SUCCEEDED])
def test_what_did_not_succeed_proves_nothing(stage, kind, state):
    """Neither of a hold nor of anything else."""
    end = lost(stage, kind)
    before = stage.find()
    told = replace(end, state=state)

    assert followed_up(stage.wiring, told) == told
    assert stage.find() == before
    assert before.status is PaymentStatus.AUTHORIZED


def test_an_end_that_the_charge_denies_calls_a_person(stage):
    """It was captured, as somebody settled by hand; the release is said to have succeeded, too."""
    end = lost(stage, Kind.RELEASE)
    charge = stage.find().operations[0]
    stage.gateway.books.settle(charge.id, State.SUCCEEDED, "seen there", charge.version)
    ask(stage.wiring, end)

    assert (stage.find().paid, stage.find().refundable) == (True, cad(1500))
    assert "expired reported after succeeded" in stage.find().review


def pages(*settled, capture=False):
    """Return a stage where one page took the place of another; then each was settled so."""
    stage = Stage()
    stage.charge(method=PAGE, capture=False)
    stage.gateway.supersede("o-1", PAGE, key="k-2", capture=capture)
    for reference, state in settled:
        stage.till.settle(reference, state)
        stage.clock.advance(60)
        stage.gateway.reconcile(ahead=True)
    return stage


OLD_HOLDS, NEW_HOLDS = ("o-1", "authorized"), ("o-1-2", "authorized")
NEW_TAKES = ("o-1-2", "succeeded")


@pytest.mark.parametrize("order", [(OLD_HOLDS, NEW_HOLDS), (NEW_HOLDS, OLD_HOLDS)])
def test_of_two_holds_the_superseded_one_is_named(order):
    """Whichever came last, at once, and once: the new one is captured."""
    stage = pages(*order)
    old, new = stage.find().operations
    told = [event.type for event in stage.ledger.events_of("o-1")]

    assert (old.review, new.review) == ("held twice: o-1-2 and o-1", "")
    assert told.count(EventType.REVIEW_NEEDED) == stage.ledger.in_review() == 1
    stage.gateway.capture("o-1", key="c-1")
    assert stage.find().captured.id == new.id
    assert stage.find().review == "held twice: o-1-2 and o-1"


@pytest.mark.parametrize("order", [(OLD_HOLDS, NEW_TAKES), (NEW_TAKES, OLD_HOLDS)])
def test_a_hold_beside_money_that_was_taken_is_named(order):
    """R9: in either order; what was taken can be given back."""
    stage = pages(*order, capture=True)
    old, new = stage.find().operations

    assert (old.review, new.review) == ("held twice: o-1-2 and o-1", "")
    assert stage.find().paid
    assert stage.gateway.refund("o-1", key="r-1").state is State.SUCCEEDED


def test_a_hold_that_was_named_and_looked_at_is_not_named_again():
    """Somebody knows of it; it is asked about for days, and calls nobody."""
    stage = pages(OLD_HOLDS, NEW_TAKES, capture=True)
    old = stage.find().operations[0]
    stage.ledger.settle(old.id, State.AUTHORIZED, "it lapses soon", old.version, stage.clock())
    for _ in range(3):
        stage.clock.advance(86_400)
        stage.gateway.reconcile(ahead=True)

    assert stage.find().review == ""
    assert stage.ledger.operation(old.id).state is State.AUTHORIZED


def test_a_hold_that_was_looked_at_before_is_named():
    """It was another doubt that was taken down."""
    stage = pages(OLD_HOLDS, capture=True)
    stage.till.next_query(Says({"amount": 1}))
    ask(stage.wiring, stage.find().operations[0])
    old = stage.find().operations[0]
    stage.ledger.settle(old.id, State.AUTHORIZED, "false alarm", old.version, stage.clock())
    assert stage.find().review == ""
    stage.till.settle(*NEW_TAKES)
    ask(stage.wiring, stage.find().operations[1])

    assert stage.find().operations[0].review == "held twice: o-1-2 and o-1"


def test_a_hold_is_named_when_the_plan_comes_to_it():
    """Who took the money was lost before it could say so."""
    stage = pages(OLD_HOLDS, capture=True)
    stage.till.settle(*NEW_TAKES)
    new = stage.find().operations[1]
    known = stage.ledger.by_wire("main", new.reference, "")
    said = Report(known.reference, State.SUCCEEDED, known.amount)
    stage.ledger.record(known.id, said, Source.QUERY, stage.clock())
    assert stage.find().review == ""
    found = ask(stage.wiring, stage.find().operations[0])

    assert found.review == "held twice: o-1-2 and o-1"
    assert found == stage.find().operations[0]


@pytest.mark.parametrize("state", ["pending", "declined", "expired"])
def test_a_hold_beside_no_money_is_in_order(state):
    """The payer went back to the old page, and paid there: it is captured as any other."""
    stage = pages(("o-1-2", state), OLD_HOLDS)

    assert stage.find().review == ""
    assert stage.gateway.capture("o-1", key="c-1").paid


def test_a_hold_beside_a_first_attempt_that_succeeded_late_is_named_at_once():
    """R9: it lapses within days, and nobody would ask about it before."""
    stage = Stage()
    stage.charge(method=PAGE)
    stage.till.next_query(Says({"state": "expired"}))
    stage.clock.advance(60)
    stage.gateway.query("o-1")
    stage.held(key="k-2")
    stage.till.settle("o-1")
    stage.clock.advance(60)
    ask(stage.wiring, stage.find().operations[0])

    assert [o.review for o in stage.find().operations] == [
        "succeeded after expired",
        "held twice: o-1 and o-1-2",
    ]
