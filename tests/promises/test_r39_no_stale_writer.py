"""R39: whoever lost its lease writes no more."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r39")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r39_nobody_writes_who_was_given_up(proof, counted):
    """Dispatchers are held up for an hour, and come back."""
    story = counted(proof).story("r39")

    assert not story, story
