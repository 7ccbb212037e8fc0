"""R15: a message that comes before its payment's answer is applied in the end."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r15")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r15_no_early_message_waits_for_ever(proof, counted):
    """Messages overtake the replies that they are about."""
    story = counted(proof).story("r15")

    assert not story, story
