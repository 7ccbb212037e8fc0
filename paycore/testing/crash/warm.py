"""What every child would do first, done once in the nursery: a child costs a tenth of it then."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import ClauseElement

from paycore.ledger.durable import mail_statements, session, statements, words
from paycore.testing.crash.teller import provider
from paycore.testing.worldly import STRONG, WEAK


def warm_up() -> None:
    """Import, check the plugins, and compile the statements of the durable ledger."""
    import paycore.wire.session  # noqa: F401

    with suppress(ImportError):
        import psycopg  # noqa: F401
    for account in (WEAK, STRONG):
        provider(account)
    _compile_all()
    gc.freeze()


def _compile_all() -> None:
    """Let all ledgers of a process share what their statements compile to."""

    @cache
    def compiled(statement: Any, name: str) -> tuple[str, dict[str, Any]]:
        return words.compiled(statement, dialects[name])

    def shared(statement: Any, dialect: Dialect) -> tuple[str, dict[str, Any]]:
        return compiled(statement, dialects.setdefault(dialect.name, dialect).name)

    makers: Any = {"sqlite": sqlite.dialect, "postgresql": postgresql.psycopg.dialect}
    styles = {"sqlite": {"paramstyle": "named"}, "postgresql": {}}
    dialects: dict[str, Any] = {name: make(**styles[name]) for name, make in makers.items()}
    for dialect in dialects.values():
        for statement in _statements():
            with suppress(Exception):  # some are in one dialect's words only
                shared(statement, dialect)
    room: Any = session
    room.compiled = shared


def _statements() -> Iterator[Any]:
    for each in (*vars(statements).values(), *vars(mail_statements).values()):
        several = each.values() if isinstance(each, dict) else (each,)
        yield from (one for one in several if isinstance(one, ClauseElement))
