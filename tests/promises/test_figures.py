"""The figures mean something: the runs are long enough, money moves in them, and nothing breaks."""

from __future__ import annotations

import pytest

from tests.promises.figures import Schedules
from tests.promises.series import declared

SIMULATED = [each for each in declared() if isinstance(each.proofs[0].run, Schedules)]


@pytest.mark.parametrize("series", SIMULATED, ids=lambda series: str(series.proofs[0]))
def test_the_runs_are_worth_counting(series, counted):
    """At least 30 steps each, as the promises ask, and something happens in most of them."""
    proof = series.proofs[0]
    count = counted(proof)

    assert (count.runs, count.short) == (proof.commit, 0)
    assert count.effects > proof.commit
    assert not count.broken, count.story()
