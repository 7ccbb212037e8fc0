"""Each call goes through the weather, and the world knows only what reached it."""

from __future__ import annotations

import json

import pytest

from paycore.errors import NotSent, OutcomeUnknown
from paycore.testing.weather import CALM, Fault, Weather
from paycore.testing.world import URL, Cause
from paycore.wire.talk import Call
from tests.paycore.testing.scenes import scene

SAID = {"reference": "o1", "amount": 1500, "currency": "CAD", "back": ""}


def door(fault=Fault.NONE, asking=Fault.NONE):
    return scene(Weather({fault: 1}, {asking: 1}, crash=0, stall=0, busy=0)).doors[0]


def charge(door, **more):
    return json.loads(door.send(Call(f"{URL}/charge", {**SAID, **more})).body)


def query(door):
    return json.loads(door.send(Call(f"{URL}/query", {"reference": "o1"})).body)


def moved(door):
    return door._world.moved("weak", "o1")


def test_on_a_fine_day_it_is_done_and_told():
    """And found by a query, with what is left of it."""
    fine = door()
    told = charge(fine)

    assert (told["status"], moved(fine)) == ("paid", 1500)
    assert query(fine) == {**told, "refundable": 1500}
    fine.close()


@pytest.mark.parametrize(
    ("fault", "error", "then"),
    [
        (Fault.NOT_SENT, NotSent, 0),
        (Fault.LOST_BEFORE, OutcomeUnknown, 0),
        (Fault.LOST_AFTER, OutcomeUnknown, 1500),
        (Fault.LATE, OutcomeUnknown, 1500),
    ],
)
def test_an_answer_that_does_not_come_proves_nothing(fault, error, then):
    """It moved, or it did not, or it will."""
    bad = door(fault)
    with pytest.raises(error):
        charge(bad)
    bad._world.clock.advance(3600)
    bad._world.catch_up()

    assert moved(bad) == then


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault.REFUSED, {"refused": "busy"}),
        (Fault.DECLINED, {"status": "refused"}),
        (Fault.UNDECIDED, {"status": "waiting"}),
    ],
)
def test_a_refusal_moved_nothing_yet(fault, said):
    """Surely, or for now."""
    bad = door(fault)
    told = charge(bad)

    assert said.items() <= told.items()
    assert moved(bad) == 0


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault.WRONG_AMOUNT, {"amount": 1501}),
        (Fault.WRONG_REFERENCE, {"reference": "o1x"}),
        (Fault.UNLISTED, {"status": "odd"}),
        (Fault.PLUGIN_BUG, {"status": "paid"}),
    ],
)
def test_a_lie_is_told_of_what_was_done(fault, said):
    """The money moved all the same."""
    bad = door(fault)
    told = charge(bad)

    assert said.items() <= told.items()
    assert ("theirs" in told) is (fault is not Fault.PLUGIN_BUG)
    assert moved(bad) == 1500


def test_noise_is_no_json():
    """Of what was done."""
    bad = door(Fault.GARBAGE)
    reply = bad.send(Call(f"{URL}/charge", SAID))

    assert (reply.body[:1], moved(bad)) == (b"<", 1500)


def test_a_page_waits_for_its_payer():
    """Late or at once."""
    told = charge(door(), back="https://shop.example/?paycore=n")
    late = door(Fault.LATE)
    with pytest.raises(OutcomeUnknown):
        charge(late, back="https://shop.example/")
    late._world.clock.advance(3600)

    assert told["status"] == "waiting"
    assert query(late)["status"] == "waiting"


def test_what_never_came_is_absent():
    """To whoever asks; even the absence may be lost."""
    assert query(door()) == {"absent": True}
    with pytest.raises(OutcomeUnknown):
        query(door(asking=Fault.LOST_AFTER))


def test_what_is_refused_by_the_world_is_told():
    """A void of what has settled."""
    fine = door()
    charge(fine)
    fine._world.clock.advance(100_000)
    call = Call(f"{URL}/void", {**SAID, "reference": "o1-v1", "of": "o1"})

    assert json.loads(fine.send(call).body) == {"refused": "settled"}


def test_it_notes_what_it_saw_and_who_caused_it():
    """Whether the row was there, and the wish behind it."""
    stage = scene(CALM)
    wish = Cause(1, "charge", "k", "o1")

    def act():
        stage.scheduler.current.doing = wish
        charge(stage.doors[0])

    stage.scheduler.spawn("a", act)
    stage.scheduler.run()
    (call,) = stage.history.told("call")
    (told,) = stage.history.told("told")

    assert (call.facts["known"], call.facts["locked"]) == (False, False)
    assert told.facts["state"] == "paid"
    assert stage.world.effects[0].cause is wish
