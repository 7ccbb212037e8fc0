"""Whoever dies between a capture's own record and its charge's, the charge hears of it soon."""

from __future__ import annotations

from contextlib import closing

import pytest

from paycore.errors import LedgerError, OutcomeUnknown
from paycore.events import EventType
from paycore.ledger.durable import open_durable
from paycore.ledger.memory import MemoryLedger
from paycore.payment import PaymentStatus
from paycore.states import Kind, State
from paycore.verbs.ask import ask
from tests.stage import Stage, cad

DAY_S = 86_400
AGES = (0, 3.01, 9)
"""How many days it was held: on the first one much is asked, later little."""


@pytest.fixture(params=["memory", "sqlite"])
def stage(request, tmp_path):
    """Give a stage on which nobody tells a charge what became of its hold."""
    url = f"sqlite:///{tmp_path / 'paycore.db'}"
    with closing(MemoryLedger() if request.param == "memory" else open_durable(url)) as ledger:
        yield Stage(ledger=ledger)


def lost(stage, days, kind=Kind.CAPTURE):
    """Hold money for so many days, and end that in a process that dies in the middle."""
    stage.held()
    for _ in range(int(days * 4)):
        stage.clock.advance(DAY_S / 4)
        stage.gateway.reconcile()
    stage.clock.advance((days * 4 % 1) * DAY_S / 4)
    record = stage.ledger.record

    def dying(operation, *said, **more):
        if stage.ledger.operation(operation).kind is Kind.CHARGE:
            raise LedgerError("the process is gone")
        return record(operation, *said, **more)

    stage.ledger.record = dying
    asked = {"amount": cad(600)} if kind is Kind.CAPTURE else {}
    end = stage.gateway.capture if kind is Kind.CAPTURE else stage.gateway.void
    with pytest.raises(OutcomeUnknown):
        end("o-1", key="e-1", **asked)
    stage.ledger.record = record


@pytest.mark.parametrize("days", AGES)
@pytest.mark.parametrize("answered", [True, False])
def test_a_capture_is_told_within_two_minutes(stage, days, answered):
    """R16: whatever the age of the hold, and whether the provider can be asked or not."""
    lost(stage, days)
    stage.till.next_query(*["ok" if answered else "lost_before"] * 9)
    for _ in range(2):
        stage.clock.advance(60)
        stage.gateway.reconcile()
    told = [event.type for event in stage.ledger.events_of("o-1")]

    assert (stage.find().paid, stage.find().refundable) == (True, cad(600))
    assert told.count(EventType.PAYMENT_PAID) == 1
    assert stage.till.count("capture") == 1


@pytest.mark.parametrize("days", AGES)
@pytest.mark.parametrize("answered", [True, False])
def test_a_release_is_told_within_two_minutes(stage, days, answered):
    """R16: nothing is held any more, and nobody has to ask for that."""
    lost(stage, days, Kind.RELEASE)
    stage.till.next_query(*["ok" if answered else "lost_before"] * 9)
    for _ in range(2):
        stage.clock.advance(60)
        stage.gateway.reconcile()

    assert stage.find().status is PaymentStatus.VOIDED
    assert stage.till.count("void") == 1


def test_a_provider_that_is_behind_does_not_hide_a_capture(stage):
    """It says that the money is held still: our capture's own success stands."""
    lost(stage, 1)
    stage.till.orders["o-1"] |= {"state": "authorized", "amount": 1500}
    stage.gateway.query("o-1")

    assert (stage.find().paid, stage.find().refundable) == (True, cad(600))


def test_whose_account_is_gone_hears_of_it_all_the_same(stage):
    """Nobody has to be asked."""
    lost(stage, 1)
    del stage.accounts["main"]
    stage.gateway.reconcile()

    assert stage.find().paid


@pytest.mark.parametrize("act", ["lost_before", "lost_after", "declined"])
def test_what_did_not_succeed_proves_nothing(stage, act):
    """A charge whose capture is open, or failed, is held."""
    stage.held()
    stage.till.next(act)
    stage.gateway.capture("o-1", key="e-1")
    stage.till.next_query(*["lost_before"] * 9)
    (charge, _) = stage.find().operations
    after = ask(stage.wiring, charge)

    assert after.state is State.AUTHORIZED
    assert stage.find().status is PaymentStatus.AUTHORIZED
