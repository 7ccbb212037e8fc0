"""R33: money that an unknown refund may have moved is not shown as left."""

from __future__ import annotations

from tests.promises.figures import broken


def test_no_open_refund_is_spent_again():
    """Whatever a caller is shown."""
    story = broken("r33")

    assert not story, story
