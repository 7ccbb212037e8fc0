"""R1: a kind and key move money once at most, and a payment is charged once, whatever fails."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r01", full=1_000_000)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r01_nothing_is_done_twice(proof, counted):
    """Crashed, repeated, lost, late, and in every order that a seed can think of."""
    story = counted(proof).story("r01")

    assert not story, story
