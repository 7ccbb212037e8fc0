"""aiohttp's connections, taught what `lines` teaches urllib3's: to tell, to be cut, to be doubted.

The proof is the connector's: before it hands a connection over, no byte of a request can have
been written.
"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any, Final

from aiohttp import TCPConnector
from urllib3.util.wait import wait_for_read

from paycore.errors import OutcomeUnknown


class Attempt:
    """One try to carry a call: while `begun` is false, not one byte of it was written."""

    __slots__ = ("_held", "_line", "connect_timeout_s", "name")

    def __init__(self, name: str, connect_timeout_s: float) -> None:
        self.name, self.connect_timeout_s = name, connect_timeout_s
        self._held: Any = None
        self._line: Any = None

    @property
    def begun(self) -> bool:
        """Whether a connection was handed over, to be written to."""
        return self._held is not None

    def hold(self, connected: Any) -> None:
        """Take over a connection of aiohttp's."""
        self._held, self._line = connected, connected.transport

    def cut(self) -> None:
        """Cut the connection: a goodbye of TLS would wait half a minute for a silent peer.

        One that was let go when its answer had ended is spared: it may be another call's by now.
        """
        if self._held is None:
            return
        if self._held.protocol is not None or self._line.is_closing():
            self._line.abort()


CURRENT: Final[ContextVar[Attempt]] = ContextVar("paycore_async_attempt")
"""The attempt that this task makes."""


class Connector(TCPConnector):
    """Connects in time, and tells the attempt when a connection is handed over: only once."""

    async def connect(self, req: Any, traces: Any, timeout: Any) -> Any:
        """Return a connection for the current attempt, kept or new.

        Raises:
            OutcomeUnknown: it had one already.
        """
        attempt = CURRENT.get()
        if attempt.begun:  # aiohttp repeats what it takes for harmless; nothing is, here
            raise OutcomeUnknown(f"{attempt.name}: it left us, and the connection broke")
        async with asyncio.timeout(attempt.connect_timeout_s):
            connected = await super().connect(req, traces, timeout)
        attempt.hold(connected)
        return connected

    async def _get(self, key: Any, traces: Any) -> Any:
        """Return a kept connection on which nothing was said since its last answer, if any.

        aiohttp would take what is there for the answer to the next call, and so on for ever.
        """
        while (kept := await super()._get(key, traces)) is not None:
            line: Any = kept.transport
            if not (_was_told_more(kept) or _has_news(line)):
                return kept
            line.abort()
            kept.close()
        return None


def _was_told_more(kept: Any) -> bool:
    """Return whether more came in than was asked for: aiohttp looks only where it lets go."""
    more: bool = kept.protocol.should_close
    return more


def _has_news(line: Any) -> bool:
    """Return whether the peer said something, or its end, that the loop has not read yet."""
    return wait_for_read(line.get_extra_info("socket"), 0.0)
