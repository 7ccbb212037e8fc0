"""R17: every change is told to the application, at least once, in order, and nothing else is."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r17")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r17_no_event_is_lost_or_made_up(proof, counted):
    """Callbacks fail three times of ten, and processes die before, in and after them."""
    story = counted(proof).story("r17")

    assert not story, story
