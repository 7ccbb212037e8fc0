"""R12: each message that came is there once, in one state, with a reason."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r12")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r12_no_message_is_lost_or_counted_twice(proof, counted):
    """Repeated, late and in any order."""
    story = counted(proof).story("r12")

    assert not story, story
