"""R15: a message that comes before its payment's answer is applied in the end."""

from __future__ import annotations

from tests.promises.figures import broken


def test_no_early_message_waits_for_ever():
    """Messages overtake the replies that they are about."""
    story = broken("r15")

    assert not story, story
