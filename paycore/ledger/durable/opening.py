"""A ledger's URL in, a ledger out."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.dialects import sqlite

from paycore.ledger.durable import schema
from paycore.ledger.durable.engine import open_engine
from paycore.ledger.durable.ledger import DurableLedger
from paycore.ledger.durable.session import Texts
from paycore.ledger.durable.transactions import Transactions
from paycore.ledger.protocol import Ledger
from paycore.secret import Secret, hidden
from paycore.work import Enqueue


def open_durable(url: str | Secret, *, enqueue: Enqueue | None = None) -> Ledger:
    """Return the ledger at `url`: `sqlite:///paycore.db` or `postgresql://user@host/database`.

    A file of SQLite is made, and brought to the newest schema, by itself. PostgreSQL is taken as
    it is, or refused with the command to type.

    Args:
        url: Where it lies.
        enqueue: Told of the work that a transaction makes due, just before it is committed.

    Raises:
        SettingsError: the URL is wrong, the database forgets, or its schema is another.
        LedgerError: the database cannot be reached.
    """
    url = hidden(url)
    engine = open_engine(url)
    try:
        _ready(engine)
    except BaseException:
        engine.dispose()
        raise
    return DurableLedger(Transactions(engine, _texts(engine), enqueue))


def _ready(engine: Engine) -> None:
    if engine.dialect.name == "sqlite" and schema.current_of(engine) != schema.HEAD:
        schema.upgrade_of(engine)
    schema.check(engine)


def _texts(engine: Engine) -> Texts:
    """Return the statements of a database; both drivers take their parameters by name."""
    if engine.dialect.name == "sqlite":
        return Texts(sqlite.dialect(paramstyle="named"))
    return Texts(engine.dialect)
