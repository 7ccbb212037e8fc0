"""A ledger on each of the two databases, and ways to look behind its back."""

from __future__ import annotations

from contextlib import closing

import pytest

from paycore.ledger.durable import open_durable
from tests.postgres import postgres  # noqa: F401
from tests.promises.databases import Place


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """Give a place without any row, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return Place("sqlite", f"sqlite:///{tmp_path / 'paycore.db'}")
    return Place("postgresql", request.getfixturevalue("postgres").wiped())


@pytest.fixture
def ledger(place):
    """Give the ledger that lies there."""
    with closing(open_durable(place.url)) as opened:
        yield opened
