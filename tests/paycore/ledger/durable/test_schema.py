"""Schemas: made whole or not at all, checked before use, told with what to type."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from paycore.errors import LedgerError, SettingsError
from paycore.ledger.durable import current, open_durable, upgrade
from paycore.ledger.durable.migrations import HERE, statements
from paycore.ledger.durable.migrations.versions import r0001
from paycore.ledger.durable.schema import HEAD
from paycore.ledger.durable.tables import metadata

DIALECTS = {"sqlite": sqlite.dialect(), "postgresql": postgresql.dialect()}


def plain(statement):
    return " ".join(str(statement).split())


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_the_migrations_make_what_the_tables_say(dialect):
    """Word for word; what is more are the triggers."""
    made = {plain(each) for each in statements("0001", dialect.name)}
    said = {
        plain(each.compile(dialect=dialect))
        for table in metadata.sorted_tables
        for each in (CreateTable(table), *map(CreateIndex, table.indexes))
    }

    assert said < made
    assert all("TRIGGER" in more or "FUNCTION" in more for more in made - said)


def test_the_last_revision_is_the_one_we_speak():
    """And the history has one line."""
    assert ScriptDirectory(str(HERE)).get_heads() == [HEAD] == [r0001.revision]


def test_an_empty_place_is_brought_to_the_schema_once(tmp_path):
    """Doing it again does nothing."""
    url = f"sqlite:///{tmp_path / 'a.db'}"

    assert (current(url), upgrade(url), upgrade(url), current(url)) == ("", HEAD, HEAD, HEAD)


def test_postgresql_without_tables_is_refused_with_the_command(postgres):
    """Nobody's database is changed by opening it."""
    url = postgres.empty()
    with pytest.raises(SettingsError, match="paycore db upgrade"):
        open_durable(url)

    assert (current(url), upgrade(url)) == ("", HEAD)
    open_durable(url).close()


def test_a_newer_schema_is_refused(place):
    """By upgrade as well: an older paycore touches nothing of it."""
    upgrade(place.url)
    place.run("UPDATE paycore_version SET version_num = '9999'")
    try:
        for use in (open_durable, upgrade):
            with pytest.raises(SettingsError, match="newer"):
                use(place.url)
    finally:
        place.run(f"UPDATE paycore_version SET version_num = '{HEAD}'")


def test_many_open_a_new_file_at_once(tmp_path):
    """One of them makes the tables, all of them get a ledger."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with ThreadPoolExecutor(4) as pool:
        ledgers = list(pool.map(open_durable, [url] * 4))

    assert [ledger.payment("o-1") for ledger in ledgers] == [None] * 4
    assert [ledger.close() for ledger in ledgers] == [None] * 4


def test_a_file_of_another_kind_is_refused(tmp_path):
    """And stays as it is."""
    (tmp_path / "a.db").write_text("not a database, and long enough to see" * 99, encoding="utf-8")
    with pytest.raises(LedgerError, match="DatabaseError") as failed:
        open_durable(f"sqlite:///{tmp_path / 'a.db'}")

    assert failed.value.__cause__ is failed.value.__context__ is None


def test_a_server_that_is_not_there_is_told_without_its_password():
    """In no text of the error and of nothing behind it."""
    with pytest.raises(LedgerError) as failed:
        open_durable("postgresql://u:hunter2@/d?host=/no/such/folder")

    assert "hunter2" not in repr(failed.value)
    assert failed.value.__cause__ is failed.value.__context__ is None


def test_a_table_without_a_version_is_no_schema(tmp_path):
    """An upgrade that never finished left nothing to believe."""
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("CREATE TABLE paycore_version (version_num TEXT)")

    assert current(f"sqlite:///{tmp_path / 'a.db'}") == ""
