"""A review is all its reasons, and lets happen only what every one of them lets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.reviews import (
    ASKED,
    HELD_AFTER,
    HELD_TWICE,
    LATE,
    TWICE,
    added,
    lets_begin,
    lets_give_back,
    lets_release,
)
from paycore.states import LATE as LATE_STATES
from paycore.states import State

BACK = (f"{LATE}expired", f"{TWICE}o-1 and o-1-2")
HOLD = f"{HELD_TWICE}o-1 and o-1-2"
LONG = f"{ASKED}for a day"
ENDED = "declined reported after expired"
OTHER = (f"{HELD_AFTER}expired", "another amount or currency was reported", "the books differ")
ALL = (*BACK, HOLD, LONG, ENDED, *OTHER)
REASONS = st.sampled_from(ALL)


def reviewed(reasons: list[str]) -> str:
    """Return the review that these reasons come to, one after the other."""
    review = ""
    for reason in reasons:
        review = added(review, reason)
    return review


@given(st.lists(REASONS, max_size=12))
def test_no_reason_is_lost_and_none_stands_there_twice(reasons: list[str]) -> None:
    """However often, and in whatever order."""
    found = reviewed(reasons).split("; ") if reasons else []

    assert sorted(found) == sorted(set(reasons))
    assert reviewed([*reasons, *reasons]) == reviewed(reasons)


@given(st.lists(REASONS, max_size=6))
def test_every_reason_has_to_allow_it(reasons: list[str]) -> None:
    """One that forbids is enough; without any, nothing is forbidden."""
    review = reviewed(reasons)

    assert lets_give_back(review) is set(reasons).issubset(BACK)
    assert lets_release(review) is set(reasons).issubset({HOLD})
    assert lets_begin(review) is set(reasons).issubset({HOLD, LONG, ENDED})


@pytest.mark.parametrize("now", sorted(State))
@pytest.mark.parametrize("then", sorted(LATE_STATES))
def test_only_an_end_after_an_end_is_no_doubt(now: State, then: State) -> None:
    """Whatever else is told of what is over may mean money."""
    assert lets_begin(f"{now.value} reported after {then.value}") is (now in LATE_STATES)


def test_what_stands_between_reasons_stands_in_none() -> None:
    """Else one would be two, and not be known again."""
    once = added("first", "a; b")

    assert once == added(once, "a; b") == "a, b; first"


@pytest.mark.parametrize("reason", ALL)
def test_the_newest_stands_first(reason: str) -> None:
    """Whoever reads it reads what was found out last."""
    assert added("something else", reason) == f"{reason}; something else"
