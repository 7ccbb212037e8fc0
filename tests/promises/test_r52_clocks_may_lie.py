"""R52: nothing rests on the order of wall-clock times."""

from __future__ import annotations

from tests.promises.figures import broken


def test_no_step_of_the_clock_breaks_a_promise():
    """The clock steps by half a day, ahead and back, in the middle of everything."""
    story = broken("r52")

    assert not story, story
