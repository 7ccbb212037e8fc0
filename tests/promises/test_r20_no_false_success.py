"""R20: whoever holds a weak key cannot make a payment succeed."""

from __future__ import annotations

from tests.promises.figures import broken


def test_nobody_is_paid_by_a_forged_message():
    """The attacker signs as the provider does, and knows our references."""
    story = broken("r20")

    assert not story, story
