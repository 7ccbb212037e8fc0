"""R8: a key is never forgotten."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r08")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r08_no_key_is_forgotten(proof, counted):
    """Days later it still names the same operation, and no other."""
    story = counted(proof).story("r08")

    assert not story, story
