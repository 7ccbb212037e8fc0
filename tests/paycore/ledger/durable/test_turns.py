"""Writers take their turns: before they look, and with whoever was quicker."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from types import SimpleNamespace

import pytest

from paycore.errors import Conflict
from paycore.ledger.durable import open_durable, transactions
from paycore.ledger.durable import statements as sql
from paycore.ledger.protocol import Source
from paycore.methods import Redirect
from paycore.states import State
from paycore.testing.ledgers.scene import NOW, after_s, intent, recorded, reserved
from tests.paycore.ledger.durable.faulty import Plan, broken, open_faulty


def test_a_writer_of_sqlite_has_its_turn_before_it_looks(tmp_path):
    """R40: what it reads is still so when it writes; nobody is told that it was too late."""
    path = tmp_path / "a.db"

    def held(_session):
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                return error.sqlite_errorname
        return ""

    with closing(open_durable(f"sqlite:///{path}")) as ledger:
        assert ledger._db.write(held) == "SQLITE_BUSY"
        assert ledger._db.read(held) == ""


def test_who_was_quicker_after_a_lost_commit_is_the_dispatcher(place, monkeypatch):
    """R40: what is found then may be another process's, under the same key at the same moment."""
    open_durable(place.url).close()
    ledger, engine = open_faulty(place.url)
    quicker = []
    with closing(ledger), closing(open_durable(place.url)) as other:

        def pause(_seconds):
            if not quicker:
                quicker.append(other.reserve(intent(), NOW))

        clock = SimpleNamespace(monotonic=time.monotonic, sleep=pause)
        monkeypatch.setattr(transactions, "time", clock)
        engine.plan = Plan("before", 1, broken(place.kind))
        ours = ledger.reserve(intent(), NOW)

    assert [each.fresh for each in (*quicker, ours)] == [True, False]
    assert ours.operation == quicker[0].operation


PAGE = Redirect("https://pay.example/1")


def page(ledger):
    """Return a page that waits for its payer."""
    made = reserved(ledger, intent(method="hosted_page"))
    return recorded(ledger, made, State.PENDING, next_action=PAGE)


DECISIONS = {
    "settle": lambda ledger, seen, at: ledger.settle(
        seen.id, State.SUCCEEDED, "seen in the console", seen.version, at
    ),
    "supersede": lambda ledger, seen, at: ledger.supersede(seen.id, seen.version, at),
}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("decide", DECISIONS.values(), ids=DECISIONS)
def test_a_decision_whose_commit_was_lost_from_sight_is_made_once(place, when, decide):
    """R40: whether it was committed or not, nobody is told that somebody else was quicker."""
    open_durable(place.url).close()
    ledger, engine = open_faulty(place.url)
    with closing(ledger):
        seen = page(ledger)
        engine.plan = Plan(when, 1, broken(place.kind))
        after = decide(ledger, seen, after_s(5))

        assert engine.plan.failed == 1
        assert after == ledger.operation(seen.id)
        assert (after.version, after.updated_at) == (seen.version + 1, after_s(5))
        verdicts = [e for e in ledger.evidence(seen.id) if e.source is Source.OPERATOR]
        assert len(verdicts) == len(ledger.events_of("o-1")) == (not after.superseded)


@pytest.mark.parametrize("decide", DECISIONS.values(), ids=DECISIONS)
def test_who_was_quicker_to_decide_has_decided(place, decide, monkeypatch):
    """R39: what another person found out between two tries is not taken for one's own."""
    open_durable(place.url).close()
    ledger, engine = open_faulty(place.url)
    with closing(ledger), closing(open_durable(place.url)) as other:
        seen = page(ledger)
        quicker = []

        def pause(_seconds):
            if not quicker:
                reason, at = "seen in the mail", after_s(4)
                quicker.append(other.settle(seen.id, State.NOT_EXECUTED, reason, seen.version, at))

        clock = SimpleNamespace(monotonic=time.monotonic, sleep=pause)
        monkeypatch.setattr(transactions, "time", clock)
        engine.plan = Plan("before", 1, broken(place.kind))
        with pytest.raises(Conflict):
            decide(ledger, seen, after_s(5))

        assert ledger.operation(seen.id) == quicker[0]


def test_what_is_read_together_is_of_one_moment(tmp_path):
    """R32: nobody commits between a payment and its operations; sums and states agree."""
    path = tmp_path / "a.db"

    def held(session):
        assert session.row(sql.PAYMENT, reference_="o-1")
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute('UPDATE paycore_payment SET metadata = \'{"a": "b"}\'')
            try:
                other.execute("COMMIT")
            except sqlite3.OperationalError as error:
                return error.sqlite_errorname
        return ""

    with closing(open_durable(f"sqlite:///{path}")) as ledger:
        reserved(ledger, intent())

        assert ledger._db.read(held) == "SQLITE_BUSY"
