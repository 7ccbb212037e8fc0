"""R16: the truth is reached without a single message."""

from __future__ import annotations

from tests.promises.figures import broken


def test_every_payment_is_right_by_asking_alone():
    """All messages are dropped; only `reconcile` runs."""
    story = broken("r16")

    assert not story, story
