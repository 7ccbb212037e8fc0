"""R7: a key stands for one content; other content is refused."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r07")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r07_no_key_stands_for_two_things(proof, counted):
    """Callers use the same few keys for different things."""
    story = counted(proof).story("r07")

    assert not story, story
