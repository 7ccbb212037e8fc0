"""R11: a message is acknowledged only once it is kept."""

from __future__ import annotations

import pytest

from tests.promises.figures import simulated

PROOFS = simulated("r11")


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r11_no_message_is_acknowledged_and_lost(proof, counted):
    """The ledger fails and processes die while messages come in."""
    story = counted(proof).story("r11")

    assert not story, story
