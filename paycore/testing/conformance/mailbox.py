"""Where a simulator sends its notifications: a server on loopback that keeps and thanks."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from paycore.report import WebhookMessage


class Mailbox:
    """Keeps every message that is posted to `url`, as long as the context lasts."""

    def __init__(self) -> None:
        self._kept: list[WebhookMessage] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.kept = self._kept
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """Where to post to."""
        return f"http://127.0.0.1:{self._server.server_port}/webhook"

    @property
    def messages(self) -> tuple[WebhookMessage, ...]:
        """What has come in, each message once."""
        bodies = {message.body: message for message in list(self._kept)}
        return tuple(bodies.values())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    kept: list[WebhookMessage]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        """Keep a message and say thanks, in whatever words: it is not sent again by our clock."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        query = self.path.partition("?")[2]
        headers, now = dict(self.headers.items()), datetime.now(UTC)
        message = WebhookMessage("POST", headers, query, body, "127.0.0.1", now)
        self.server.kept.append(message)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *said: Any) -> None:
        """Say nothing."""
