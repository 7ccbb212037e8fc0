"""R6: while an attempt is open, no other of its payment begins."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r06")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r06_no_attempt_begins_beside_another(proof, counted):
    """Several callers try at once, under several keys."""
    story = counted(proof).story("r06")

    assert not story, story
