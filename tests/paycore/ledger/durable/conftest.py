"""A ledger on each of the two databases, and ways to look behind its back."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from paycore.ledger.durable import open_durable
from tests.postgres import postgres  # noqa: F401


class Place:
    """Where a ledger lies, and what its database says when it is asked directly."""

    def __init__(self, url, cluster=None):
        self.url = url
        self.kind = "postgresql" if cluster else "sqlite"
        self._cluster = cluster

    def run(self, statement):
        if self._cluster:
            return self._cluster.run(statement, self.url)
        with closing(
            sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=30)
        ) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            rows = connection.execute(statement).fetchall()
            connection.commit()
            return rows


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """Give a place without any row, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return Place(f"sqlite:///{tmp_path / 'paycore.db'}")
    cluster = request.getfixturevalue("postgres")
    return Place(cluster.wiped(), cluster)


@pytest.fixture
def ledger(place):
    """Give the ledger that lies there."""
    with closing(open_durable(place.url)) as opened:
        yield opened
