"""R47: whatever a provider says, the ledger stays right."""

from __future__ import annotations

from tests.promises.figures import broken


def test_no_lie_breaks_a_promise():
    """Wrong amounts, wrong references, noise and bugs, with an attacker beside them."""
    story = broken("r47")

    assert not story, story
