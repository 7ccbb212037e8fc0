"""One method, one transaction: committed, repeated where that is safe, and never left open."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any, Final, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from paycore.errors import LedgerError
from paycore.ledger.durable.forking import GATE
from paycore.ledger.durable.session import Session, Texts
from paycore.wire.guard import in_transaction
from paycore.work import Enqueue

T = TypeVar("T")
_BUSY: Final = (5, 6)  # SQLITE_BUSY and SQLITE_LOCKED, and whatever extends them
_TAKEN: Final = (1555, 2067)  # SQLITE_CONSTRAINT_PRIMARYKEY and _UNIQUE
_AGAIN: Final = ("40001", "40P01", "23505")  # serialization, deadlock, unique violation
_TRIES: Final = 12
_PATIENCE_S: Final = 20.0
_PAUSE_S: Final = 0.01
_orphans: Final[list[Any]] = []
"""Pools of a parent process: a child must not even close what they hold."""


class Transactions:
    """Runs work in transactions of one database, for the threads of one process and its children.

    Work may run more than once: it changes nothing but what its session changes.
    """

    def __init__(self, engine: Engine, texts: Texts, enqueue: Enqueue | None = None) -> None:
        self._engine = engine
        self._texts = texts
        self._enqueue = enqueue
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._adopt()

    def _adopt(self) -> None:
        self._process = os.getpid()
        self._writing = threading.Lock()  # SQLite has one writer: fair here, polled elsewhere

    def read(self, work: Callable[[Session], T]) -> T:
        """Return what `work` finds.

        Raises:
            LedgerError: the database failed.
        """
        return self._repeated(work, "BEGIN")

    def write(self, work: Callable[[Session], T]) -> T:
        """Return what `work` made of its session, committed.

        Raises:
            LedgerError: the database failed; whatever was not committed is gone.
        """
        if not self._is_sqlite:
            return self._repeated(work, "")
        self._check_process()
        with self._writing:
            return self._repeated(work, "BEGIN IMMEDIATE")

    def close(self) -> None:
        """Let go of every connection."""
        self._check_process()
        self._engine.dispose()

    def _repeated(self, work: Callable[[Session], T], begin: str) -> T:
        self._check_process()
        until, again = time.monotonic() + _PATIENCE_S, False
        for attempt in range(1, _TRIES + 1):
            once = _Once()
            try:
                with GATE.passed() if self._is_sqlite else nullcontext():
                    return self._once(work, begin, once, again)
            except (self._engine.dialect.loaded_dbapi.Error, SQLAlchemyError) as error:
                problem, repeatable = _named(error), _is_repeatable(error)
            except (UnicodeError, OverflowError) as error:
                problem, repeatable = type(error).__name__, False
            again = again or once.committing
            if not (repeatable or once.lost or once.committing) or time.monotonic() > until:
                break
            time.sleep(random.uniform(0, _PAUSE_S * attempt))  # noqa: S311  # spreads, hides nothing
        raise LedgerError(f"ledger: the database failed: {problem}")

    def _once(self, work: Callable[[Session], T], begin: str, once: _Once, again: bool) -> T:
        connection = self._engine.raw_connection()
        driver: Any = connection.driver_connection
        try:
            with _marked():
                if begin and self._is_sqlite:
                    driver.execute(begin)
                session = Session(driver, self._texts, again=again)
                result = work(session)
                if self._enqueue is not None and session.works:
                    self._enqueue(driver, session.works)
                once.committing = True
                driver.commit()
                return result
        except BaseException:
            with suppress(Exception):
                driver.rollback()
            if getattr(driver, "closed", False):
                once.lost = True
                connection.invalidate()
                self._engine.dispose()  # its neighbours are as old
            raise
        finally:
            connection.close()

    def _check_process(self) -> None:
        """Leave to a parent process what is the parent's."""
        if self._process != os.getpid():
            _orphans.append(self._engine.pool)
            self._engine.dispose(close=False)
            self._adopt()


class _Once:
    """How far one try came."""

    committing = False
    lost = False


@contextmanager
def _marked() -> Iterator[None]:
    token = in_transaction.set(True)
    try:
        yield
    finally:
        in_transaction.reset(token)


def _is_repeatable(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", None) or 0
    return code & 0xFF in _BUSY or code in _TAKEN or getattr(error, "sqlstate", None) in _AGAIN


def _named(error: Exception) -> str:
    """Return what went wrong, in the driver's name for it: its text may quote what was stored."""
    code = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
    return f"{type(error).__name__} ({code})" if code else type(error).__name__
