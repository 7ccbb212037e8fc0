"""A review is all its reasons, and lets happen only what every one of them lets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.reviews import HELD_AFTER, HELD_TWICE, LATE, TWICE, added, lets_give_back, lets_release

BACK = (f"{LATE}expired", f"{TWICE}o-1 and o-1-2")
HOLD = f"{HELD_TWICE}o-1 and o-1-2"
OTHER = (f"{HELD_AFTER}expired", "another amount or currency was reported", "the books differ")
REASONS = st.sampled_from((*BACK, HOLD, *OTHER))


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


@pytest.mark.parametrize("reason", [*BACK, HOLD, *OTHER])
def test_the_newest_stands_first(reason: str) -> None:
    """Whoever reads it reads what was found out last."""
    assert added("something else", reason) == f"{reason}; something else"
