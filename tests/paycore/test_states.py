"""The table of states, and what a reported state means for the one we are in."""

from __future__ import annotations

from itertools import product

import pytest

from paycore.states import (
    FINAL,
    FOLLOWS,
    LATE,
    OPEN,
    REPORTABLE,
    Kind,
    State,
    Step,
    advance,
)

S = State

MOVES = {
    S.RESERVED: {S.SUBMITTING},
    S.NOT_SENT: {S.SUBMITTING},
    S.SUBMITTING: {
        *(S.SUCCEEDED, S.AUTHORIZED, S.PENDING, S.DECLINED, S.EXPIRED),
        *(S.NOT_SENT, S.UNKNOWN),
    },
    S.UNKNOWN: {S.PENDING, S.AUTHORIZED, S.SUCCEEDED, S.DECLINED, S.EXPIRED, S.NOT_EXECUTED},
    S.PENDING: {S.AUTHORIZED, S.SUCCEEDED, S.DECLINED, S.EXPIRED},
    S.AUTHORIZED: {S.SUCCEEDED, S.DECLINED, S.EXPIRED},
    S.DECLINED: {S.SUCCEEDED},
    S.NOT_EXECUTED: {S.SUCCEEDED},
    S.EXPIRED: {S.SUCCEEDED},
    S.SUCCEEDED: set(),
}
"""Written out once more: who changes the table has to mean it."""


def test_the_table_is_the_one_we_mean():
    """Every state has its row, and every row is as intended."""
    assert {state: set(row) for state, row in FOLLOWS.items()} == MOVES


def test_every_state_is_open_final_or_may_be_tried_again():
    """No state is forgotten, and none is two things at once."""
    assert OPEN | FINAL | {S.NOT_SENT} == set(State)
    assert not OPEN & FINAL


def test_a_success_is_the_only_word_that_nothing_follows():
    """Every other last word may still be followed by a late success, and by that only."""
    assert FINAL - {S.SUCCEEDED} == LATE
    assert all(FOLLOWS[state] == {S.SUCCEEDED} for state in LATE)


@pytest.mark.parametrize("state", State)
def test_a_state_knows_where_it_belongs(state):
    """`is_open` and `is_final` say what the sets say."""
    waits = {S.RESERVED, S.SUBMITTING, S.PENDING, S.UNKNOWN, S.AUTHORIZED}

    assert state.is_open == (state in waits)
    assert state.is_final == (state in {S.SUCCEEDED, S.DECLINED, S.NOT_EXECUTED, S.EXPIRED})


def test_the_cores_own_conclusions_are_not_a_plugins_to_report():
    """That nothing was sent, executed or dispatched is for the core to conclude."""
    concluded = {S.RESERVED, S.SUBMITTING, S.NOT_SENT, S.NOT_EXECUTED}

    assert set(State) - concluded == REPORTABLE


@pytest.mark.parametrize(("current", "reported"), list(product(State, State)))
def test_a_report_moves_only_along_the_table(current, reported):
    """A move is in the table, and everything in the table is a move."""
    assert (advance(current, reported) is Step.MOVES) == (reported in MOVES[current])


@pytest.mark.parametrize("state", State)
def test_a_repeat_is_old_news(state):
    """Hearing the same again means nothing."""
    assert advance(state, state) is Step.OLD_NEWS


@pytest.mark.parametrize("state", [S.AUTHORIZED, S.SUCCEEDED, S.DECLINED, S.EXPIRED])
@pytest.mark.parametrize("earlier", [S.PENDING, S.UNKNOWN])
def test_what_we_have_passed_is_old_news(state, earlier):
    """A last word is not taken back by an answer from before it."""
    assert advance(state, earlier) is Step.OLD_NEWS


def test_an_unknown_outcome_is_old_news_while_pending():
    """Knowing less than we do changes nothing."""
    assert advance(S.PENDING, S.UNKNOWN) is Step.OLD_NEWS


@pytest.mark.parametrize(
    ("current", "reported"),
    [
        pair
        for pair in product(FINAL, FINAL)
        if pair[0] is not pair[1] and pair[1] is not S.SUCCEEDED
    ],
)
def test_two_last_words_contradict_each_other(current, reported):
    """What denies a last word is a matter for a person, unless it is a success."""
    assert advance(current, reported) is Step.CONTRADICTS


def test_a_provider_that_is_still_at_work_contradicts_that_nothing_was_executed():
    """That its payer has still to act, or may, is more than NOT_EXECUTED allows."""
    assert advance(S.NOT_EXECUTED, S.PENDING) is Step.CONTRADICTS


@pytest.mark.parametrize("reported", sorted(REPORTABLE))
@pytest.mark.parametrize("current", [S.RESERVED, S.NOT_SENT])
def test_news_of_what_never_left_us_contradicts(current, reported):
    """Nobody can know what we have not said."""
    assert advance(current, reported) is Step.CONTRADICTS


@pytest.mark.parametrize("kind", Kind)
def test_refunds_and_voids_give_back(kind):
    """Money goes back by these two kinds only."""
    assert kind.gives_back == (kind in {Kind.REFUND, Kind.VOID})
