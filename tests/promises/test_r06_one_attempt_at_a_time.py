"""R6: while an attempt is open, no other of its payment begins."""

from __future__ import annotations

from tests.promises.figures import broken


def test_no_attempt_begins_beside_another():
    """Several callers try at once, under several keys."""
    story = broken("r06")

    assert not story, story
