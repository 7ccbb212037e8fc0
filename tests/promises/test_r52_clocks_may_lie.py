"""R52: nothing rests on the order of wall-clock times."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r52")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r52_no_step_of_the_clock_breaks_a_promise(proof, counted):
    """The clock steps by half a day, ahead and back, in the middle of everything."""
    story = counted(proof).story("r52")

    assert not story, story
