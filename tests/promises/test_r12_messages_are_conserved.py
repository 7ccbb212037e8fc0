"""R12: each message that came is there once, in one state, with a reason."""

from __future__ import annotations

from tests.promises.figures import broken


def test_no_message_is_lost_or_counted_twice():
    """Repeated, late and in any order."""
    story = broken("r12")

    assert not story, story
