"""From the ledger's URL to an engine whose every connection was checked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from paycore.errors import SettingsError
from paycore.ledger.durable.safety import (
    check_place,
    prepare_postgresql,
    prepare_sqlite,
    sqlite_options,
)
from paycore.secret import Secret, hidden

_POOL: Final = {"pool_size": 5, "max_overflow": 20, "pool_timeout": 15, "hide_parameters": True}

_PASSWORDS: Final = {"password", "sslpassword"}
"""Options of PostgreSQL that whatever shows a URL would show."""


def open_engine(url: str | Secret) -> Engine:
    """Return an engine for `url`: `sqlite:///file.db` or `postgresql://user@host/database`.

    Nothing is connected yet, but the file of SQLite exists.

    Raises:
        SettingsError: the URL is no such thing, or asks for what is not safe.
    """
    url = hidden(url)
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    if parsed.get_backend_name() == "postgresql":
        return _postgresql(parsed)
    raise _wrong("want memory://, sqlite:///file.db or postgresql://user@host/database")


def _parsed(url: Secret) -> URL:
    """Return the parts of a URL; where it is wrong, none of them is in the frame that says so."""
    try:
        parsed = make_url(url.reveal())
    except (ArgumentError, ValueError):
        problem = "is no URL such as sqlite:///file.db"
    else:
        shown = sorted(_PASSWORDS & parsed.query.keys())
        if not shown:
            return parsed
        del parsed
        problem = f"options are shown; want no {shown[0]} there, but user:password@host"
    raise _wrong(problem)


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise _wrong("sqlite: want a file, as in sqlite:///paycore.db; in memory is memory://")
    prepare = prepare_sqlite(*sqlite_options(url.query))
    path = Path(url.database).resolve()
    check_place(path)
    _create(path)
    plain = URL.create("sqlite+pysqlite", database=str(path))
    engine = create_engine(
        plain,
        connect_args={"isolation_level": None, "cached_statements": 256},
        **_POOL,
    )
    event.listen(engine, "connect", prepare)
    return engine


def _create(path: Path) -> None:
    """Create the file for its owner alone; SQLite gives its journal the same rights."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        problem = error.strerror or "cannot be opened"
    else:
        return
    raise _wrong(f"{path.name}: {problem}")


def _postgresql(url: URL) -> Engine:
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            isolation_level="READ COMMITTED",
            **_POOL,
        )
    except ImportError:
        problem = "PostgreSQL wants its driver; type: pip install 'psycopg[binary]'"
    else:
        event.listen(engine, "connect", prepare_postgresql)
        return engine
    raise _wrong(problem)


def _wrong(problem: str) -> SettingsError:
    return SettingsError(f"ledger: {problem}", field="ledger")
