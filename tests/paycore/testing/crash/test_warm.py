"""What is done once in the nursery is what each child would do."""

from __future__ import annotations

import gc

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from paycore.ledger.durable import session, statements, words
from paycore.testing.crash.warm import warm_up

DIALECTS = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": postgresql.psycopg.dialect(),
}


@pytest.fixture
def warm(monkeypatch):
    """Warm this process up, and let it cool down again."""
    monkeypatch.setattr(session, "compiled", session.compiled)
    warm_up()
    yield
    gc.unfreeze()


@pytest.mark.parametrize("name", DIALECTS)
def test_statements_are_compiled_once_and_to_the_same(warm, name):
    """A ledger that is opened later finds them done."""
    dialect = DIALECTS[name]
    first = session.Texts(dialect)[statements.BY_KEY]

    assert first == words.compiled(statements.BY_KEY, dialect)
    assert session.Texts(dialect)[statements.BY_KEY] is first
