"""R39: whoever lost its lease writes no more."""

from __future__ import annotations

from tests.promises.figures import broken


def test_nobody_writes_who_was_given_up():
    """Dispatchers are held up for an hour, and come back."""
    story = broken("r39")

    assert not story, story
