"""The transport of event loops, for tests that speak to it as to the other one."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from threading import Thread
from typing import Any, TypeVar

from paycore.wire.async_transport import AsyncTransport
from paycore.wire.connection import Connection
from paycore.wire.talk import Call, Reply

T = TypeVar("T")


class OnLoop:
    """An `AsyncTransport` and an event loop of its own, in a thread."""

    def __init__(self, connection: Connection) -> None:
        self.inner = AsyncTransport(connection)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)
        self._thread.start()

    def send(self, call: Call) -> Reply:
        """Carry one call."""
        return self._run(self.inner.send(call))

    def close(self) -> None:
        """Close the transport, and end its loop; a second time, too."""
        if self._loop.is_closed():
            return
        self._run(self.inner.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
