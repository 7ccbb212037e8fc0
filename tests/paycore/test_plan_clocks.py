"""The plan begins when it was sent last, whatever clocks do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from paycore.money import Money
from paycore.operation import Operation
from paycore.plan import PLAN_S, SPREAD, is_used_up, next_check
from paycore.states import Kind, State

SENT = datetime(2026, 1, 2, tzinfo=UTC)
UNKNOWN = Operation(
    *("1", Kind.CHARGE, "o-1", "k", "f", "main", "o-1", "stored_token"),
    *(Money(1500, "CAD"), State.UNKNOWN, SENT, SENT),
    sent_at=SENT,
)


@pytest.mark.parametrize("back_s", [1, 3600, 86_400])
def test_a_clock_that_went_back_puts_no_question_off(back_s):
    """R52: it begins anew: the first question is seconds away, as if it had just been sent."""
    now = SENT - timedelta(seconds=back_s)
    wait_s = (next_check(UNKNOWN, now) - now).total_seconds()

    assert 0 < wait_s <= PLAN_S[0] * (1 + SPREAD)
    assert not is_used_up(UNKNOWN, now)


def test_the_plan_begins_when_it_was_sent_last():
    """Not when somebody first tried: sent again after two days, it is asked about at once."""
    again = replace(UNKNOWN, created_at=SENT - timedelta(days=2))
    planned = next_check(again, SENT)

    assert planned == next_check(UNKNOWN, SENT)
    assert not is_used_up(again, SENT + timedelta(days=6))
