"""A web server on loopback, in threads of its own: for simulators, the demo, and whoever tests."""

from __future__ import annotations

import re
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from types import TracebackType
from typing import Any, Final, Self

HOST: Final = "127.0.0.1"
MAX_BODY: Final = 1024 * 1024
_POLL_S: Final = 0.01
_LONGEST: Final = 1024


class HungUp(Exception):
    """The connection was dealt with: nothing more is to be written to it."""


@dataclass(frozen=True)
class Asked:
    """One request, read to its end."""

    method: str
    target: str
    """Path and query, as they were sent."""
    headers: Mapping[str, str]
    body: bytes = b""
    peer: str = HOST
    connection: socket.socket | None = field(default=None, repr=False)
    """For whoever wants to break it."""

    @property
    def path(self) -> str:
        """The path alone, as it was sent."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query alone, as it was sent."""
        return self.target.partition("?")[2]

    def header(self, name: str) -> str:
        """Return a header's value, whatever the case of its name; empty where it was not sent."""
        wanted = name.lower()
        return next((v for n, v in self.headers.items() if n.lower() == wanted), "")


@dataclass(frozen=True)
class Said:
    """One answer; its length is told by the server."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Answering = Callable[[Asked], Said]
"""Answers one request; raises `HungUp` where there is nothing to be written."""


class Serving:
    """Listens while its context lasts, one thread for each connection, and none after it."""

    def __init__(self, answer: Answering, *, port: int = 0, name: str = "paycore-serving") -> None:
        """Prepare a server; `port` 0 takes a free one, `name` is its thread's."""
        self._answer, self._port, self._name = answer, port, name
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it listens, scheme and host; empty while it does not."""
        return "" if self._server is None else f"http://{HOST}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        """Start to listen.

        Raises:
            OSError: the port is taken.
        """
        self._server = _Server(self._answer, self._port)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_S,), name=self._name, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Accept no more, cut every connection, and wait until each thread has ended."""
        server, self._server = self._server, None
        if server is None or self._thread is None:
            return
        server.shutdown()
        self._thread.join()
        server.server_close()
        server.cut()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, answer: Answering, port: int) -> None:
        self.answer = answer
        self._open: dict[threading.Thread, socket.socket] = {}
        self._lock = threading.Lock()
        super().__init__((HOST, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give the connection a thread of its own, and remember both."""
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        with self._lock:
            self._open[thread] = request
        thread.start()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve the connection to its end, and forget it."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._open.pop(threading.current_thread(), None)

    def cut(self) -> None:
        """End every connection, and wait for its thread."""
        with self._lock:
            still_open = list(self._open.items())
        for thread, connection in still_open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a caller who has gone; a fault of ours is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Answers one request after the other on a connection; half a request is none."""

    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or every answer waits 40 ms for an acknowledgement

    def _serve(self) -> None:
        try:
            said = self._said()
        except (HungUp, OSError):
            self.close_connection = True
            return
        with suppress(OSError):  # the caller has gone
            self._write(said)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = _serve  # noqa: N815

    def _said(self) -> Said:
        body = self._body()
        if body is None:
            return Said(413, headers={"Connection": "close"})  # the next request is out of reach
        asked = Asked(
            self.command,
            self.path,
            dict(self.headers.items()),
            body,
            self.client_address[0],
            self.connection,
        )
        return self.server.answer(asked)

    def _body(self) -> bytes | None:
        """Read the body whole, or the next request would begin in it; None where that cannot be.

        Raises:
            HungUp: it ends before its end.
        """
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return _joined(self.rfile)
        if not (length.isascii() and length.isdigit()):
            return None
        size = int(length.lstrip("0")[:9] or "0")
        return _exactly(self.rfile, size) if size <= MAX_BODY else None

    def _write(self, said: Said) -> None:
        self.send_response_only(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said.body)))
        self.end_headers()
        self.wfile.write(said.body if self.command != "HEAD" else b"")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _joined(stream: BufferedIOBase) -> bytes | None:
    """Return the body that comes in chunks; None where it is too much."""
    body = b""
    while size := _size(stream):
        body += _exactly(stream, min(size, MAX_BODY + 1 - len(body)))
        if len(body) > MAX_BODY:
            return None
        _exactly(stream, len(b"\r\n"))
    while stream.readline(_LONGEST).strip():
        pass  # headers that come last say nothing here
    return body


def _size(stream: BufferedIOBase) -> int:
    said = stream.readline(_LONGEST).partition(b";")[0].strip()
    if not re.fullmatch(b"[0-9A-Fa-f]{1,8}", said):
        raise HungUp
    return int(said, 16)


def _exactly(stream: BufferedIOBase, size: int) -> bytes:
    read = stream.read(size)
    if len(read) < size:
        raise HungUp
    return read
