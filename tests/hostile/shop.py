"""A shop's front end, as an application has one: real HTTP around `receive` and `returned`.

One server for all cases; each case puts its own gateway behind it.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from socketserver import ThreadingMixIn
from typing import Any, Self
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import paycore
from paycore import Answer, WebhookMessage

HOST = "shop.example"
NEUTRAL = Answer(200, b"<p>Thank you.</p>", "text/html; charset=utf-8")
MOST_BYTES = 256 * 1024 + 1
"""How much of a body is read: one byte more than `receive` takes."""
LONGEST_QUERY = 2048
TIMEOUT_S = 20


@dataclass(frozen=True)
class Seen:
    """What came back over the line."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Shop:
    """Messages to `/webhooks/ACCOUNT`; payers who come back to `/thanks`, each with a session."""

    def __init__(self) -> None:
        self.gateway: Any = None
        self.sessions: dict[str, set[str]] = {}
        """By cookie: the nonces of what this payer ordered, noted when it was charged."""
        self.before_answer: Callable[[], object] = lambda: None
        """Called between what the gateway says and the first byte of the answer."""
        self._server = make_server("127.0.0.1", 0, self._app, _Server, _Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        """Where it listens, on loopback."""
        return self._server.server_port

    def receive(self, world: Any, message: WebhookMessage) -> Answer:
        """Send a message to the gateway of `world` as its provider does; return what came back."""
        self.gateway = world.gateway
        target = f"/webhooks/iotpay?{message.query}"
        seen = sent(self.port, message.method, target, message.body, message.headers)
        return Answer(seen.status, seen.body, seen.headers["Content-Type"])

    def visit(self, query: str, cookie: str = "", host: str = HOST) -> Seen:
        """Come back as a payer's browser does."""
        headers = {"Host": host, "Cookie": f"session={cookie}"}
        return sent(self.port, "GET", f"/thanks?{query}", None, headers)

    def _app(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        _, where, account = f"{environ['PATH_INFO']}/".split("/")[:3]
        if where == "webhooks":
            answer = self.gateway.receive(account, _message(environ))
        else:
            answer = self._welcome(environ)
        self.before_answer()
        start(
            f"{answer.status} {HTTPStatus(answer.status).phrase}",
            [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body)))],
        )
        return [answer.body]

    def _welcome(self, environ: Mapping[str, Any]) -> Answer:
        """Return the page of a payer who is known by host, session and nonce; else a neutral one.

        Its link is made of what is configured; nothing in the request gets into it.
        """
        query = environ["QUERY_STRING"]
        if environ.get("HTTP_HOST") != HOST or len(query) > LONGEST_QUERY:
            return NEUTRAL
        nonce = parse_qs(query, errors="replace").get("paycore", [""])[0]
        cookie = environ.get("HTTP_COOKIE", "").removeprefix("session=")
        known = nonce in self.sessions.get(cookie, ()) and self.gateway.returned(nonce)
        if not known:
            return NEUTRAL
        word = "checking" if known.status is not paycore.PaymentStatus.PAID else "paid"
        page = f'<p>{word}</p><a href="https://{HOST}/orders/{known.reference}">Your order</a>'
        return Answer(200, page.encode(), NEUTRAL.content_type)


def sent(
    port: int, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
) -> Seen:
    """Send one request over a line of its own."""
    line = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        line.request(method, target, body, dict(headers))
        reply = line.getresponse()
        return Seen(reply.status, dict(reply.getheaders()), reply.read())
    finally:
        line.close()


def _message(environ: Mapping[str, Any]) -> WebhookMessage:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").title(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_") or name == "CONTENT_TYPE"
    }
    return WebhookMessage(
        method=environ["REQUEST_METHOD"],
        headers=headers,
        query=environ["QUERY_STRING"],
        body=environ["wsgi.input"].read(min(length, MOST_BYTES)),
        peer=environ["REMOTE_ADDR"],
    )


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128


class _Handler(WSGIRequestHandler):
    timeout = TIMEOUT_S

    def finish(self) -> None:
        """Hear the peer out: a line closed before that may take the answer with it."""
        super().finish()
        try:
            self.connection.shutdown(socket.SHUT_WR)
            while self.connection.recv(65536):
                pass
        except OSError:
            return

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
