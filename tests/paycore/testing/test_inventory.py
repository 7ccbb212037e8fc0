"""What stands in the ledger at the end, in plain words."""

from __future__ import annotations

from paycore.money import Money
from paycore.testing.actors import deliver
from paycore.testing.callers import CARD
from paycore.testing.checks.ending import Kept, Row
from paycore.testing.inventory import ending_of
from tests.paycore.testing.scenes import scene


def test_an_ending_holds_all_that_is_there():
    """Rows, messages, orders and what moved."""
    stage = scene()
    stage.gateway.charge("o1", Money(1500, "CAD"), CARD)
    deliver(stage, stage.world.letters[0])
    end = ending_of(stage)

    assert end.rows == (Row("charge", "o1", "o1", "weak", "o1", 1500, "succeeded", "", 1, False),)
    assert end.inbox == (Kept("weak", "o1", "duplicate", "it says what we know", 1),)
    assert end.effects == tuple(stage.world.effects)
    assert list(end.orders) == [("weak", "o1")]


def test_it_turns_every_page():
    """Of however many payments."""
    stage = scene()
    for number in range(101):
        stage.gateway.charge(f"p{number}", Money(100, "CAD"), CARD)

    assert len(ending_of(stage).rows) == 101
