"""R2: what is sent stands in the ledger before its first byte leaves."""

from __future__ import annotations

from tests.promises.figures import broken


def test_no_call_goes_out_before_its_row():
    """The provider looks for it, at each call."""
    story = broken("r02")

    assert not story, story
