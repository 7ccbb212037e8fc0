"""R3: no transaction of the ledger is open while a call is under way."""

from __future__ import annotations

from tests.promises.figures import broken


def test_no_call_goes_out_inside_a_transaction():
    """Whoever carries a call looks, at each of them."""
    story = broken("r03")

    assert not story, story
