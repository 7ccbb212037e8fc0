"""What undoing a payment comes to, where one attempt took the money and another one holds it."""

from __future__ import annotations

import pytest

from paycore.errors import Conflict, InvalidRequest
from paycore.payment import PaymentStatus
from paycore.results import Void
from paycore.states import Kind, State
from paycore.verbs import undo
from tests.stage import PAGE, Does, Effect, Stage


@pytest.fixture
def stage():
    """Give a payment that was taken, and whose abandoned page was authorized as well."""
    stage = Stage()
    stage.charge(method=PAGE, capture=False)
    stage.gateway.supersede("o-1", PAGE, key="k-2")
    for reference, state in (("o-1", "authorized"), ("o-1-2", "succeeded")):
        stage.till.settle(reference, state)
        stage.clock.advance(60)
        stage.gateway.reconcile(ahead=True)
    return stage


@pytest.mark.parametrize("undo", ["void", "reverse"])
def test_a_second_void_releases_what_is_held_beside_the_first(stage, undo):
    """R34: each key once: the money goes back, then the hold is given up; and that is all."""
    first = getattr(stage.gateway, undo)("o-1", key="v-1")
    between = stage.find().status
    second = getattr(stage.gateway, undo)("o-1", key="v-2")

    assert (first.state, second.state) == (State.SUCCEEDED,) * 2
    assert (between, stage.find().status) == (PaymentStatus.AUTHORIZED, PaymentStatus.VOIDED)
    assert [effect.kind for effect in stage.till.effects] == ["charge", "void", "void"]
    assert {stage.till.orders[name]["of"] for name in (first.reference, second.reference)} == {
        "o-1",
        "o-1-2",
    }
    assert isinstance(getattr(stage.gateway, undo)("o-1", key="v-2"), Void)
    assert stage.till.count("void") == 2


def test_what_is_held_is_not_refunded_instead(stage):
    """R34: reversing what is left to release releases it."""
    stage.gateway.void("o-1", key="v-1")
    back = stage.gateway.reverse("o-1", key="b-1")

    assert stage.ledger.by_key(Kind.RELEASE, "b-1").charge == stage.find().operations[0].id
    assert (back.state, stage.till.count("refund")) == (State.SUCCEEDED, 0)


def test_while_the_money_is_kept_it_is_what_is_voided(stage):
    """What is held beside it waits; it is not taken either."""
    with pytest.raises(InvalidRequest, match="nothing is authorized"):
        stage.gateway.capture("o-1", key="c-1")
    stage.gateway.void("o-1", key="v-1")

    assert Effect("void", "o-1-v1", 1500) in stage.till.effects
    assert stage.till.orders["o-1"]["state"] == "authorized"
    with pytest.raises(Conflict, match="held twice"):
        stage.gateway.capture("o-1", key="c-1")
    assert stage.till.count("capture") == 0


def test_a_void_that_a_person_called_undone_is_not_followed_by_a_refund():
    """R34: its frozen dispatcher thaws and voids; what it says then is looked into first."""
    stage = Stage()
    stage.paid()

    def settled_meanwhile():
        stage.clock.advance(300)
        stage.gateway.reconcile(ahead=True)
        void = stage.find().operations[-1]
        stage.gateway.books.settle(void.id, State.NOT_EXECUTED, "nothing there", void.version)

    stage.till.next(Does(settled_meanwhile))
    with pytest.raises(Conflict, match="o-1-v1 is under review: succeeded, says a dispatcher"):
        stage.gateway.reverse("o-1", key="v-1")

    assert stage.till.count("void") == 1
    assert stage.till.count("refund") == 0


def test_a_key_that_reversed_another_payment_meanwhile_is_refused(monkeypatch):
    """R7: it was free when the second reversal looked, and is not when it is stored."""
    stage = Stage()
    stage.paid("o-1")
    stage.paid("o-2", key="k-2")
    could = []

    def can_void(*asked):
        if not could:
            could.append(True)
            stage.gateway.reverse("o-2", key="v-1")
            return False
        return True

    monkeypatch.setattr(undo, "_can_void", can_void)
    with pytest.raises(Conflict, match="this key was used for something else"):
        stage.gateway.reverse("o-1", key="v-1")

    assert stage.till.count("void") == 1
    assert stage.till.count("refund") == 0
