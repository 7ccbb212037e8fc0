"""R9: a payment that was charged twice is told of."""

from __future__ import annotations

from tests.promises.figures import broken


def test_no_second_charge_goes_unnoticed():
    """Payers come back late to pages that were given up."""
    story = broken("r09")

    assert not story, story
