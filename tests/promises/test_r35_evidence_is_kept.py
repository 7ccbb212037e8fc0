"""R35: each report leaves its evidence, and none is lost."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r35")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r35_no_evidence_is_lost(proof, counted):
    """As many pieces as there were reports."""
    story = counted(proof).story("r35")

    assert not story, story
