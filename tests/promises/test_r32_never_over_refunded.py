"""R32: never more goes back than was taken, by what moved and by what may still move."""

from __future__ import annotations

from tests.promises.figures import broken


def test_nothing_is_given_back_twice():
    """Several callers refund the same charge at once."""
    story = broken("r32")

    assert not story, story
