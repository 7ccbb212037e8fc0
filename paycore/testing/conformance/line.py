"""A provider on a real line that breaks: raw sockets on loopback, one fault for each connection."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from paycore.testing.conformance.faults import MARK
from paycore.wire.strict import MAX_BYTES

Play = Callable[["Line", socket.socket, bytes], None]
"""What to do with a connection, given the good body."""


class Line:
    """Listens on loopback and plays one fault; counts the requests that it heard."""

    def __init__(self, fault: str, body: bytes) -> None:
        self._play, self._body = PLAYS[fault], body
        self.requests = 0
        self.over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._run)

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.over.set()
        with suppress(OSError):
            socket.create_connection(self._listener.getsockname(), 1).close()  # wakes accept()
        self._thread.join()
        self._listener.close()

    def hear(self, line: socket.socket, most: int | None = None) -> None:
        """Read a whole request, or at most so many bytes of it."""
        heard = line.recv(most or 65536)
        self.requests += bool(heard)
        while most is None and heard and not _is_whole(heard):
            part = line.recv(65536)
            heard += part
            if not part:
                return

    def _run(self) -> None:
        while True:
            line, _ = self._listener.accept()
            with line, suppress(OSError):
                if self.over.is_set():
                    return
                self._play(self, line, self._body)


def _is_whole(heard: bytes) -> bool:
    head, found, body = heard.partition(b"\r\n\r\n")
    sizes = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(found) and len(body) >= (int(sizes[0].partition(b":")[2]) if sizes else 0)


def _answer(body: bytes, status: str = "200 OK", *more: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", *more]
    if not any(line.startswith(("Content-Length", "Transfer-Encoding")) for line in more):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def _says(make: Callable[[bytes], bytes]) -> Play:
    def play(line: Line, guest: socket.socket, body: bytes) -> None:
        line.hear(guest)
        guest.sendall(make(body))

    return play


def _reset(most: int | None) -> Play:
    def play(line: Line, guest: socket.socket, body: bytes) -> None:
        line.hear(guest, most)
        guest.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return play


def _silent(line: Line, guest: socket.socket, body: bytes) -> None:
    line.hear(guest)
    line.over.wait()


def _drip(line: Line, guest: socket.socket, body: bytes) -> None:
    line.hear(guest)
    guest.sendall(_answer(b"", "200 OK", f"Content-Length: {len(body) + 9999}"))
    while not line.over.wait(0.02):
        guest.sendall(b" ")


def _chunked(body: bytes) -> bytes:
    """Return all of a chunked answer, but for the last chunk, which says that it was all."""
    return _answer(b"%x\r\n%b\r\n" % (len(body), body), "200 OK", "Transfer-Encoding: chunked")


PLAYS: Final[dict[str, Play]] = {
    "read_timeout": _silent,
    "reset_mid_request": _reset(10),
    "reset_after_request": _reset(None),
    "close_without_status": _says(lambda body: b""),
    "truncated_body": _says(lambda body: _answer(body)[:-1]),
    "truncated_chunked": _says(_chunked),
    "dripping_body": _drip,
    "redirect_307": _says(lambda body: _answer(b"", "307 Temporary Redirect", "Location: /else")),
    "error_502_html": _says(lambda body: _answer(b"<html>Bad gateway</html>", "502 Bad Gateway")),
    "oversized_body": _says(lambda body: _answer(body.ljust(MAX_BYTES + 1))),
    "gzip_bomb": _says(
        lambda body: _answer(gzip.compress(body.ljust(10**7)), "200 OK", "Content-Encoding: gzip")
    ),
    "not_json": _says(lambda body: _answer(body + MARK)),
}
"""The faults of an answer, as a server plays them."""
SLOW: Final = frozenset({"read_timeout", "dripping_body"})
"""Those that end only when the caller's time is up."""
