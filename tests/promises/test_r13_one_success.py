"""R13: an event has one effect, however often it is told."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r13")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r13_nothing_succeeds_twice(proof, counted):
    """By its reply, by queries and by messages."""
    story = counted(proof).story("r13")

    assert not story, story
