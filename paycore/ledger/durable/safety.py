"""What every connection is set to, and what is refused because it forgets."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from paycore.errors import SettingsError

WAL_IS_SOUND: Final = (3, 51, 3)
"""Before this version a WAL could be reset under a reader, and the file corrupted."""
BUSY_MS: Final = 5000
_JOURNALS: Final = {"delete": ("extra",), "wal": ("full", "extra")}
"""Each journal mode that is offered, with what `synchronous` may be; the first is the default.

With a rollback journal only `extra` syncs the folder: a power cut could bring the journal back,
and it would undo what was committed.
"""
_SYNCHRONOUS: Final = {"full": 2, "extra": 3}
_REMOTE: Final = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afs", "ceph", "glusterfs")

TIMEOUTS_MS: Final = {
    "statement_timeout": 15_000,
    "lock_timeout": 10_000,
    "idle_in_transaction_session_timeout": 30_000,
}
_WANTED: Final = (
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "server_encoding",
    *TIMEOUTS_MS,
)

Listener = Callable[[Any, Any], None]


def sqlite_options(query: Mapping[str, Any]) -> tuple[str, str]:
    """Return journal mode and `synchronous`, from the query of the ledger's URL.

    Raises:
        SettingsError: an option that is not known, or one under which commits could be lost.
    """
    if unknown := set(query) - {"journal_mode", "synchronous"}:
        raise SettingsError(f"ledger: SQLite has no option {min(unknown)!r} here", field="ledger")
    journal = str(query.get("journal_mode", "delete")).lower()
    if journal not in _JOURNALS:
        raise SettingsError("ledger: journal_mode: want delete or wal", field="ledger")
    if journal == "wal" and sqlite3.sqlite_version_info < WAL_IS_SOUND:
        raise SettingsError(
            f"ledger: journal_mode: wal is safe from SQLite 3.51.3 on, this is "
            f"{sqlite3.sqlite_version}; want delete",
            field="ledger",
        )
    synchronous = str(query.get("synchronous", _JOURNALS[journal][0])).lower()
    if synchronous not in _JOURNALS[journal]:
        want = " or ".join(_JOURNALS[journal])
        raise SettingsError(f"ledger: synchronous: {journal} wants {want}", field="ledger")
    return journal, synchronous


def prepare_sqlite(journal: str, synchronous: str) -> Listener:
    """Return what sets each new connection of SQLite, and reads back what it was set to."""
    wanted = {
        "busy_timeout": BUSY_MS,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "journal_mode": journal,
        "synchronous": _SYNCHRONOUS[synchronous],
        "mmap_size": 0,
    }

    def prepare(connection: Any, record: Any) -> None:
        for name, value in wanted.items():
            connection.execute(f"PRAGMA {name} = {value}").fetchall()
        for name, value in wanted.items():
            found = connection.execute(f"PRAGMA {name}").fetchone()
            if found is not None and found[0] != value:  # no answer: this SQLite has no mmap
                raise SettingsError(
                    f"ledger: SQLite keeps {name} at {found[0]}, want {value}", field="ledger"
                )

    return prepare


def prepare_postgresql(connection: Any, record: Any) -> None:
    """Set a new connection of PostgreSQL, and read back what it and its server are set to."""
    connection.autocommit = True
    for name, value in TIMEOUTS_MS.items():
        connection.execute(f"SET {name} = {value}")
    asked = ", ".join(f"current_setting('{name}')" for name in _WANTED)
    found = dict(zip(_WANTED, connection.execute(f"SELECT {asked}").fetchone(), strict=True))
    connection.autocommit = False
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if found[name] == "off":
            raise SettingsError(f"ledger: PostgreSQL has {name} off: it forgets", field="ledger")
    if found["server_encoding"] != "UTF8":
        raise SettingsError("ledger: PostgreSQL's database is not in UTF8", field="ledger")
    if any(found[name] in ("0", "") for name in TIMEOUTS_MS):
        raise SettingsError("ledger: PostgreSQL does not keep its timeouts", field="ledger")


def check_place(path: Path, mounts: Path = Path("/proc/self/mounts")) -> None:
    """Refuse a file on a network file system, where it can be told: its locks do not hold.

    Raises:
        SettingsError: the file would lie on one.
    """
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    places = [tuple(line.split(" ")[1:3]) for line in lines if line.count(" ") >= 3]
    under = [place for place in places if path.is_relative_to(place[0])]
    if under and max(under, key=lambda place: len(place[0]))[1] in _REMOTE:
        raise SettingsError(
            "ledger: SQLite's file lies on a network file system; want a local disk or postgresql",
            field="ledger",
        )
