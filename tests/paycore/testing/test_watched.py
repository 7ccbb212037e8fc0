"""A ledger under watch: it fails before a commit or after it, and what moved is noted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paycore.errors import LedgerError
from paycore.ledger.memory import MemoryLedger
from paycore.ledger.protocol import Intent, Source
from paycore.money import Money
from paycore.naming import Naming
from paycore.report import Conclusion, Report
from paycore.states import Kind, State
from paycore.testing.callers import CARD
from paycore.testing.weather import CALM
from tests.paycore.testing.scenes import scene

AMOUNT = Money(1500, "CAD")
NAMING = Naming(frozenset("o1"), 30)
INTENT = Intent(Kind.CHARGE, "o1", "k", "f", "weak", NAMING, 60.0, AMOUNT, "stored_token")


class Drawn:
    """Chance that is decided."""

    def __init__(self, number):
        self.number = number

    def random(self):
        return self.number


@pytest.mark.parametrize(("drawn", "kept"), [(0.1, False), (0.7, True)])
def test_a_busy_ledger_fails_before_its_commit_or_after_it(drawn, kept):
    """Either way its caller does not know."""
    stage = scene(replace(CALM, busy=1.0))
    stage.ledger._rng = Drawn(drawn)
    with pytest.raises(LedgerError):
        stage.ledger.reserve(INTENT, stage.clock())

    assert (stage.ledger.inner.payment("o1") is not None) is kept
    assert bool([*stage.history.told("reserved")]) is kept


def test_what_moved_is_noted():
    """From which state to which, and a replay moves nothing."""
    stage = scene()
    stage.world.early_refunds = True
    stage.gateway.charge("o1", AMOUNT, CARD)
    stage.gateway.charge("o1", AMOUNT, CARD)
    stage.gateway.refund("o1", key="r1")
    noted = [event for event in stage.history.events if "was" in event.facts]
    seen = [(event.what, event.facts["was"], event.facts["state"]) for event in noted]

    assert seen == [("reserved", "", "submitting"), ("recorded", "submitting", "succeeded")] * 2
    assert (noted[-1].facts["of"], noted[-1].facts["minor"]) == ("o1", 1500)


def test_after_a_crash_it_may_be_another():
    """Opened again."""
    stage, fresh = scene(), MemoryLedger()
    stage.ledger.reopen(lambda old: fresh)

    assert stage.ledger.inner is fresh
    assert [*stage.history.told("crashed")]


def test_who_waits_while_another_dies_goes_on_with_the_new_one():
    """What it asks for is looked up when its turn has come."""
    stage, fresh = scene(), MemoryLedger()
    stage.gateway.charge("o1", AMOUNT, CARD)
    asked = stage.ledger.payment
    stage.ledger.reopen(lambda old: fresh)

    assert asked("o1") is None


def test_a_stale_writer_is_noted():
    """Whoever writes with another fence than the one that was noted last, and moves something."""
    stage = scene()
    operation = stage.ledger.reserve(INTENT, stage.clock()).operation
    lost = Conclusion(operation.reference, State.UNKNOWN)
    told = Report(operation.reference, State.PENDING, amount=AMOUNT)
    stage.ledger.record(operation.id, lost, Source.CORE, stage.clock())
    stage.ledger.record(operation.id, told, Source.RESPONSE, stage.clock(), operation.fence)
    stage.ledger.inner._shelf.put(replace(stage.ledger.inner.operation(operation.id), fence=1))
    stage.ledger.record(operation.id, told, Source.RESPONSE, stage.clock(), operation.fence)
    noted = [event.facts["stale"] for event in stage.history.told("recorded")]

    assert noted == [False, False, True]
