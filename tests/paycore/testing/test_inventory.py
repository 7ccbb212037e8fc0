"""What stands in the ledger at the end, in plain words."""

from __future__ import annotations

from paycore.money import Money
from paycore.testing.actors import deliver
from paycore.testing.callers import CARD, PAGE
from paycore.testing.checks.ending import Kept, Row
from paycore.testing.inventory import DAY_S, ending_of, planned_in_s
from tests.paycore.testing.scenes import scene


def test_an_ending_holds_all_that_is_there():
    """Rows, messages, orders and what moved."""
    stage = scene()
    stage.gateway.charge("o1", Money(1500, "CAD"), CARD)
    deliver(stage, stage.world.letters[0])
    end = ending_of(stage)

    assert end.rows == (
        Row("charge", "o1", "o1", "weak", "o1", 1500, "succeeded", "", 1, None, 1.0),
    )
    assert end.inbox == (Kept("weak", "o1", "duplicate", "it says what we know", 1),)
    assert end.effects == tuple(stage.world.effects)
    assert list(end.orders) == [("weak", "o1")]
    assert [(told.name, told.type) for told in end.outbox] == [
        ("weak o1-2-payment.paid", "payment.paid")
    ]
    assert [event.facts["event"] for event in stage.history.told("heard")] == [
        "weak o1-2-payment.paid"
    ]


def test_it_turns_every_page():
    """Of however many payments."""
    stage = scene()
    for number in range(101):
        stage.gateway.charge(f"p{number}", Money(100, "CAD"), CARD)

    assert len(ending_of(stage).rows) == 101


def test_what_is_planned_is_told_in_seconds():
    """Of an open operation; a day, where nothing is."""
    stage = scene()
    before = planned_in_s(stage)
    stage.gateway.charge("o1", Money(1500, "CAD"), PAGE)
    (row,) = ending_of(stage).rows

    assert before == DAY_S
    assert 10 < row.planned_s == planned_in_s(stage) < 70
