"""Each check of states finds what it is for, and nothing in a sound run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paycore.testing.checks import states
from paycore.testing.checks.ending import Row
from paycore.testing.world import Order
from tests.paycore.testing.scenes import effect, ending, fact, moved

ROW = Row("charge", "k", "o", "weak", "o", 1500, "succeeded", "", 1, None)
ORDERS = {("weak", "o"): Order("weak", "charge", "o", 1500, "CAD")}
STRONG = replace(ROW, account="strong")


def test_a_sound_run_breaks_nothing():
    """One charge, that was paid and told twice."""
    run = ending(
        moved("succeeded"),
        moved("succeeded", "succeeded"),
        effects=(effect(),),
        rows=(replace(ROW, evidence=2),),
    )
    checks = [states.one_success, states.nothing_regresses, states.truth_is_reached]
    checks += [states.no_false_success, states.evidence_is_kept, states.nothing_open_unseen]

    assert [problem for check in checks for problem in check(run)] == []


def test_a_second_success_is_found():
    """It was forgotten in between."""
    run = ending(moved("succeeded"), moved("unknown", "succeeded"), moved("succeeded", "unknown"))

    assert len([*states.one_success(run)]) == 1


@pytest.mark.parametrize(
    ("was", "state", "found"),
    [
        ("succeeded", "declined", 1),
        ("expired", "unknown", 1),
        ("declined", "succeeded", 0),
        ("declined", "declined", 0),
        ("unknown", "declined", 0),
    ],
)
def test_a_last_word_taken_back_is_found(was, state, found):
    """A late success is none."""
    assert len([*states.nothing_regresses(ending(moved(state, was)))]) == found


@pytest.mark.parametrize(
    ("row", "orders", "effects", "found"),
    [
        (replace(ROW, state="expired"), ORDERS, (effect(),), 1),
        (replace(ROW, state="expired", review="late"), ORDERS, (effect(),), 0),
        (replace(ROW, state="expired"), ORDERS, (), 0),
        (replace(ROW, state="unknown"), ORDERS, (), 1),
        (replace(ROW, state="pending"), {}, (), 1),
        (replace(ROW, state="unknown"), {}, (), 0),
        (replace(STRONG, state="unknown"), {}, (), 1),
    ],
)
def test_what_is_not_true_in_the_end_is_found(row, orders, effects, found):
    """Unless a person is asked for, or the provider cannot tell."""
    run = ending(rows=(row,), orders=orders, effects=effects)

    assert len([*states.truth_is_reached(run)]) == found


@pytest.mark.parametrize(
    ("effects", "found"),
    [((), 1), ((effect(minor=1),), 1), ((effect(at_s=9.0),), 1), ((effect(),), 0)],
)
def test_a_false_success_is_found(effects, found):
    """Nothing moved, or less, or not yet."""
    assert len([*states.no_false_success(ending(moved("succeeded"), effects=effects))]) == found


@pytest.mark.parametrize(
    ("age_s", "planned_s", "found"),
    [(1, 14, 0), (1, 119, 0), (1, 120, 1), (1, None, 1), (31, 300, 0)],
)
def test_what_is_asked_about_late_is_found(age_s, planned_s, found):
    """Within two minutes, where it was known in time; but not by a clock that lied."""
    begun = moved("unknown", age_s=age_s, planned_s=planned_s)

    assert len([*states.truth_is_reached(ending(begun))]) == found
    assert [*states.truth_is_reached(ending(fact("clock stepped"), begun))] == []


def test_lost_evidence_is_found():
    """A report without a trace."""
    assert len([*states.evidence_is_kept(ending(rows=(ROW,)))]) == 1


@pytest.mark.parametrize(
    ("state", "planned_s", "age_s", "review", "found"),
    [
        ("unknown", None, 0, "", 1),
        ("unknown", 60, 0, "", 0),
        ("declined", None, 0, "", 0),
        ("unknown", 3 * states.DAY_S, 0, "", 1),
        ("unknown", 6 * states.DAY_S, 8 * states.DAY_S, "", 0),
        ("unknown", 6 * states.DAY_S, 16 * states.DAY_S, "", 1),
        ("unknown", 6 * states.DAY_S, 16 * states.DAY_S, "look", 0),
        ("unknown", 8 * states.DAY_S, 16 * states.DAY_S, "look", 1),
    ],
)
def test_what_nobody_asks_about_is_found(state, planned_s, age_s, review, found):
    """While it is open; and past its plan, what no person is told of."""
    row = replace(ROW, state=state, planned_s=planned_s, age_s=age_s, review=review)
    run = ending(rows=(row,))

    assert len([*states.nothing_open_unseen(run)]) == found


@pytest.mark.parametrize(
    ("state", "order", "review", "found"),
    [
        ("expired", "held", "", 1),
        ("declined", "held", "", 1),
        ("not_executed", "held", "", 1),
        ("expired", "held", "held after expired", 0),
        ("expired", "released", "", 0),
        ("authorized", "held", "", 0),
        ("authorized", "released", "", 1),
    ],
)
def test_money_that_is_held_and_forgotten_is_found(state, order, review, found):
    """The ledger says that it is over, and calls nobody."""
    held = {ROW.at: replace(ORDERS[ROW.at], hold=True, state=order)}
    run = ending(rows=(replace(ROW, state=state, review=review),), orders=held)

    assert len([*states.truth_is_reached(run)]) == found
