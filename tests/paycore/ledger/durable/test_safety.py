"""R37: a database that forgets is refused, by the name of what makes it forget."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from types import SimpleNamespace

import pytest

from paycore.errors import SettingsError
from paycore.ledger.durable import safety
from paycore.ledger.durable.safety import (
    check_place,
    prepare_postgresql,
    prepare_sqlite,
    sqlite_options,
)


def test_sqlite_is_safe_by_itself():
    """A rollback journal, and the folder synced as well."""
    assert sqlite_options({}) == ("delete", "extra")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"journal_mode": "off"}, "journal_mode"),
        ({"journal_mode": "memory"}, "journal_mode"),
        ({"synchronous": "off"}, "synchronous"),
        ({"synchronous": "normal"}, "synchronous"),
        ({"synchronous": "1"}, "synchronous"),
        ({"cache": "shared"}, "'cache'"),
    ],
)
def test_sqlite_that_forgets_is_refused(query, named):
    """Whatever was asked for, it is said what is wrong."""
    with pytest.raises(SettingsError, match=named) as refused:
        sqlite_options(query)

    assert refused.value.field == "ledger"


@pytest.mark.parametrize(("version", "sound"), [((3, 51, 2), False), ((3, 51, 3), True)])
def test_wal_only_where_it_is_sound(monkeypatch, version, sound):
    """Before 3.51.3 a reset of the log could corrupt the file."""
    monkeypatch.setattr(safety.sqlite3, "sqlite_version_info", version)
    if sound:
        assert sqlite_options({"journal_mode": "WAL"}) == ("wal", "full")
        return
    with pytest.raises(SettingsError, match=r"3\.51\.3"):
        sqlite_options({"journal_mode": "wal"})


def test_a_connection_is_read_back(tmp_path):
    """What it was told is what it keeps."""
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as connection:
        prepare_sqlite("delete", "extra")(connection, None)
        found = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("synchronous", "foreign_keys", "journal_mode", "busy_timeout")
        ]
        assert found == [3, 1, "delete", 5000]


def test_a_connection_that_does_not_obey_is_refused():
    """Here one that keeps its journal in memory, whatever it is told."""
    with (
        closing(sqlite3.connect(":memory:")) as forgetful,
        pytest.raises(SettingsError, match="journal_mode at memory, want delete"),
    ):
        prepare_sqlite("delete", "extra")(forgetful, None)


class Server:
    """A connection to a server with these settings."""

    def __init__(self, **changed):
        sound = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
        times = dict.fromkeys(safety.TIMEOUTS_MS, "15s")
        self.settings = {**sound, "server_encoding": "UTF8", **times, **changed}
        self.said = []
        self.autocommit = False

    def execute(self, statement):
        self.said.append(statement)
        row = tuple(self.settings[name] for name in safety._WANTED)
        return SimpleNamespace(fetchone=lambda: row)


def test_a_sound_server_gets_its_timeouts():
    """No statement, no lock and no idle transaction for ever."""
    server = Server()
    prepare_postgresql(server, None)

    assert [said.split()[1] for said in server.said[:3]] == list(safety.TIMEOUTS_MS)
    assert server.autocommit is False


@pytest.mark.parametrize(
    "setting",
    [
        {"fsync": "off"},
        {"synchronous_commit": "off"},
        {"full_page_writes": "off"},
        {"server_encoding": "LATIN1"},
        {"lock_timeout": "0"},
    ],
)
def test_a_server_that_forgets_is_refused(setting):
    """Each by itself is enough."""
    with pytest.raises(SettingsError, match="ledger: PostgreSQL"):
        prepare_postgresql(Server(**setting), None)


@pytest.mark.parametrize(
    ("kind", "fits"), [("ext4", True), ("nfs4", False), ("cifs", False), ("fuse.sshfs", False)]
)
def test_network_file_systems_are_refused(tmp_path, kind, fits):
    """The innermost mount decides."""
    mounts = tmp_path / "mounts"
    mounts.write_text(f"a / ext4 rw 0 0\nb {tmp_path} {kind} rw 0 0\nshort\n", encoding="utf-8")
    if fits:
        assert check_place(tmp_path / "a.db", mounts) is None
        return
    with pytest.raises(SettingsError, match="network file system"):
        check_place(tmp_path / "a.db", mounts)


def test_where_nothing_can_be_told_nothing_is_refused(tmp_path):
    """Not every system lists its mounts."""
    assert check_place(tmp_path / "a.db", tmp_path / "none") is None
