"""R1: a kind and key move money once at most, and a payment is charged once, whatever fails."""

from __future__ import annotations

from tests.promises.figures import broken


def test_nothing_is_done_twice():
    """Crashed, repeated, lost, late, and in every order that a seed can think of."""
    story = broken("r01")

    assert not story, story
