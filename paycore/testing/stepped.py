"""A durable ledger in a simulated run: its process may die before every statement and commit.

Whoever has only read so far lets others go on between two statements, on PostgreSQL. Nobody else
goes on beside a lock: whoever wants it would wait for an actor who waits for its turn.
"""

from __future__ import annotations

from typing import Any, cast

from paycore.ledger.durable import open_durable
from paycore.ledger.durable.ledger import DurableLedger
from paycore.ledger.protocol import Ledger
from paycore.testing.scheduler import Scheduler


class Stepped:
    """The ledger at one URL, in one run."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.scheduler: Scheduler | None = None
        """Told of every statement, once it is known."""

    def open(self) -> Ledger:
        """Return the ledger, its statements watched."""
        ledger = cast(DurableLedger, open_durable(self._url))
        ledger._db._engine = cast(Any, _Engine(ledger._db._engine, self))
        return ledger

    def reopen(self, ledger: Ledger) -> Ledger:
        """Return what another process finds: no connection of the old one is used again."""
        ledger.close()
        return self.open()

    def step(self, *, free: bool) -> None:
        """Die here, or let others go on where nothing is locked."""
        if self.scheduler is None:
            return
        if free:
            self.scheduler.pause("statement")
        else:
            self.scheduler.risk("statement")


class _Engine:
    """An engine whose connections are watched."""

    def __init__(self, real: Any, place: Stepped) -> None:
        self._real = real
        self._place = place

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def raw_connection(self) -> Any:
        shares = self._real.dialect.name == "postgresql"
        return _Borrowed(self._real.raw_connection(), self._place, shares=shares)


class _Borrowed:
    """A connection for one transaction."""

    def __init__(self, real: Any, place: Stepped, *, shares: bool) -> None:
        self._real = real
        self.driver_connection = _Driver(real.driver_connection, place, shares=shares)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class _Driver:
    """What the driver offers, one step before each statement."""

    def __init__(self, real: Any, place: Stepped, *, shares: bool) -> None:
        self._real = real
        self._place = place
        self._free = shares
        """Whether it holds no lock that another could want."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def execute(self, text: str, *values: Any) -> Any:
        """Run one statement, unless its process dies before."""
        self._place.step(free=self._free)
        self._free = self._free and _only_reads(text)
        return self._real.execute(text, *values)

    def commit(self) -> None:
        """Commit, unless its process dies before."""
        self._place.step(free=self._free)
        self._real.commit()


def _only_reads(text: str) -> bool:
    return text.startswith("SELECT") and "FOR UPDATE" not in text
