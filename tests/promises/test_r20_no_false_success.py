"""R20: whoever holds a weak key cannot make a payment succeed."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r20")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r20_nobody_is_paid_by_a_forged_message(proof, counted):
    """The attacker signs as the provider does, and knows our references."""
    story = counted(proof).story("r20")

    assert not story, story
