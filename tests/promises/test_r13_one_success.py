"""R13: an event has one effect, however often it is told."""

from __future__ import annotations

from tests.promises.figures import broken


def test_nothing_succeeds_twice():
    """By its reply, by queries and by messages."""
    story = broken("r13")

    assert not story, story
