"""Where the ledgers of many processes lie, and what their database itself saw of every change."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from paycore.ledger.durable import open_durable, upgrade
from tests.postgres import cluster

DATABASES = ("sqlite", "postgresql")

_SEEN = """
CREATE TABLE seen (
    id {serial}, operation TEXT, before TEXT, after TEXT, fence BIGINT, theirs_before TEXT,
    theirs TEXT, checks_before BIGINT, checks BIGINT, checked_at BIGINT
)
"""
_SAW = """
INSERT INTO seen (operation, before, after, fence, theirs_before, theirs,
    checks_before, checks, checked_at)
VALUES (NEW.id, OLD.state, NEW.state, OLD.fence, OLD.provider_reference, NEW.provider_reference,
    OLD.checks, NEW.checks, NEW.checked_at);
"""
_WATCH = {
    "sqlite": (
        _SEEN.format(serial="INTEGER PRIMARY KEY"),
        f"CREATE TRIGGER seen AFTER UPDATE ON paycore_operation BEGIN {_SAW} END",
    ),
    "postgresql": (
        _SEEN.format(serial="BIGSERIAL PRIMARY KEY"),
        f"CREATE FUNCTION seen() RETURNS trigger AS $$ BEGIN {_SAW} RETURN NEW; END $$ "
        "LANGUAGE plpgsql",
        "CREATE TRIGGER seen AFTER UPDATE ON paycore_operation FOR EACH ROW "
        "EXECUTE FUNCTION seen()",
    ),
}


class Place:
    """A ledger's URL, and what its database says when it is asked directly."""

    def __init__(self, kind: str, url: str) -> None:
        self.kind = kind
        self.url = url

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """Run one statement by the side of any ledger; return its rows."""
        if self.kind == "postgresql":
            return cluster().run(statement, self.url)
        path = self.url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            return connection.execute(statement).fetchall()

    def watch(self) -> None:
        """Let the database note every change of an operation, whoever makes it, in `seen`."""
        for statement in _WATCH[self.kind]:
            self.run(statement)


@contextmanager
def place(kind: str) -> Iterator[Place]:
    """Give a place with an empty ledger, on SQLite or PostgreSQL."""
    if kind == "postgresql":
        url = cluster().empty()
        upgrade(url)
        yield Place(kind, url)
        cluster().forget(url)
        return
    with tempfile.TemporaryDirectory(prefix="paycore-") as folder:
        made = Place(kind, f"sqlite:///{Path(folder) / 'paycore.db'}")
        open_durable(made.url).close()
        yield made
