"""R32: never more goes back than was taken, by what moved and by what may still move."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r32")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r32_nothing_is_given_back_twice(proof, counted):
    """Several callers refund the same charge at once."""
    story = counted(proof).story("r32")

    assert not story, story
