"""A page that its payer left gives way to another, and is watched all the same (R6, R9)."""

from __future__ import annotations

import pytest

from paycore.errors import Conflict, InvalidRequest
from paycore.methods import HostedPage, StoredToken
from paycore.payment import PaymentStatus
from paycore.states import State
from paycore.verbs.charge import Wish
from paycore.verbs.supersede import supersede
from tests.stage import CARD, PAGE, Stage, cad

ASKED = {"reference": "o-1", "amount": cad(1500), "method": PAGE, "key": "again"}


@pytest.fixture
def stage():
    stage = Stage()
    stage.charge(method=PAGE)
    return stage


def states(stage):
    return [operation.state for operation in stage.gateway.find("o-1").operations]


def test_a_new_page_takes_the_place_of_one_that_waits(stage):
    """The provider was asked first; the new page is what the payment shows."""
    payment = stage.gateway.supersede("o-1", PAGE, key="again")

    assert stage.till.count("query") == 1
    assert payment.status is PaymentStatus.AWAITING_PAYER
    assert payment.charge.reference == "o-1-2"
    assert states(stage) == [State.PENDING, State.PENDING]
    assert payment.operations[0].superseded


def test_the_same_key_gives_what_it_gave(stage):
    """No third page, and nobody is asked."""
    first = stage.gateway.supersede("o-1", PAGE, key="again")
    calls = len(stage.till.calls)

    assert stage.gateway.supersede("o-1", PAGE, key="again") == first
    assert len(stage.till.calls) == calls


def test_a_page_that_was_paid_is_not_replaced(stage):
    """The payer was faster."""
    stage.till.settle("o-1")
    with pytest.raises(Conflict, match="paid already"):
        stage.gateway.supersede("o-1", PAGE, key="again")

    assert stage.gateway.find("o-1").paid
    assert states(stage) == [State.SUCCEEDED]


@pytest.mark.parametrize("act", ["lost_before", "lost_after", "not_sent"])
def test_without_a_fresh_answer_nothing_gives_way(stage, act):
    """Nobody knows whether it was paid."""
    stage.till.next_query(act)
    with pytest.raises(Conflict, match="does not say"):
        stage.gateway.supersede("o-1", PAGE, key="again")

    assert states(stage) == [State.PENDING]


def test_a_page_that_never_reached_the_caller_gives_way():
    """Nobody can pay it, whatever the provider says of it."""
    stage = Stage()
    stage.till.next("lost_after")
    stage.charge(method=PAGE)
    stage.till.next_query("lost_before")
    payment = stage.gateway.supersede("o-1", PAGE, key="again")

    assert states(stage) == [State.UNKNOWN, State.PENDING]
    assert payment.next_action is not None


def test_a_card_whose_outcome_is_unknown_does_not_give_way():
    """It may have been charged."""
    stage = Stage()
    stage.till.next("lost_before")
    stage.till.next_query("lost_before")
    stage.charge(method=CARD)
    with pytest.raises(Conflict, match="only a page"):
        stage.gateway.supersede("o-1", PAGE, key="again")

    assert states(stage) == [State.UNKNOWN]


def test_the_old_page_is_paid_all_the_same(stage):
    """One of two pages took the money: it is paid, and the other stays open until it expires."""
    stage.gateway.supersede("o-1", PAGE, key="again")
    stage.till.settle("o-1")
    stage.clock.advance(60)
    stage.gateway.reconcile()

    assert stage.gateway.find("o-1").paid
    assert states(stage) == [State.SUCCEEDED, State.PENDING]


def test_both_pages_are_paid(stage):
    """R9: it is told, and a person decides."""
    seen = []
    stage.gateway.on("payment.captured_twice", seen.append)
    stage.gateway.supersede("o-1", PAGE, key="again")
    for reference in ("o-1", "o-1-2"):
        stage.till.settle(reference)
    stage.clock.advance(60)
    stage.gateway.reconcile()

    assert len(seen) == 1
    assert {seen[0].facts["reference"], seen[0].facts["other"]} == {"o-1", "o-1-2"}
    assert "captured twice" in stage.gateway.find("o-1").review


def test_that_the_old_page_expires_is_no_news_of_the_payment(stage):
    """The shop hears of the page that counts."""
    seen = []
    stage.gateway.on("payment.expired", seen.append)
    stage.clock.advance(3000)
    stage.gateway.supersede("o-1", PAGE, key="again")
    stage.clock.advance(1000)
    stage.gateway.reconcile(ahead=True)
    old = list(seen)
    stage.clock.advance(3600)
    stage.gateway.reconcile(ahead=True)

    assert states(stage) == [State.EXPIRED, State.EXPIRED]
    assert (old, len(seen)) == ([], 1)


def test_what_nobody_knows_is_refused(stage):
    """There is no page to replace."""
    with pytest.raises(InvalidRequest, match="no such payment"):
        stage.gateway.supersede("o-9", PAGE, key="again")


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        ({"method": HostedPage("https://evil.example/")}, InvalidRequest),
        ({"method": StoredToken("not-yet")}, InvalidRequest),
        ({"amount": cad(1501)}, Conflict),
        ({"amount": cad(0)}, InvalidRequest),
        ({"account": "other"}, InvalidRequest),
        ({"extra": {"a": 1}}, InvalidRequest),
        ({"payer": "Jane"}, InvalidRequest),
    ],
)
def test_what_is_refused_lets_nothing_give_way(stage, wish, error):
    """A wish that cannot be charged leaves the page as it is: nothing is stored, nothing sent."""
    stage.gateway.tokenize("not-yet", PAGE)
    before = stage.find()
    with pytest.raises(error):
        supersede(stage.wiring, Wish(**{**ASKED, **wish}))

    assert stage.till.count("charge") == 1
    assert [o.superseded for o in stage.find().operations] == [False]
    assert stage.find().status is before.status


def test_a_key_of_another_payment_lets_nothing_give_way(stage):
    """It means something else, and the page stays the one that counts."""
    stage.charge("o-2", key="again")
    with pytest.raises(Conflict, match="something else"):
        stage.gateway.supersede("o-1", PAGE, key="again")

    assert [o.superseded for o in stage.find().operations] == [False]


def test_a_key_that_is_answered_lets_nothing_give_way(stage):
    """R7: an older attempt is what it names; the page after it goes on waiting."""
    first = stage.gateway.supersede("o-1", PAGE, key="second")
    stage.gateway.supersede("o-1", PAGE, key="third")
    calls = len(stage.till.calls)
    again = stage.gateway.supersede("o-1", PAGE, key="second")

    assert again.operations[1].reference == first.charge.reference
    assert [o.superseded for o in again.operations] == [True, True, False]
    assert len(stage.till.calls) == calls
