"""The figures mean something: the runs are long enough, and money moves in them."""

from __future__ import annotations

import pytest

from paycore.testing.weather import WEATHERS
from tests.promises.figures import SCHEDULES, broken, runs


@pytest.mark.parametrize("weather", ["", *WEATHERS])
def test_the_runs_are_worth_counting(weather):
    """At least 30 steps each, as the promises ask, and something happens in most of them."""
    tally = runs(weather)

    assert (tally.runs, tally.short) == (SCHEDULES, 0)
    assert tally.effects > SCHEDULES
    assert not tally.broken, broken(weather)
