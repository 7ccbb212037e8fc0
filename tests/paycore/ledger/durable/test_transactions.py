"""R40: what fails is repeated where that is safe, told without a secret, never half done."""

from __future__ import annotations

import os
import sqlite3
import traceback
from contextlib import closing, suppress

import pytest

from paycore.errors import Conflict, LedgerError
from paycore.ledger.durable import open_durable
from paycore.ledger.protocol import Source
from paycore.report import Notification, Report
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import NOW, captured, intent, report, reserved
from paycore.wire.guard import in_transaction
from tests.paycore.ledger.durable.faulty import Plan, broken, busy, open_faulty


@pytest.fixture
def faulty(place):
    """Give a ledger that can be made to stumble, and what makes it."""
    open_durable(place.url).close()
    ledger, engine = open_faulty(place.url)
    with closing(ledger):
        yield ledger, engine


def test_every_statement_may_be_in_somebodys_way(place, faulty):
    """Whichever it is, the work is done once, and the caller never hears of it."""
    ledger, engine = faulty
    for at in range(1, 20):
        owner = f"o-{at}"
        engine.plan = Plan("execute", at, busy(place.kind))
        operation = reserved(ledger, intent(owner=owner, key=owner))
        ledger.record(operation.id, report(operation), Source.RESPONSE, NOW, operation.fence)

        assert len(ledger.operations(owner, Kind.CHARGE)) == len(ledger.evidence(operation.id)) == 1
        assert ledger.operation(operation.id).state is State.SUCCEEDED


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("error", [busy, broken])
def test_a_commit_lost_from_sight_is_looked_for(place, faulty, when, error):
    """Whether it was committed or not: one row, and the caller is its dispatcher."""
    ledger, engine = faulty
    engine.plan = Plan(when, 1, error(place.kind))
    made = ledger.reserve(intent(), NOW)
    engine.plan = Plan(when, 1, error(place.kind))
    operation = made.operation
    after = ledger.record(operation.id, report(operation), Source.RESPONSE, NOW, operation.fence)

    assert engine.plan.failed == 1
    assert (made.fresh, after.state) == (True, State.SUCCEEDED)
    assert len(ledger.operations("o-1", Kind.CHARGE)) == len(ledger.evidence(operation.id)) == 1
    assert place.run("SELECT captured FROM paycore_payment") == [(1500,)]


@pytest.mark.parametrize("step", ["execute", "before"])
def test_what_fails_for_good_is_told_without_a_secret(place, faulty, step):
    """In no text, no cause and no traceback; nothing is left of it, and no transaction open."""
    ledger, engine = faulty
    engine.plan = Plan(step, 1, broken(place.kind), always=True)
    with pytest.raises(LedgerError, match="OperationalError") as failed:
        ledger.reserve(intent(), NOW)
    engine.plan = Plan()
    shown = "".join(traceback.format_exception(failed.value))

    assert failed.value.__cause__ is failed.value.__context__ is None
    assert "hunter2" not in shown
    assert "4242" not in shown
    assert ledger.payment("o-1") is None
    assert not in_transaction.get()


def test_what_stays_in_the_way_is_told(place, faulty):
    """After some tries, with the database's own name for it."""
    ledger, engine = faulty
    engine.plan = Plan("execute", 1, busy(place.kind), always=True)
    with pytest.raises(LedgerError, match=r"BUSY|40001"):
        ledger.payment("o-1")

    assert engine.plan.failed > 5


def test_a_text_that_cannot_be_stored_is_refused(ledger):
    """As an error of the ledger, and nothing of it stays."""
    for odd in ("a\0b", "\ud800", "ż\0"):
        with pytest.raises(LedgerError, match="characters"):
            ledger.reserve(intent(owner=odd, key="k-1"), NOW)
    with pytest.raises(LedgerError, match="characters"):
        ledger.keep("main", "\0", Notification(Report("o-1", State.PENDING), b""), NOW)

    assert ledger.payments(status=None, account=None, limit=9, after="").payments == ()
    assert ledger.messages() == ()


def test_a_number_that_is_too_large_is_refused(ledger):
    """By the driver, whose words are not repeated."""
    with pytest.raises(LedgerError):
        ledger.payments(status=None, account=None, limit=2**70, after="")


def test_a_server_that_hung_up_is_asked_again(place, ledger):
    """All connections of the pool were as old."""
    captured(ledger)
    if place.kind == "postgresql":
        killed = "pg_terminate_backend(pid)"
        place.run(
            f"SELECT {killed} FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    assert ledger.payment("o-1").paid


def test_a_refusal_lets_go_of_every_lock(ledger):
    """The next call is not kept waiting."""
    captured(ledger)
    for number in range(30):  # more than the pool has
        with suppress(Conflict):
            ledger.reserve(intent(key=f"k-{number}"), NOW)

    assert not in_transaction.get()
    assert ledger.reserve(intent(Kind.REFUND, "r-1"), NOW).fresh


def test_what_a_parent_opened_is_left_to_the_parent(ledger):
    """A process that is not the one that opened it opens connections of its own."""
    captured(ledger)
    ledger._db._process = -1
    captured(ledger, "o-2")

    assert ledger._db._process == os.getpid()
    assert ledger.payment("o-1").paid


def test_the_file_is_whole(tmp_path):
    """And its connections are as safe as they were asked to be."""
    with closing(open_durable(f"sqlite:///{tmp_path / 'a.db'}")) as ledger:
        captured(ledger)
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
