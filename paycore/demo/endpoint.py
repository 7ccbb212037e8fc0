"""The demo's webhook endpoint: a few lines of HTTP around `Gateway.receive`."""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPConnection
from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qs, urlsplit

from paycore.gateway import Gateway
from paycore.report import Answer, WebhookMessage
from paycore.serving import Asked, Said, Serving

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
        self._serving = Serving(self._answered, name="demo-endpoint")

    @property
    def url(self) -> str:
        """Where it listens, scheme and host; empty while it does not."""
        return self._serving.url

    def notify_url(self, account: str) -> str:
        """Return where the provider of `account` sends its messages."""
        return f"{self.url}/webhooks/{account}"

    def __enter__(self) -> Self:
        self._serving.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._serving.__exit__(kind, error, trace)

    def _answered(self, asked: Asked) -> Said:
        _, where, account = f"{asked.path}/".split("/")[:3]
        answer = AWAY
        if not self.away and self.gateway is not None:
            message = _message(asked)
            came_back = where == "thanks"
            answer = (
                _welcome(self.gateway, message)
                if came_back
                else self.gateway.receive(account, message)
            )
        self.heard.append(Heard(account, answer.status))
        return Said(answer.status, answer.body, {"Content-Type": answer.content_type})


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


def _message(asked: Asked) -> WebhookMessage:
    return WebhookMessage(asked.method, asked.headers, asked.query, asked.body, asked.peer)


def _welcome(gateway: Gateway, message: WebhookMessage) -> Answer:
    """Greet a payer who comes back: only the nonce counts, whatever else the address says."""
    nonce = parse_qs(message.query).get("paycore", [""])[0]
    known = gateway.returned(nonce)
    if known is None:
        return Answer(404, b"nobody")
    word = getattr(known, "status", None) or getattr(known, "state", None)
    return Answer(200, f"{known.reference} {getattr(word, 'value', '')}".encode())
