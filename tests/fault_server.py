"""A server of raw sockets that does exactly what it is told, and counts what reaches it."""

from __future__ import annotations

import select
import socket
import ssl
import struct
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread
from types import TracebackType

Play = Callable[["Guest"], None]
"""What to do with one connection; it ends when this returns."""


class FaultServer:
    """Plays `play` for every connection to a loopback port, over TLS if it gets a context.

    Counts connections, requests (seen completely or partly, after any handshake) and the bytes of
    requests. `greet`, if there is one, is played before any handshake. `over` is set when it stops:
    a play that waits, waits for that. What a play fails with is raised where the server stops, and
    in no other test; that a line broke is nobody's failure.
    """

    def __init__(
        self, play: Play, tls: ssl.SSLContext | None = None, *, greet: Play | None = None
    ) -> None:
        self.play = play
        self.tls = tls
        self.greet = greet
        self.connections = self.requests = self.received = 0
        self.over = Event()
        self.counting = Lock()
        self._lines: list[socket.socket] = []
        self._threads: list[Thread] = []
        self._failures: list[Exception] = []

    @property
    def base_url(self) -> str:
        """Where it listens, with scheme and port."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> FaultServer:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._accepting = Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.over.set()
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()  # wakes accept()
        self._accepting.join()
        for line in self._lines:
            with suppress(OSError):
                socket.socket.shutdown(line, socket.SHUT_RDWR)  # past TLS, which would object
        for thread in self._threads:
            thread.join()
        self._listener.close()
        if self._failures and error is None:
            raise self._failures[0]

    def _accept(self) -> None:
        while True:
            line, _ = self._listener.accept()
            if self.over.is_set():
                line.close()
                return
            self.connections += 1
            try:
                line = self._taken(line)
            except OSError:  # gone before we looked
                line.close()
                continue
            self._lines.append(line)
            thread = Thread(target=self._serve, args=(line,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _taken(self, line: socket.socket) -> socket.socket:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls is None:
            return line
        return self.tls.wrap_socket(line, server_side=True, do_handshake_on_connect=False)

    def _serve(self, line: socket.socket) -> None:
        try:
            with line, suppress(OSError):  # whoever is told to misbehave is left alone now and then
                self._host(line)
        except Exception as error:
            self._failures.append(error)

    def _host(self, line: socket.socket) -> None:
        if self.greet is not None:
            self.greet(Guest(self, line))
        if isinstance(line, ssl.SSLSocket):
            line.do_handshake()
        self.play(Guest(self, line))
        socket.socket.shutdown(line, socket.SHUT_WR)  # the end comes after what was said


class Guest:
    """One connection, as a play sees it."""

    def __init__(self, server: FaultServer, line: socket.socket) -> None:
        self._server = server
        self._line = line
        self._unread = b""
        self.head = b""
        """Request line and headers of the last request that was heard."""

    def hear(self) -> bytes | None:
        """Return the body of the next request, or None when no more comes."""
        first = self._more(fresh=True)
        if not first:
            return None
        while b"\r\n\r\n" not in self._unread:
            if not self._more():
                return None
        self.head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        length = 0
        for line in self.head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        while len(self._unread) < length:
            if not self._more():
                return None
        body, self._unread = self._unread[:length], self._unread[length:]
        return body

    def hear_part(self, size: int) -> bytes:
        """Return at most `size` bytes of the next request."""
        self._more(size, fresh=True)
        part, self._unread = self._unread, b""
        return part

    def hear_hello(self) -> None:
        """Wait for the first byte of a TLS handshake, and throw it away."""
        socket.socket.recv(self._line, 1)  # past TLS, which has not begun

    def say(self, data: bytes) -> None:
        """Write `data` as it is."""
        self._line.sendall(data)

    def drip(self, data: bytes, pause_s: float = 0.02) -> None:
        """Write `data` byte by byte, with a pause after each, until the server stops."""
        for place in range(len(data)):
            self.say(data[place : place + 1])
            if self.pause(pause_s):
                return

    def pause(self, seconds: float | None = None) -> bool:
        """Wait, at most until the server stops; return whether it has."""
        return self._server.over.wait(seconds)

    def relay(self, port: int) -> None:
        """Carry bytes to and fro between this connection and `port`, as a proxy does."""
        with socket.create_connection(("127.0.0.1", port)) as beyond:
            ends = {self._line: beyond, beyond: self._line}
            while True:
                for end in select.select(list(ends), [], [])[0]:
                    part = end.recv(65536)  # at least a whole TLS record: nothing stays pending
                    if not part:
                        return
                    ends[end].sendall(part)

    def close(self) -> None:
        """End the connection in good order, now."""
        self._line.close()

    def reset(self) -> None:
        """End the connection with RST."""
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._line.close()

    def _more(self, size: int = 65536, *, fresh: bool = False) -> bool:
        if fresh and self._unread:
            self._count(requests=1)
            return True
        part = self._line.recv(size)
        self._unread += part
        self._count(requests=int(fresh and bool(part)), received=len(part))
        return bool(part)

    def _count(self, *, requests: int = 0, received: int = 0) -> None:
        with self._server.counting:
            self._server.requests += requests
            self._server.received += received


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """Return a whole HTTP/1.1 answer; `headers` replace Content-Length where they name it."""
    lines = [f"HTTP/1.1 {status}", *headers]
    if not any(line.lower().startswith(("content-length:", "transfer-")) for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def always(reply: bytes) -> Play:
    """Return a play that gives the same answer to every request of a connection."""

    def play(guest: Guest) -> None:
        while guest.hear() is not None:
            guest.say(reply)

    return play
