"""R47: whatever a provider says, the ledger stays right."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r47")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r47_no_lie_breaks_a_promise(proof, counted):
    """Wrong amounts, wrong references, noise and bugs, with an attacker beside them."""
    story = counted(proof).story("r47")

    assert not story, story
