"""R3: no transaction of the ledger is open while a call is under way."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r03")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r03_no_call_goes_out_inside_a_transaction(proof, counted):
    """Whoever carries a call looks, at each of them."""
    story = counted(proof).story("r03")

    assert not story, story
