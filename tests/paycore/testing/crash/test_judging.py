"""Each thing that can go wrong is noticed, under its promise; a good end is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paycore.testing.crash.ending import Ending, Kept, Row, Sums, Told
from paycore.testing.crash.judging import problems
from paycore.testing.world import Effect, Order

CHARGE = Row("charge", "c1x", "c1x", "c1x", 1500, "succeeded", "", 2)
REFUND = Row("refund", "c1x-part", "c1x", "c1x-r1", 400, "succeeded", "", 1)
CAPTURE = Row("capture", "c1x-capture", "c1x", "c1x-c1", 1500, "succeeded", "", 1)
MOVED = (
    Effect("charge", "strong", "c1x", 1500, "", None, 0.0),
    Effect("refund", "strong", "c1x-r1", 400, "c1x", None, 1.0),
)
EVENTS = (
    Told("e-1", "payment.paid", "c1x", "c1x"),
    Told("e-2", "refund.succeeded", "c1x", "c1x-r1"),
)
GOOD = Ending(
    "strong",
    effects=MOVED,
    orders={
        ("strong", "c1x"): Order("strong", "charge", "c1x", 1500, "CAD"),
        ("strong", "c1x-r1"): Order("strong", "refund", "c1x-r1", 400, "CAD"),
    },
    rows=(CHARGE, REFUND),
    sums=(Sums("c1x", "paid", 400, 0, 1100),),
    kept=(Kept("c1x", "applied", "", 2), Kept("x", "parked", "nobody knows it", 1)),
    events=EVENTS,
    heard=("e-1", "e-1", "e-2"),
)
MOVES = (("charge", 1500), ("refund", 400))
LOST = Ending(
    "weak",
    rows=(replace(CHARGE, state="unknown", review="asked for a week"),),
    sums=(Sums("c1x", "unknown", 0, 0, 0),),
)
"""A charge that its provider never had, and cannot say so."""


@pytest.mark.parametrize("ending", [GOOD, LOST], ids=["good", "nobody can tell"])
def test_a_good_end_is_good(ending):
    """Heard twice is no fault, nor what nobody could have known."""
    assert problems(ending, MOVES) == []


def rows(**changed):
    return {"rows": (replace(CHARGE, **changed), REFUND)}


WRONG = {
    "r01 moved twice": ("r01", {"effects": (*MOVED, MOVED[0])}),
    "r01 two attempts": ("r01", {
        "rows": (CHARGE, replace(CHARGE, key="other", reference="c1x-2"), REFUND),
        "effects": (*MOVED, replace(MOVED[0], reference="c1x-2")),
    }),
    "r16 told as declined": ("r16", rows(state="declined")),
    "r16 told as not executed": ("r16", rows(state="not_executed")),
    "r16 never moved": ("r16", {"effects": MOVED[1:]}),
    "r36 left open": ("r36", rows(state="unknown")),
    "r36 left to a person": ("r36", rows(review="why")),
    "r36 nothing moved": ("r36", {
        "effects": (), "rows": (), "sums": (), "events": (), "heard": (),
    }),
    "r32 forgotten refund": ("r32", {"sums": (Sums("c1x", "paid", 0, 0, 1500),)}),
    "r32 held for nothing": ("r32", {"sums": (Sums("c1x", "paid", 400, 100, 1000),)}),
    "r32 more back than taken": ("r32", {
        "rows": (CHARGE, replace(REFUND, minor=1600)),
        "sums": (Sums("c1x", "paid", 1600, 0, 0),),
    }),
    "r34 held for ever": ("r34", {
        "rows": (replace(CHARGE, state="authorized"), CAPTURE),
        "effects": (*MOVED, Effect("capture", "strong", "c1x-c1", 1500, "c1x", None, 1.0)),
    }),
    "r17 told of a capture, too": ("r17", {
        "rows": (CHARGE, REFUND, CAPTURE),
        "events": (*EVENTS, Told("e-3", "payment.paid", "c1x", "c1x-c1")),
        "heard": ("e-1", "e-2", "e-3"),
    }),
    "r12 waits for ever": ("r12", {"kept": (Kept("c1x", "parked", "why", 1),)}),
    "r12 no reason": ("r12", {"kept": (Kept("c1x", "quarantined", "", 1),)}),
    "r12 there twice": ("r12", {"kept": GOOD.kept[:1] * 2}),
    "r17 never heard": ("r17", {"heard": ("e-1",)}),
    "r17 heard of nothing": ("r17", {"heard": ("e-1", "e-2", "e-3")}),
    "r17 out of order": ("r17", {"heard": ("e-2", "e-1")}),
    "r17 not told": ("r17", {"events": EVENTS[:1], "heard": ("e-1",)}),
    "r17 told of nothing": ("r17", {"events": (*EVENTS, replace(EVENTS[0], id="e-1b")),
        "heard": ("e-1", "e-2", "e-1b")}),
    "r35 no evidence": ("r35", rows(evidence=0)),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_under_its_promise(name):
    """One thing differs from the good end."""
    promise, changed = WRONG[name]
    told = problems(replace(GOOD, **changed), MOVES)

    assert [each for each in told if each.startswith(promise)], told


def test_what_nobody_can_tell_is_told_to_a_person():
    """After a week a flag stands at it."""
    quiet = replace(LOST, rows=(replace(LOST.rows[0], review=""),))

    assert [each for each in problems(quiet, MOVES) if each.startswith("r36")]


def test_a_provider_that_can_tell_needs_nobody():
    """The same end on the strong account is wrong."""
    strong = replace(LOST, account="strong")

    assert [each for each in problems(strong, MOVES) if each.startswith("r36")]
