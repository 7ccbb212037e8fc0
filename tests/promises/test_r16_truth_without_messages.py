"""R16: the truth is reached without a single message."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r16")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r16_every_payment_is_right_by_asking_alone(proof, counted):
    """All messages are dropped; only `reconcile` runs."""
    story = counted(proof).story("r16")

    assert not story, story
