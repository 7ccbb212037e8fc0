"""Inside one transaction: statements in, rows out."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.engine import Dialect

from paycore.errors import LedgerError
from paycore.ledger.durable.words import compiled
from paycore.work import Work, WorkKind


class Texts:
    """The statements of one database, each compiled when it is first needed."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._made: dict[Any, tuple[str, dict[str, Any]]] = {}

    def __getitem__(self, statement: Any) -> tuple[str, dict[str, Any]]:
        """Return the text and the constants of a statement."""
        made = self._made.get(statement)
        if made is None:
            made = self._made[statement] = compiled(statement, self.dialect)
        return made


class Connection(Protocol):
    """What both drivers offer."""

    def execute(self, text: str, values: Any = ..., /) -> Any:
        """Run one statement and return its cursor."""
        ...


class Session:
    """One open transaction; nobody keeps it."""

    def __init__(self, connection: Connection, texts: Texts, *, again: bool = False) -> None:
        self._connection = connection
        self._texts = texts
        self.dialect = texts.dialect.name
        self.again = again
        """Whether an earlier commit of the same work may have succeeded unseen."""
        self.works: dict[Work, None] = {}
        """What this transaction makes due, each once."""

    def makes_due(self, kind: WorkKind, name: str, at: datetime | None = None) -> None:
        """Note work for an engine: at once, or when it is planned."""
        self.works[Work(kind, name, at)] = None

    def rows(self, statement: Any, **values: Any) -> list[tuple[Any, ...]]:
        """Return every row; none where a text is asked for that no database holds."""
        if not _storable(values):
            return []
        found: list[tuple[Any, ...]] = self._run(statement, values).fetchall()
        return found

    def row(self, statement: Any, **values: Any) -> tuple[Any, ...] | None:
        """Return the first row, or None."""
        return next(iter(self.rows(statement, **values)), None)

    def change(self, statement: Any, **values: Any) -> int:
        """Return how many rows were changed.

        Raises:
            LedgerError: a text that no database holds (NUL, half a character).
        """
        _check(values)
        changed: int = self._run(statement, values).rowcount
        return changed

    def added(self, statement: Any, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows that a statement wrote; otherwise as `change`."""
        _check(values)
        written: list[tuple[Any, ...]] = self._run(statement, values).fetchall()
        return written

    def _run(self, statement: Any, values: dict[str, Any]) -> Any:
        text, constants = self._texts[statement]
        return self._connection.execute(text, {**constants, **values})


def _check(values: dict[str, Any]) -> None:
    if not _storable(values):
        raise LedgerError("ledger: a text has characters that cannot be stored")


def _storable(values: dict[str, Any]) -> bool:
    return all(_is_plain(value) for value in values.values() if isinstance(value, str))


def _is_plain(text: str) -> bool:
    if text.isascii():
        return "\0" not in text
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
