"""R9: a payment that was charged twice is told of."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r09")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r09_no_second_charge_goes_unnoticed(proof, counted):
    """Payers come back late to pages that were given up."""
    story = counted(proof).story("r09")

    assert not story, story
