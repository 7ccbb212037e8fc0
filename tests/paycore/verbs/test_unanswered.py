"""R16: a provider that did not answer has denied nothing; what it told meanwhile waits."""

from __future__ import annotations

import pytest

from paycore.ledger.protocol import InboxState
from paycore.report import NotFound
from paycore.states import State
from paycore.verbs.ask import Asked, was_answered
from tests.stage import PAGE, Says, Stage


@pytest.fixture
def stage():
    """Give a stage on which a page waits for its payer."""
    stage = Stage()
    stage.charge(method=PAGE)
    return stage


def page(stage):
    return stage.find().operations[0]


def asked(stage, *acts):
    """Ask once for each act; return whether the last question was answered, as told afterwards."""
    stage.till.next_query(*acts)
    for _ in acts:
        stage.gateway.query("o-1")
    return was_answered(stage.wiring, Asked(page(stage)))


def test_nobody_asked_and_nobody_answered(stage):
    """What its charge was answered is no answer to a question."""
    assert not was_answered(stage.wiring, Asked(page(stage)))
    assert was_answered(stage.wiring, Asked(page(stage), NotFound()))


def test_the_last_question_counts_whoever_asked_it(stage):
    """It was answered a moment ago, and not again."""
    assert asked(stage, "ok")


@pytest.mark.parametrize("act", ["lost_before", "lost_after", "not_sent", Says({"state": "odd"})])
def test_what_proves_nothing_is_no_answer(stage, act):
    """Lost or noise; at the very moment of the charge's own answer, too."""
    assert not asked(stage, act)


def test_an_older_answer_is_none_to_a_later_question(stage):
    """It was still waiting then; the payer may have paid since."""
    assert asked(stage, "ok")
    stage.clock.advance(60)

    assert not asked(stage, "lost_before")


def test_a_message_in_doubt_waits_until_somebody_answers(stage):
    """It was forged first, and is true by now: told while no query is answered, and found out."""
    stage.tell(reference="o-1")
    stage.clock.advance(stage.accounts["main"].description.settling_window_s + 1)
    stage.gateway.reconcile(ahead=True)
    (doubted,) = stage.ledger.messages()
    stage.till.settle("o-1")
    stage.till.next_query("lost_before", "lost_before")
    stage.clock.advance(60)
    stage.tell(reference="o-1")
    (waiting,) = stage.ledger.messages()
    stage.clock.advance(60)
    stage.gateway.reconcile()
    unanswered = stage.ledger.messages()[0].state
    stage.clock.advance(3600)
    stage.gateway.reconcile(ahead=True)

    assert (doubted.state, waiting.state) == (InboxState.QUARANTINED, InboxState.VERIFIED)
    assert unanswered is InboxState.VERIFIED
    assert page(stage).state is State.SUCCEEDED
    assert stage.ledger.messages()[0].state.is_finished
