"""R11: a message is acknowledged only once it is kept."""

from __future__ import annotations

from tests.promises.figures import broken


def test_no_message_is_acknowledged_and_lost():
    """The ledger fails and processes die while messages come in."""
    story = broken("r11")

    assert not story, story
