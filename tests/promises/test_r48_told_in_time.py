"""R48: who is asked about by the whole plan, and still open, is told to a person as it ends."""

from __future__ import annotations

from dataclasses import replace

from paycore.money import Money
from paycore.testing.callers import CARD
from paycore.testing.inventory import DAY_S, ending_of, planned_in_s
from paycore.testing.weather import CALM, SILENT, Fault
from tests.paycore.testing.scenes import scene

DEAF = replace(CALM, sends={Fault.LOST_BEFORE: 1}, queries=SILENT)


def test_r48_a_person_is_told_when_the_plan_ends():
    """Whatever the spread of its steps: nobody waits for another week, unseen."""
    stage = scene(DEAF)
    for number in range(20):
        stage.gateway.charge(f"p{number}", Money(100, "CAD"), CARD)
    while stage.clock.elapsed < 9 * DAY_S:
        stage.clock.advance(max(1.0, planned_in_s(stage)))
        stage.gateway.reconcile()
    rows = ending_of(stage).rows

    assert [row.state for row in rows] == ["unknown"] * 20
    assert [row.reference for row in rows if not row.review] == []
