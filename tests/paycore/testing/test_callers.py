"""Callers go through their scripts, and begin again where they crashed."""

from __future__ import annotations

from random import Random

from paycore.errors import NotSent
from paycore.testing.callers import Caller, Wishes, caller
from tests.paycore.testing.scenes import scene


def test_a_caller_charges_first():
    """Then does whatever comes to mind."""
    stage = scene()
    one = caller(stage, Random(3))
    one.play()
    kinds = [event.facts["kind"] for event in stage.history.told("asked")]

    assert kinds[0] == "charge"
    assert 3 <= len(kinds) <= 6
    assert one.script == []


def test_every_wish_comes():
    """Sooner or later, under few keys."""
    stage, rng = scene(), Random(0)
    for _ in range(80):
        Wishes(stage, rng).anything()()
    asked = [event.facts for event in stage.history.told("asked")]

    assert any(" anew " in facts["content"] for facts in asked)
    assert {facts["kind"] for facts in asked} == {
        "charge",
        "refund",
        "void",
        "reverse",
        "query",
        "find",
    }
    assert len({facts["key"] for facts in asked}) <= 16


def test_only_what_was_not_sent_is_tried_again():
    """Twice more at most, under the same key."""
    tries = []

    def step(result):
        tries.append(result)
        return result

    never = NotSent("out of reach")
    Caller(scene(), [lambda: step(never), lambda: step("done")]).play()

    assert tries == [never] * 3 + ["done"]


def test_after_a_crash_it_begins_with_the_same_step():
    """What was done stays done."""
    done = []

    def crash():
        done.append("crash")
        if len(done) == 2:
            raise KeyboardInterrupt

    one = Caller(scene(), [lambda: done.append("first"), crash])
    for _ in range(2):
        try:
            one.play()
        except KeyboardInterrupt:
            continue

    assert done == ["first", "crash", "crash"]
