"""R48: no timer decides, and what is open is asked about again, for a month."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r48")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r48_nothing_open_is_forgotten(proof, counted):
    """The provider is silent for thirty days."""
    story = counted(proof).story("r48")

    assert not story, story


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r48_no_timer_makes_a_failure_of_it(proof, counted):
    """However long the provider says nothing."""
    story = counted(proof).story("r04")

    assert not story, story
