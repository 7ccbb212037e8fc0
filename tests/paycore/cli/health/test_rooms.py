"""The doctor on ledger, engine and listeners: what would not open fails, and nothing is made."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import make_url

from paycore import LedgerError, open_gateway
from paycore.bootstrap import open_engine
from paycore.cli.health.rooms import rooms
from paycore.engines import inline
from paycore.errors import PaycoreError
from paycore.ledger.durable import upgrade
from paycore.settings import read
from tests.paycore.demo.toy_shop import install
from tests.postgres import postgres  # noqa: F401

_OBEYING = () if os.geteuid() else ("setpriv", "--bounding-set", "-dac_override")
"""What lets root write only what it may write."""
PASSWORD = "hunter2"
TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
BROKEN = [
    ({"ledger": "sqlite:////no/such/folder/x.db"}, "ledger", "no folder /no/such/folder"),
    ({"ledger": f"mysql://u:{PASSWORD}@h/db"}, "ledger", "want memory://, sqlite:///file.db"),
    ({"ledger": "paycore.db"}, "ledger", "is no URL such as sqlite:///file.db"),
    ({"ledger": "memory://", "engine": "celery"}, "engine", "'celery'"),
    ({"ledger": "sqlite:///x.db", "engine": "procrastinate"}, "engine", "in PostgreSQL only"),
    ({"ledger": "memory://", "listeners": ["nosuch"]}, "listeners", "'nosuch'"),
    ({"ledger": f"postgresql://u:{PASSWORD}@127.0.0.1:1/db"}, "ledger", "cannot be used"),
    ({"ledger": "sqlite:///:memory:"}, "ledger", "in memory is memory://"),
    ({"ledger": "sqlite:///x.db?synchronous=off"}, "ledger", "synchronous: delete wants extra"),
    ({"ledger": "sqlite:///garbage.db"}, "ledger", "cannot be used"),
]


def chosen(**top):
    return {**top, "accounts": {"cards": {"provider": "fake"}}}


def found(**top):
    """Return what is found, but for what is well."""
    findings = list(rooms(read(chosen(**top))))
    return [(each.check, each.verdict, each.message) for each in findings if each.verdict != "ok"]


@pytest.mark.parametrize(("top", "check", "problem"), BROKEN)
def test_what_cannot_be_opened_fails(tmp_path, top, check, problem):
    """Named, without a password; the doctor is red where opening is, and makes no file."""
    (tmp_path / "garbage.db").write_text("this is no database, and it never was one\n" * 100)
    before = sorted(tmp_path.iterdir())
    ((_, verdict, message),) = (each for each in found(**top) if each[0] == check)

    assert verdict == "failed"
    assert problem in message
    assert PASSWORD not in message
    assert sorted(tmp_path.iterdir()) == before
    with pytest.raises(PaycoreError):
        open_gateway(chosen(**top))


@pytest.mark.parametrize("folder", [True, False])
def test_a_file_that_cannot_be_made_fails(tmp_path, monkeypatch, folder):
    """Whatever the reason: a folder that is not ours, a folder in the file's place."""
    if folder:
        (tmp_path / "x.db").mkdir()
    else:
        monkeypatch.setattr("os.access", lambda *_: False)

    assert [each[:2] for each in found(ledger="sqlite:///x.db")] == [("ledger", "failed")]


def test_a_ledger_that_lasts_is_fine(tmp_path):
    """Before its first use, and after: no file is made, and none is changed."""
    settings = read(chosen(ledger="sqlite:///x.db"))
    first = next(rooms(settings))
    assert list(tmp_path.iterdir()) == []
    open_gateway(chosen(ledger="sqlite:///x.db")).close()
    before = (tmp_path / "x.db").read_bytes()
    then = next(rooms(settings))

    assert (first.verdict, then.verdict) == ("ok", "ok")
    assert first.message == f"sqlite lasts, which its first use will make: {tmp_path / 'x.db'}"
    assert then.message == f"sqlite lasts: {tmp_path / 'x.db'}"
    assert (tmp_path / "x.db").read_bytes() == before


def test_a_file_without_tables_is_upgraded_by_its_first_use(tmp_path):
    """So it is fine, and left as it is."""
    (tmp_path / "x.db").touch()

    assert found(ledger="sqlite:///x.db") == []
    assert (tmp_path / "x.db").read_bytes() == b""


def test_a_ledger_of_a_newer_paycore_fails(tmp_path):
    """It cannot be opened by this one."""
    open_gateway(chosen(ledger="sqlite:///x.db")).close()
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute("UPDATE paycore_version SET version_num = '9999'")
    connection.close()
    ((_, verdict, message),) = found(ledger="sqlite:///x.db")

    assert (verdict, "a newer paycore made it" in message) == ("failed", True)


@contextmanager
def no_room():
    """Let files of this process grow no more, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)


def test_a_ledger_without_room_to_write_fails(tmp_path):
    """It can be read, so that everything else looks well; not a byte is left behind."""
    open_gateway(chosen(ledger="sqlite:///x.db")).close()
    before = (tmp_path / "x.db").read_bytes()
    with no_room():
        ((_, verdict, message),) = found(ledger="sqlite:///x.db")

    assert verdict == "failed"
    assert "x.db can be read, and not written: SQLITE_" in message
    assert (sorted(tmp_path.iterdir()), (tmp_path / "x.db").read_bytes()) == (
        [tmp_path / "x.db"],
        before,
    )


@pytest.mark.skipif(bool(_OBEYING) and not shutil.which("setpriv"), reason="root may write all")
def test_a_folder_that_is_not_ours_fails(shop):
    """Its file is ours, and no journal can be made beside it; what only reads goes on."""
    open_gateway("paycore.toml").close()
    shop.chmod(0o555)
    try:
        doctor, listed = (
            subprocess.run(
                [*_OBEYING, sys.executable, "-m", "paycore", *words],
                check=False,
                capture_output=True,
                text=True,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            )
            for words in (("doctor",), ("operations", "--json"))
        )
    finally:
        shop.chmod(0o755)

    assert doctor.returncode == 1
    assert "can be read, and not written: SQLITE_" in doctor.stdout
    assert (listed.returncode, json.loads(listed.stdout)) == (0, [])


def test_a_ledger_that_somebody_is_writing_is_fine(tmp_path, monkeypatch):
    """A shop at work is no fault, and waited for no longer than a connection waits."""
    monkeypatch.setattr("paycore.ledger.durable.safety.BUSY_MS", 10)
    open_gateway(chosen(ledger="sqlite:///x.db")).close()
    with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")

        assert found(ledger="sqlite:///x.db") == []


def test_a_ledger_that_is_lost_while_it_is_looked_at_fails(tmp_path, monkeypatch):
    """Named, and no traceback."""
    open_gateway(chosen(ledger="sqlite:///x.db")).close()

    def lost(driver):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("paycore.cli.health.writing._sqlite", lost)
    ((check, verdict, message),) = found(ledger="sqlite:///x.db")

    assert (check, verdict) == ("ledger", "failed")
    assert message.endswith("can be read, and not written: OperationalError")


def test_a_server_that_takes_no_writes_fails(postgres):  # noqa: F811
    """A standby, or one that is told to."""
    url = postgres.empty()
    upgrade(url)
    postgres.run(f'ALTER DATABASE "{make_url(url).database}" SET default_transaction_read_only = 1')
    ((check, verdict, message),) = found(ledger=url)
    postgres.forget(url)

    assert (check, verdict) == ("ledger", "failed")
    assert "can be read, and not written: the server takes no writes" in message


def test_a_server_waits_for_its_upgrade(postgres):  # noqa: F811
    """The doctor says what to type and makes no table; then ledger and engine are fine."""
    url = postgres.empty()
    top = {"ledger": url, "engine": "procrastinate"}
    ((ledger, _, ledger_told),) = found(**top)
    tables = postgres.run(TABLES, url)
    upgrade(url)
    ((engine, _, engine_told),) = found(**top)
    open_engine(read(chosen(**top))).prepare()
    after = found(**top)
    postgres.forget(url)

    assert (ledger, engine, after) == ("ledger", "engine", [])
    assert "type: paycore db upgrade" in ledger_told
    assert "type: paycore db upgrade" in engine_told
    assert tables == [(0,)]


def test_a_ledger_that_forgets_is_doubtful():
    """For tests and demos only."""
    ((check, verdict, message),) = found(ledger="memory://")

    assert (check, verdict) == ("ledger", "warning")
    assert message.startswith("memory:// forgets")


@pytest.mark.parametrize(
    ("error", "told"),
    [(LedgerError("engine: no tables"), "engine: no tables"), (KeyError("x"), "fails: KeyError")],
)
def test_an_engine_looks_at_its_own_tables(monkeypatch, error, told):
    """And whatever a stranger's does then is told."""

    def check(self):
        raise error

    monkeypatch.setattr(inline.Inline, "check", check)
    ((check, verdict, message),) = found(ledger="sqlite:///x.db")

    assert (check, verdict) == ("engine", "failed")
    assert told in message


def test_a_listener_that_is_deaf_fails(tmp_path, monkeypatch):
    """As it would at the start; one that can hear is fine."""
    good = """
from paycore.listeners import listener
@listener
def webhook_received(account, outcome):
    pass
"""
    group = "[paycore.listeners]\ndeaf = deaf_one\ngood = good_one"
    install(tmp_path, monkeypatch, "ears", group, deaf_one="", good_one=good)
    (problem,) = found(ledger="sqlite:///x.db", listeners=["good", "deaf"])

    assert problem == ("listeners", "failed", "listener 'deaf': it listens to nothing")
