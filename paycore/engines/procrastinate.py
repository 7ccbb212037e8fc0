"""`engine = "procrastinate"`: jobs in the ledger's own PostgreSQL, enqueued in its transactions.

A job is a hint. What it may do is decided by the ledger when it runs: claims, leases and the
outbox keep two workers apart, so the jobs need no locks of procrastinate's. One would even harm:
a job waits for every earlier one with its lock, and what was planned first may be due last.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Collection
from importlib.util import find_spec
from typing import Any, ClassVar, Final

from paycore.engines import tables
from paycore.engines.tables import refused
from paycore.errors import LedgerError
from paycore.secret import Secret
from paycore.work import Work

QUEUE: Final = "paycore"
TASK: Final = "paycore.work"


class Procrastinate:
    """Hands messages, queries and events to worker processes, any number on any machine."""

    name: ClassVar[str] = "procrastinate"
    defers: ClassVar[bool] = True

    def __init__(self, where: dict[str, Any]) -> None:
        """Take what psycopg connects with; nothing is connected yet."""
        from procrastinate import App, SyncPsycopgConnector

        self._where = where
        self._jobs = App(connector=SyncPsycopgConnector()).job_manager  # on our connection only

    def __repr__(self) -> str:
        return "<Procrastinate>"  # where it connects may hold a password

    def check(self) -> None:
        """Refuse a database without the tables and functions of this procrastinate.

        Raises:
            SettingsError: with what mends it.
            LedgerError: the database cannot be reached.
        """
        self._with(tables.check)

    def prepare(self) -> None:
        """Make the tables of procrastinate, in one transaction, or leave them as they are.

        Raises:
            SettingsError: there are tables of another procrastinate.
            LedgerError: the database cannot be reached.
        """
        self._with(tables.prepare)

    def enqueue(self, connection: Any, works: Collection[Work]) -> None:
        """Insert one job for each piece of work, on this connection and in its transaction."""
        from procrastinate.exceptions import ConnectorException

        try:
            self._jobs.batch_defer_jobs([_job(work) for work in works], connection=connection)
        except ConnectorException as error:
            raise (error.__cause__ or error.__context__ or error) from None  # the driver's own

    def run(
        self,
        do: Callable[[Work], None],
        sweep: Callable[[], bool],
        *,
        concurrency: int,
        sweep_s: float,
    ) -> None:
        """Run jobs as they come, and sweep, until SIGTERM or Ctrl-C; finish what was begun."""
        from paycore.engines.crew import Crew

        before = signal.getsignal(signal.SIGTERM)
        try:
            asyncio.run(Crew(self._where, do, sweep, concurrency, sweep_s).work())
        finally:
            signal.signal(signal.SIGTERM, before)

    def _with(self, work: Callable[[Any], None]) -> None:
        import psycopg

        try:
            with psycopg.connect(**self._where) as connection:
                return work(connection)
        except psycopg.Error as error:
            problem = f"{type(error).__name__} ({error.sqlstate})"
        raise LedgerError(f"engine: the database cannot be used: {problem}")


def opened(ledger: Secret) -> Procrastinate:
    """Return the engine, over the ledger at this URL.

    Raises:
        SettingsError: that is no PostgreSQL, or procrastinate is not installed.
    """
    if not ledger.reveal().startswith("postgresql"):
        raise refused(
            "procrastinate works in PostgreSQL only; want "
            'ledger = "postgresql://user@host/database", or engine = "inline"'
        )
    if find_spec("procrastinate") is None:
        raise refused("procrastinate is not installed; type: pip install 'paycore[worker]'")
    from paycore.ledger.durable.engine import open_engine  # SQLAlchemy

    engine = open_engine(ledger)
    return Procrastinate(dict(engine.dialect.create_connect_args(engine.url)[1]))


def _job(work: Work) -> Any:
    from procrastinate.jobs import Job

    at = None if work.at is None else work.at.isoformat()
    return Job(
        id=None,
        queue=QUEUE,
        lock=None,
        queueing_lock=None,
        task_name=TASK,
        task_kwargs={"kind": work.kind.value, "name": work.name, "at": at},
        scheduled_at=work.at,
    )
