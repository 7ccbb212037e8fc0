"""R2: what is sent stands in the ledger before its first byte leaves."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r02")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r02_no_call_goes_out_before_its_row(proof, counted):
    """The provider looks for it, at each call."""
    story = counted(proof).story("r02")

    assert not story, story
