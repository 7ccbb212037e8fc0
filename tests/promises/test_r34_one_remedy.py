"""R34: a charge is voided or refunded, never both."""

from __future__ import annotations

from tests.promises.figures import broken


def test_nothing_is_both_voided_and_refunded():
    """While it settles at a random time."""
    story = broken("r34")

    assert not story, story
