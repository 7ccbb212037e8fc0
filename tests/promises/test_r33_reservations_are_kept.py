"""R33: money that an unknown refund may have moved is not shown as left."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r33")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r33_no_open_refund_is_spent_again(proof, counted):
    """Whatever a caller is shown."""
    story = counted(proof).story("r33")

    assert not story, story
