"""The endpoint of a process that may be killed: real HTTP around `Gateway.receive`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Final

from paycore.gateway import Gateway
from paycore.report import WebhookMessage
from paycore.testing.crash.points import Points

PATIENCE_S: Final = 30


def serve(gateway: Gateway, points: Points, times: int, open_at: Callable[[int], object]) -> None:
    """Answer so many messages, one after the other; `open_at` is told the port.

    `ack.before` is reached before an answer is written, `ack.begun` when its head is out, and
    `ack.after` when all of it is.
    """
    with _Server(gateway, points) as server:
        open_at(server.server_port)
        for _ in range(times):
            server.handle_request()
            if server.failure is not None:
                raise server.failure


class _Server(HTTPServer):
    timeout = PATIENCE_S

    def __init__(self, gateway: Gateway, points: Points) -> None:
        self.gateway = gateway
        self.points = points
        self.failure: BaseException | None = None
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_timeout(self) -> None:
        """Give up: whoever was to deliver is gone."""
        raise TimeoutError("nobody delivered anything")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep it: it is raised once the line is closed."""
        self.failure = sys.exception()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = PATIENCE_S

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        message = WebhookMessage("POST", dict(self.headers), "", body, self.client_address[0])
        answer = self.server.gateway.receive(self.path.removeprefix("/"), message)
        points = self.server.points
        points.reach("ack.before")
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        points.reach("ack.begun")
        self.wfile.write(answer.body)
        points.reach("ack.after")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
