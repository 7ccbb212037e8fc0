"""Whether a ledger that can be read can be written, too: tried, and taken back."""

from __future__ import annotations

import sqlite3
from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

_BUSY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_PRIMARY: Final = 0xFF
"""What is left of an extended error code of SQLite: which kind it is."""


def unwritable(engine: Engine) -> str:
    """Return why nothing can be written into a database that can be read; empty if it can.

    Nothing is.
    """
    look = _sqlite if engine.dialect.name == "sqlite" else _postgresql
    try:
        connection = engine.raw_connection()
        try:
            return look(connection.driver_connection)
        finally:
            connection.close()
    except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        return type(error).__name__  # it was there a moment ago


def _sqlite(driver: Any) -> str:
    """Change what nobody reads and take it back: that needs the journal, so room and the folder."""
    try:
        driver.execute("BEGIN IMMEDIATE")
        (number,) = driver.execute("PRAGMA user_version").fetchone()
        driver.execute(f"PRAGMA user_version = {number}")
    except sqlite3.Error as error:
        is_busy = getattr(error, "sqlite_errorcode", 0) & _PRIMARY in _BUSY  # somebody can write
        return "" if is_busy else getattr(error, "sqlite_errorname", type(error).__name__)
    finally:
        driver.rollback()
    return ""


def _postgresql(driver: Any) -> str:
    (found,) = driver.execute("SELECT current_setting('transaction_read_only')").fetchone()
    return "the server takes no writes, a standby it may be" if found == "on" else ""
