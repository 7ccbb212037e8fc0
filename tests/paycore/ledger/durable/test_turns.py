"""Writers take their turns: before they look, and with whoever was quicker."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from types import SimpleNamespace

from paycore.ledger.durable import open_durable, transactions
from paycore.testing.ledgers.scene import NOW, intent
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
