"""R4: only a provider that says that it has nothing proves anything by it."""

from __future__ import annotations

import pytest

from paycore.errors import Conflict
from paycore.states import State
from paycore.verbs.giving_up import ABSENCES, APART_S
from tests.stage import Says, Stage

WINDOW_S = 86_400


@pytest.mark.parametrize("noise", [{"state": "settling"}, {"amount": "a lot"}])
def test_what_a_provider_says_without_telling_is_no_absence(noise):
    """Answers that prove nothing do not count towards those that it must not know it in."""
    stage = Stage(description={"absence_is_proof": True})
    stage.till.next("lost_before")
    stage.charge()
    stage.till.orders["o-1"] = {"reference": "o-1", "kind": "charge", "currency": "CAD"}
    stage.till.orders["o-1"] |= {"amount": 1500, "state": "succeeded", "theirs": "T-o-1"}
    stage.clock.advance(WINDOW_S)
    stage.till.next_query(*[Says(noise)] * 5)
    for _ in range(5):
        stage.gateway.query("o-1")
        stage.clock.advance(APART_S)
    stage.till.orders.clear()
    ends = []
    for _ in range(ABSENCES):
        ends.append(stage.gateway.query("o-1").operations[0].state)
        stage.clock.advance(APART_S)

    assert ends == [State.UNKNOWN, State.UNKNOWN, State.NOT_EXECUTED]


def test_until_then_nothing_is_charged_again():
    """R6: two times absent, and the way is not free."""
    stage = Stage(description={"absence_is_proof": True})
    stage.till.next("lost_before")
    stage.charge()
    stage.clock.advance(WINDOW_S)
    for _ in range(ABSENCES - 1):
        stage.gateway.query("o-1")
        stage.clock.advance(APART_S)
    with pytest.raises(Conflict):
        stage.charge(key="k-2")

    assert stage.till.effects == []
