"""The engine on a real PostgreSQL: refused where it cannot work, jobs in our own transactions."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from datetime import timedelta

import psycopg
import pytest

import paycore
from paycore.engines import procrastinate
from paycore.engines.procrastinate import opened
from paycore.errors import LedgerError, PluginRefused, SettingsError
from paycore.ledger.durable import open_durable, upgrade
from paycore.ledger.protocol import Source
from paycore.secret import Secret
from paycore.states import State
from paycore.testing.ledgers.scene import NOW, intent, report, reserved
from paycore.work import Work, WorkKind

SECRET = "hunter2canary"


def settings(ledger, engine="procrastinate"):
    return {"ledger": ledger, "engine": engine, "accounts": {"cards": {"provider": "fake"}}}


@pytest.fixture
def ledger(database):
    with closing(
        open_durable(database.url, enqueue=opened(Secret(database.url)).enqueue)
    ) as ledger:
        yield ledger


@pytest.mark.parametrize("url", ["memory://", "sqlite:///paycore.db"])
def test_it_works_in_postgresql_only(url):
    """The refusal says what to write instead."""
    with pytest.raises(SettingsError, match=r"PostgreSQL only; want ledger = .*inline") as refused:
        paycore.open_gateway(settings(url))

    assert refused.value.field == "engine"


def test_without_its_package_it_says_what_to_type(monkeypatch):
    """The extra brings it."""
    monkeypatch.setattr(procrastinate, "find_spec", lambda name: None)

    with pytest.raises(SettingsError, match=r"type: pip install 'paycore\[worker\]'"):
        opened(Secret("postgresql://shop@localhost/shop"))


def test_an_engine_that_nobody_offers_is_refused():
    """By name, with those that are installed."""
    with pytest.raises(PluginRefused, match=r"'celery'.*installed: inline, procrastinate"):
        paycore.open_gateway(settings("sqlite:///paycore.db", "celery"))


def test_where_it_connects_is_not_shown():
    """A URL may hold a password."""
    engine = opened(Secret(f"postgresql://shop:{SECRET}@localhost:1/shop"))
    with pytest.raises(LedgerError, match=r"engine: the database cannot be used") as failed:
        engine.prepare()

    assert SECRET not in f"{engine!r} {failed.value} {failed.value.__context__}"


def test_tables_that_are_missing_are_asked_for(postgres):
    """With the command that makes them; made twice is made once."""
    url = postgres.empty()
    upgrade(url)
    with pytest.raises(SettingsError, match="no tables of procrastinate yet; type: paycore db upg"):
        paycore.open_gateway(settings(url))
    for _ in range(2):
        opened(Secret(url)).prepare()

    paycore.open_gateway(settings(url)).close()
    assert postgres.run("SELECT count(*) FROM procrastinate_jobs", url) == [(0,)]
    postgres.forget(url)


@pytest.mark.parametrize("act", ["check", "prepare"])
def test_tables_of_another_release_are_refused(database, act):
    """They are left as they are: whoever made them knows how to bring them on."""
    database.run("DROP FUNCTION procrastinate_retry_job_v2")

    with pytest.raises(SettingsError, match=r"another release \(procrastinate_retry_job_v2 is mis"):
        getattr(opened(Secret(database.url)), act)()


def test_a_job_is_committed_with_its_row(ledger, database):
    """The lease and the plan of an operation, and what it tells."""
    operation = reserved(ledger, intent())
    assert database.jobs() == [("operation", operation.id, True, "todo")]
    ledger.record(operation.id, report(operation), Source.RESPONSE, NOW, operation.fence)

    assert database.jobs()[1:] == [("events", "o-1", False, "todo")]
    scheduled = database.run("SELECT scheduled_at FROM procrastinate_jobs ORDER BY id")
    assert scheduled[0][0] == operation.lease_until


def test_what_is_rolled_back_has_no_job(ledger, database):
    """An error after the work was noted: neither row nor job."""
    before = ledger._db._enqueue

    def late(connection, works):
        before(connection, works)
        connection.execute("SELECT 1/0")

    ledger._db._enqueue = late
    with pytest.raises(LedgerError, match="DivisionByZero"):
        ledger.reserve(intent(), NOW)

    assert database.jobs() == []
    assert database.run("SELECT count(*) FROM paycore_operation") == [(0,)]


def test_a_queue_that_fails_is_a_ledger_that_fails(ledger, database):
    """The driver's error is told as every error of the database; nothing was stored."""
    database.run("DROP FUNCTION procrastinate_defer_jobs_v1")

    with pytest.raises(LedgerError, match=r"database failed: UndefinedFunction"):
        ledger.reserve(intent(), NOW)
    assert database.run("SELECT count(*) FROM paycore_operation") == [(0,)]


def test_what_stood_in_the_way_is_repeated(ledger, database):
    """R40: a serialization failure while the job is inserted is tried again, and done once."""
    database.run(
        """
        CREATE SEQUENCE tries;
        CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF nextval('tries') = 1 THEN RAISE SQLSTATE '40001'; END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER stumble BEFORE INSERT ON procrastinate_jobs
        FOR EACH ROW EXECUTE FUNCTION stumble();
        """
    )
    operation = reserved(ledger, intent())

    assert database.jobs() == [("operation", operation.id, True, "todo")]
    assert ledger.operation(operation.id).state is State.SUBMITTING


KILLED = """
import os, signal, sys
from paycore.engines.procrastinate import opened
from paycore.ledger.durable import open_durable
from paycore.secret import Secret
from paycore.testing.ledgers.scene import NOW, intent

url, engine = sys.argv[1], opened(Secret(sys.argv[1]))

def enqueue(connection, works):
    engine.enqueue(connection, works)
    os.kill(os.getpid(), signal.SIGKILL)

open_durable(url, enqueue=enqueue).reserve(intent(), NOW)
"""


def test_a_process_killed_between_leaves_neither(database):
    """Signal 9 after the job was inserted and before the commit."""
    done = subprocess.run([sys.executable, "-c", KILLED, database.url], check=False, timeout=60)

    assert done.returncode == -9
    assert database.jobs() == []
    assert database.run("SELECT count(*) FROM paycore_operation") == [(0,)]


def test_work_of_every_kind_survives_the_queue(database):
    """What a worker hears is what was noted, to the microsecond."""
    at = NOW + timedelta(microseconds=1)
    works = [
        Work(WorkKind.OPERATION, "1", at),
        Work(WorkKind.EVENTS, "o'1"),
        Work(WorkKind.MESSAGE, "é"),
    ]
    with psycopg.connect(database.url) as connection:
        opened(Secret(database.url)).enqueue(connection, works)
    rows = database.run("SELECT args->>'kind', args->>'name', args->>'at' FROM procrastinate_jobs")

    assert rows == [(w.kind.value, w.name, w.at and w.at.isoformat()) for w in works]
