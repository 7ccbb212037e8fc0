"""The demo's webhook endpoint: a few lines of wsgiref around `Gateway.receive`."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from socketserver import ThreadingMixIn
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from paycore.gateway import Gateway
from paycore.report import Answer, WebhookMessage

AWAY: Final = Answer(503, b"away")
_TIMEOUT_S: Final = 10


@dataclass(frozen=True)
class Heard:
    """One request that came in, and how it was answered."""

    account: str
    """Whose message it was; empty for a browser."""
    status: int


class Endpoint:
    """A shop on loopback: messages to `/webhooks/ACCOUNT`, payers who come back to `/thanks`."""

    def __init__(self) -> None:
        self.gateway: Gateway | None = None
        """What messages are handed to; the gateway needs our address before it can be made."""
        self.away = False
        """While set, whoever comes is told to try again later."""
        self.heard: list[Heard] = []
        self._server = make_server("127.0.0.1", 0, self._app, _Server, _Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """Where it listens, scheme and host."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def notify_url(self, account: str) -> str:
        """Return where the provider of `account` sends its messages."""
        return f"{self.url}/webhooks/{account}"

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

    def _app(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        _, where, account = f"{environ['PATH_INFO']}/".split("/")[:3]
        answer = AWAY
        if not self.away and self.gateway is not None:
            message = _message(environ)
            came_back = where == "thanks"
            answer = (
                _welcome(self.gateway, message)
                if came_back
                else self.gateway.receive(account, message)
            )
        self.heard.append(Heard(account, answer.status))
        start(
            f"{answer.status} {HTTPStatus(answer.status).phrase}",
            [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body)))],
        )
        return [answer.body]


def visit(
    url: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """Fetch `url` as a browser would, or post `body` to it; return status and text."""
    parts = urlsplit(url)
    line = HTTPConnection(parts.netloc, timeout=_TIMEOUT_S)
    try:
        line.request(
            "GET" if body is None else "POST", f"{parts.path}?{parts.query}", body, headers or {}
        )
        reply = line.getresponse()
        return reply.status, reply.read().decode()
    finally:
        line.close()


def _message(environ: dict[str, Any]) -> WebhookMessage:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").title(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_") or name == "CONTENT_TYPE"
    }
    return WebhookMessage(
        method=environ["REQUEST_METHOD"],
        headers=headers,
        query=environ.get("QUERY_STRING", ""),
        body=environ["wsgi.input"].read(length),
        peer=environ.get("REMOTE_ADDR", ""),
    )


def _welcome(gateway: Gateway, message: WebhookMessage) -> Answer:
    """Greet a payer who comes back: only the nonce counts, whatever else the address says."""
    nonce = parse_qs(message.query).get("paycore", [""])[0]
    known = gateway.returned(nonce)
    if known is None:
        return Answer(404, b"nobody")
    word = getattr(known, "status", None) or getattr(known, "state", None)
    return Answer(200, f"{known.reference} {getattr(word, 'value', '')}".encode())


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the story says what came in."""
