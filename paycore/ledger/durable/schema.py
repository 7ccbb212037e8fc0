"""Which schema a database has, and how it gets the one that this paycore speaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from paycore.errors import LedgerError, SettingsError
from paycore.ledger.durable.engine import open_engine
from paycore.ledger.durable.migrations import HERE
from paycore.secret import Secret, hidden

T = TypeVar("T")
HEAD: Final = "0001"
"""The revision that this paycore speaks."""
COMMAND: Final = "paycore db upgrade"
_TABLE: Final = "paycore_version"
_LOCK: Final = 0x7061_7963_6F72_65  # "paycore": one upgrade at a time
_BEGIN: Final = {
    "sqlite": ("BEGIN IMMEDIATE",),
    "postgresql": (f"SELECT pg_advisory_xact_lock({_LOCK})", "SET LOCAL statement_timeout = 0"),
}


def current(url: str | Secret) -> str:
    """Return the revision of the schema at `url`; empty where there is none.

    Raises:
        SettingsError: the URL is wrong, or asks for what is not safe.
        LedgerError: the database cannot be reached.
    """
    url = hidden(url)
    engine = open_engine(url)
    try:
        return current_of(engine)
    finally:
        engine.dispose()


def upgrade(url: str | Secret) -> str:
    """Bring the schema at `url` to the one that this paycore speaks; return its revision.

    All of it is one transaction: it is done, or nothing is.

    Raises:
        SettingsError: the URL is wrong, or the schema is newer than this paycore.
        LedgerError: the database cannot be reached.
    """
    url = hidden(url)
    engine = open_engine(url)
    try:
        upgrade_of(engine)
        return current_of(engine)
    finally:
        engine.dispose()


def check(engine: Engine) -> None:
    """Refuse a database whose schema is not the one that this paycore speaks.

    Raises:
        SettingsError: with the command that mends it.
    """
    found = current_of(engine)
    if found == HEAD:
        return
    if found in _known():
        what = f"is at {found}, want {HEAD}" if found else "has no tables of paycore yet"
        raise SettingsError(f"ledger: the database {what}; type: {COMMAND}", field="ledger")
    raise _newer(found)


def current_of(engine: Engine) -> str:
    """Return the revision of the schema; empty where there is none."""
    return _guarded(engine, _revision)


def upgrade_of(engine: Engine) -> None:
    """Bring the schema to `HEAD`, in one transaction, whoever else is trying the same."""
    _guarded(engine, _upgraded)


def _guarded(engine: Engine, work: Callable[[Connection], T]) -> T:
    try:
        with engine.connect() as connection:
            return work(connection)
    except SQLAlchemyError as error:
        problem = type(getattr(error, "orig", None) or error).__name__
    raise LedgerError(f"ledger: the database cannot be used: {problem}")


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table(_TABLE):
        return ""
    row = connection.exec_driver_sql(f"SELECT version_num FROM {_TABLE}").fetchone()  # noqa: S608
    return str(row[0]) if row else ""


def _upgraded(connection: Connection) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    for statement in _BEGIN[connection.dialect.name]:
        connection.exec_driver_sql(statement)
    found = _revision(connection)
    if found not in _known():
        raise _newer(found)
    script = ScriptDirectory(str(HERE))
    config = Config()

    def steps(at: Any, context: Any) -> Any:
        return script._upgrade_revs(HEAD, at)

    with EnvironmentContext(config, script, fn=steps, destination_rev=HEAD) as environment:
        environment.configure(connection=connection, version_table=_TABLE, transactional_ddl=True)
        environment.run_migrations()
    connection.commit()


def _known() -> tuple[str, ...]:
    return ("", *(f"{number:04}" for number in range(1, int(HEAD) + 1)))


def _newer(found: str) -> SettingsError:
    return SettingsError(
        f"ledger: the database is at {found!r}, which this paycore does not know; "
        "a newer paycore made it",
        field="ledger",
    )
