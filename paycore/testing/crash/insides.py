"""Points within a transaction and within a call; nothing of the code under test is changed."""

from __future__ import annotations

import http.client
import select
from typing import Any, Final

from paycore.ledger.durable.ledger import DurableLedger
from paycore.ledger.protocol import Ledger
from paycore.testing.crash.points import Points

_PATIENCE_S: Final = 30
_CHANGES: Final = ("INSERT", "UPDATE", "DELETE")
"""What is read before them leaves no trace, so that a kill there is a kill before the first."""


def open_up(ledger: Ledger, points: Points) -> None:
    """Make each change and each commit of a durable ledger a point; of others, nothing is seen.

    `reserve.change` is reached before each statement that changes something, and
    `reserve.uncommitted` before the commit of them; after it comes `reserve.after`.
    """
    if isinstance(ledger, DurableLedger):
        database: Any = ledger._db
        database._engine = _Engine(database._engine, points)


def watch_lines(points: Points) -> None:
    """Make what a call does on the wire points, for this process and for ever.

    `send.bytes` is reached before the head and before the body are written, `send.answer` when
    the answer is there and nobody has read of it.
    """
    connection: Any = http.client.HTTPConnection
    response: Any = http.client.HTTPResponse
    write, begin = connection.send, response.begin

    def send(line: Any, data: Any) -> None:
        points.reach_inside("bytes")
        write(line, data)

    def answered(answer: Any) -> None:
        select.select([answer.fp], [], [], _PATIENCE_S)
        points.reach_inside("answer")
        begin(answer)

    connection.send, response.begin = send, answered


class _Engine:
    """An engine whose connections are watched."""

    def __init__(self, engine: Any, points: Points) -> None:
        self._engine = engine
        self._points = points

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def raw_connection(self) -> Any:
        return _Borrowed(self._engine.raw_connection(), self._points)


class _Borrowed:
    """A connection of the pool."""

    def __init__(self, connection: Any, points: Points) -> None:
        self._connection = connection
        self.driver_connection = _Driver(connection.driver_connection, points)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class _Driver:
    """A driver's connection, with points before each change and before its commit."""

    def __init__(self, driver: Any, points: Points) -> None:
        self._driver = driver
        self._points = points
        self._changed = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)

    def execute(self, *said: Any) -> Any:
        if str(said[0]).lstrip().upper().startswith(_CHANGES):
            self._changed = True
            self._points.reach_inside("change")
        return self._driver.execute(*said)

    def commit(self) -> None:
        if self._changed:
            self._points.reach_inside("uncommitted")
        self._driver.commit()
