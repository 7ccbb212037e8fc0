"""R34: a charge is voided or refunded, never both."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r34")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r34_nothing_is_both_voided_and_refunded(proof, counted):
    """While it settles at a random time."""
    story = counted(proof).story("r34")

    assert not story, story
