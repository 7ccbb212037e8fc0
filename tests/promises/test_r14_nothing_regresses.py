"""R14: a last word stands, in whatever order the news comes."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r14")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r14_no_last_word_is_taken_back(proof, counted):
    """Old messages arrive long after newer ones."""
    story = counted(proof).story("r14")

    assert not story, story
