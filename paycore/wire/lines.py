"""urllib3's connections, taught to dial in time, to be cut, to know what has left, and to doubt."""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from http.client import HTTPResponse, RemoteDisconnected
from io import BufferedReader
from time import monotonic
from typing import Any, Final, cast

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from paycore.wire.attempt import CURRENT, Attempt, Line
from paycore.wire.watchdog import Watch, watch

IDLE_S: Final = 30.0
"""How long an unused connection is believed to be alive: writing to a dead one is an UNKNOWN."""
_FAIR_S: Final = 1.0
"""What an address gets at least, before the next one is tried: a lost SYN is repeated after it."""


def dial(addresses: Sequence[Any], until: float, options: Sequence[Any]) -> socket.socket:
    """Return a socket connected to the first of `addresses` that answers; all share the time.

    Args:
        addresses: As `socket.getaddrinfo` gives them.
        until: When to give up, in `time.monotonic()` seconds.
        options: What to set on the socket, as arguments of `setsockopt`.

    Raises:
        OSError: none answered.
    """
    trouble = OSError("no address")
    for place, (family, kind, protocol, _, address) in enumerate(addresses):
        left = until - monotonic()
        if left <= 0:
            raise TimeoutError("no address answered in time")
        fair = min(left, max(_FAIR_S, left / (len(addresses) - place)))
        try:
            return _dialled(socket.socket(family, kind, protocol), address, fair, options)
        except OSError as error:
            trouble = error.with_traceback(None)
    raise trouble


def _dialled(
    line: socket.socket, address: Any, timeout_s: float, options: Sequence[Any]
) -> socket.socket:
    try:
        for option in options:
            line.setsockopt(*option)
        line.settimeout(timeout_s)
        line.connect(address)
    except BaseException:
        line.close()
        raise
    return line


class _WholeLines(BufferedReader):
    """Reads lines to their end: `http.client` takes a line that broke off for the last one."""

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        if not line.endswith(b"\n") and len(line) != size:
            raise RemoteDisconnected("in the middle of a line")
        return line


class _StrictResponse(HTTPResponse):
    """An answer whose head and chunks are whole, and whose chunks have a size that can be."""

    fp: BufferedReader
    said_more = False

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fp = _WholeLines(self.fp.detach())

    def _close_conn(self) -> None:
        """Let go of the line, and note whether more was read from it than this answer."""
        self.fp.raw.readinto = _nothing  # type: ignore[method-assign]  # look only, read no more
        self.said_more = bool(self.fp.peek())
        super()._close_conn()  # type: ignore[misc]

    def _read_next_chunk_size(self) -> int:
        size: int = super()._read_next_chunk_size()  # type: ignore[misc]
        if size < 0:  # http.client would read on without a bound
            raise ValueError("a negative chunk size")
        return size


def _nothing(buffer: object) -> None:
    """Read nothing."""


def has_unread(line: Any) -> bool:
    """Return whether a line holds what it took from its socket and nobody read: TLS may.

    Looking at the socket does not show it. With TLS in TLS, to a proxy, each layer may.
    """
    read = getattr(getattr(line, "sslobj", line), "pending", int)()
    taken = getattr(getattr(line, "incoming", None), "pending", 0)
    return bool(read or taken) or (hasattr(line, "sslobj") and has_unread(line.socket))


class _Watched(HTTPConnection):
    """A connection that tells the current attempt when the request begins, and can be cut."""

    response_class = _StrictResponse
    debuglevel = 0  # whatever is set for all: http.client would print what is sent
    _line: Line | None = None
    _connecting: Watch | None = None
    _used_at = 0.0
    _answer: _StrictResponse | None = None

    def _new_conn(self) -> socket.socket:
        """Dial; from then on the deadline for connecting covers proxy and TLS as well."""
        attempt = _current()
        addresses = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        until = min(attempt.deadline, monotonic() + attempt.connect_timeout_s)
        self.sock = dial(addresses, until, self.socket_options or ())
        sys.audit("http.client.connect", self, self.host, self.port)
        self._line, self._answer = Line(self.sock), None
        attempt.hold(self._line)
        self._connecting = watch(until, attempt.expire)
        return self.sock

    def connect(self) -> None:
        """Connect; what a proxy is told meanwhile is no part of the request."""
        try:
            super().connect()
        finally:
            if self._connecting is not None:
                self._connecting.cancel()
                self._connecting = None

    def send(self, data: Any) -> None:
        """Write to the line; the first byte after connecting begins the request."""
        if self.sock is None:
            self.connect()
        if self._connecting is None:
            _current().begin(self._line)
            self._used_at = monotonic()
        super().send(data)

    def getresponse(self) -> Any:
        """Return the answer, and remember it: nothing may follow it."""
        response = super().getresponse()
        self._answer = cast(_StrictResponse, response._original_response)
        return response

    @property
    def is_connected(self) -> bool:
        """Whether the line seems alive, and was used recently enough to believe it.

        One on which more was said than was asked for is not: that would be the next call's answer.
        """
        if self._answer is not None and self._answer.said_more:
            return False
        fresh = monotonic() - self._used_at < IDLE_S
        return fresh and not has_unread(self.sock) and super().is_connected

    def close(self) -> None:
        """Close the connection; an attempt that still reads an answer keeps its hold."""
        super().close()
        if self._line is not None:
            self._line.drop()
            self._line = None


def _current() -> Attempt:
    attempt = CURRENT.get()
    if attempt is None:
        raise ConnectionError("no attempt is being made on this thread")
    return attempt


class _WatchedTls(_Watched, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


POOLS: Final = {"http": _Pool, "https": _TlsPool}
"""For urllib3's `PoolManager.pool_classes_by_scheme`."""
