"""R4: what is not proved is UNKNOWN: never a failure, and never sent again by itself."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r04")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r04_nothing_fails_without_proof(proof, counted):
    """A failure is what the provider said, what never left, or what cannot be otherwise."""
    story = counted(proof).story("r04")

    assert not story, story
