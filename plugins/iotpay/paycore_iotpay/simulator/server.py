"""The HTTP server: werkzeug's, with connections kept alive, and none left behind when it stops."""

from __future__ import annotations

import io
import logging
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from paycore_iotpay.simulator.breaking import HungUp

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

HOST: Final = "127.0.0.1"
MAX_BODY: Final = 1024 * 1024
_log = logging.getLogger(__name__)


class Handler(WSGIRequestHandler):
    """Answers one request after the other on a connection, as long as the client likes."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or every answer waits 40 ms for an acknowledgement

    def run_wsgi(self) -> None:
        """Read the whole request, let the application answer it, and write that."""
        environ = self.make_environ()
        try:
            environ["wsgi.input"] = io.BytesIO(self._body(environ))
            status, headers, body = self._answer(environ)
        except (HungUp, OSError):
            self.close_connection = True
            return
        except _TooMuch:
            self.close_connection = True
            status, headers, body = "413 Content Too Large", [("Connection", "close")], b""
        self._write(status, headers, body)

    def _body(self, environ: WSGIEnvironment) -> bytes:
        """Read the body whole, or the next request would begin in the middle of it."""
        said = environ.get("CONTENT_LENGTH") or "0"
        if environ.get("wsgi.input_terminated"):
            body: bytes = environ["wsgi.input"].read(MAX_BODY + 1)
        elif not (said.isascii() and said.isdigit()) or int(said[:9]) > MAX_BODY:
            raise _TooMuch
        elif len(body := self.rfile.read(int(said))) < int(said):
            raise HungUp
        if len(body) > MAX_BODY:
            raise _TooMuch
        return body

    def _answer(self, environ: WSGIEnvironment) -> tuple[str, list[tuple[str, str]], bytes]:
        heard: list[Any] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Any:
            heard[:] = [status, headers]

        body = b"".join(self.server.app(environ, start_response))
        return heard[0], heard[1], body

    def _write(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _, text = status.partition(" ")
        self.send_response_only(int(code), text)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing; the requests are in the control interface."""


class _TooMuch(Exception):
    """A body that nobody would send."""


class Server(ThreadedWSGIServer):
    """Listens on loopback, one thread for each connection, until `stop`."""

    def __init__(self, app: WSGIApplication, port: int = 0) -> None:
        self._open: dict[threading.Thread, socket.socket] = {}
        self._lock = threading.Lock()
        # Listening on a socket of our own: werkzeug ends the program where a port is taken.
        with socket.create_server((HOST, port), backlog=128) as listening:
            super().__init__(HOST, port, app, Handler, fd=listening.fileno())
        self._accepting = threading.Thread(
            target=self.serve_forever, args=(0.01,), name="iotpay-simulator", daemon=True
        )

    def start(self) -> None:
        """Begin to accept connections."""
        self._accepting.start()

    def stop(self) -> None:
        """Accept no more, cut every connection, and wait until each thread has ended."""
        self.shutdown()
        self._accepting.join()
        with self._lock:
            still_open = list(self._open.items())
        for thread, connection in still_open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()

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
