"""What a capture or a release proves of its charge, whoever found it out, and only once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paycore.payment import PaymentStatus
from paycore.states import Kind, State
from paycore.verbs.ask import ask
from paycore.verbs.follow_up import followed_up
from tests.stage import Stage, cad


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
