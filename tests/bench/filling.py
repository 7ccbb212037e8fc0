"""Fills a ledger fast: a few payments are played through a gateway, then their rows are copied.

A copy has references, ids, nonces and times of its own, and is else to the letter what a gateway
wrote, whatever columns the tables have. Its ids are as random as real ones; references and times
come in order.
"""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from typing import Any, Final

import psycopg
from sqlalchemy import Table

from paycore.ledger.durable import open_durable
from paycore.ledger.durable.tables import metadata
from tests.bench.selling import BEGUN, Seller, reference_of

STEP_S: Final = 1
"""How much later each payment is than the one before."""
TABLES: Final[tuple[Table, ...]] = tuple(metadata.sorted_tables)
"""Those that others refer to come first."""
_USUAL: Final = ("card", "page", "card", "page", "refunded", "card", "page", "declined")
_RARE: Final = {1: "open", 2: "unknown", 3: "parked", 4: "review"}
_MARK: Final = 7_654_321_000
"""The number of the first template: its digits stand nowhere else."""
_CHUNK: Final = 2_000
_TIMES: Final = ("at", "_at", "_until")
_RANDOM: Final = {"id", "digest", "nonce", "fingerprint"}

Rows = list[list[Any]]
Maker = Callable[[Mapping[str, str], int], Any]


def kind_of(number: int) -> str:
    """Return how a payment went: most are done, one in a thousand waits, is lost, or is odd."""
    return _RARE.get(number % 1000, _USUAL[number % len(_USUAL)])


def fill(url: str, payments: int) -> None:
    """Write the payments number 0 to `payments` - 1, with all that belongs to them."""
    made = templates()
    write = _into_sqlite if url.startswith("sqlite:") else _into_postgresql
    write(url, (_chunk(made, first, payments) for first in range(0, payments, _CHUNK)))


def _chunk(made: Mapping[str, Template], first: int, end: int) -> dict[str, Rows]:
    rows: dict[str, Rows] = {table.name: [] for table in TABLES}
    for number in range(first, min(first + _CHUNK, end)):
        made[kind_of(number)].copied(number, rows)
    return rows


def columns(table: Table) -> list[str]:
    """Return the columns that a row brings along; its serial is the database's."""
    return [column.name for column in table.c if column.name != "serial"]


def templates() -> dict[str, Template]:
    """Return one payment of each kind, played through a gateway."""
    made = {}
    for number, kind in enumerate(dict.fromkeys((*_USUAL, *_RARE.values())), _MARK):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/template.db"
            with closing(open_durable(f"sqlite:///{path}")) as ledger:
                seller = Seller(ledger)
                seller.play(kind, reference_of(number))
            with closing(sqlite3.connect(path)) as connection:
                made[kind] = Template(number, {t.name: _all(connection, t) for t in TABLES})
    return made


def _all(connection: sqlite3.Connection, table: Table) -> list[tuple[Any, ...]]:
    names = ", ".join(columns(table))
    return connection.execute(f"SELECT {names} FROM {table.name} ORDER BY serial").fetchall()


class Template:
    """The rows of one payment, in which its names and times can be replaced."""

    def __init__(self, number: int, rows: Mapping[str, Sequence[Sequence[Any]]]) -> None:
        self._number = number
        self._names = [
            value
            for table in TABLES
            for row in rows[table.name]
            for column, value in zip(columns(table), row, strict=True)
            if column in _RANDOM and value and table.name != "paycore_outbox"
        ]
        self._makers = [
            (table.name, [self._maker(*cell) for cell in zip(columns(table), row, strict=True)])
            for table in TABLES
            for row in rows[table.name]
        ]

    def copied(self, number: int, into: dict[str, Rows]) -> None:
        """Add the rows of the payment with this number."""
        new = {"own": f"{number:010}"}
        for place, old in enumerate(self._names):
            text = hashlib.sha256(f"{number} {place}".encode()).hexdigest()
            new[f"name{place}"] = text[: len(old)]
        shift = number * STEP_S * 1_000_000
        for table, makers in self._makers:
            into[table].append([make(new, shift) for make in makers])

    def _maker(self, column: str, value: Any) -> Maker:
        if isinstance(value, int) and column.endswith(_TIMES):
            return lambda new, shift: value + shift
        text = str(value).replace("%", "%%").replace(f"{self._number:010}", "%(own)s")
        for place, old in enumerate(self._names):
            text = text.replace(old, f"%(name{place})s")
        if not isinstance(value, str) or "%" not in text:
            return lambda new, shift: value
        return lambda new, shift: text % new


def _into_sqlite(url: str, chunks: Iterator[dict[str, Rows]]) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as database:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("BEGIN")
        for rows in chunks:
            for table in TABLES:
                names = columns(table)
                marks = ", ".join("?" * len(names))
                database.executemany(
                    f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})",
                    rows[table.name],
                )
        database.execute("COMMIT")
        database.execute("PRAGMA journal_mode = DELETE")


def _into_postgresql(url: str, chunks: Iterator[dict[str, Rows]]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        with connection.transaction():
            for rows in chunks:
                for table in TABLES:
                    names = ", ".join(columns(table))
                    with connection.cursor().copy(f"COPY {table.name} ({names}) FROM STDIN") as to:
                        for row in rows[table.name]:
                            to.write_row(row)
        connection.execute("VACUUM ANALYZE")


def end_of(payments: int) -> Any:
    """Return the time at which so many payments have been made."""
    return BEGUN + timedelta(seconds=payments * STEP_S + 3600)
