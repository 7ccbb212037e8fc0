"""The faults of one call, done to its answer or to its very connection."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from paycore.serving import Asked, HungUp, Said
from paycore.wire.strict import JsonObject
from paycore_stripe.simulator.api import Answer
from paycore_stripe.simulator.keys import in_use
from paycore_stripe.simulator.refusing import error_body

DRIP_S: Final = 0.1
_JSON: Final = {"Content-Type": "application/json"}
_HTML: Final = {"Content-Type": "text/html;charset=UTF-8"}
_SORRY: Final = b"<!doctype html><title>Sorry</title><h1>Bad gateway</h1>"
_AMOUNTS: Final = ("amount", "amount_received", "amount_capturable", "amount_total")


@dataclass(frozen=True)
class Line:
    """One call's request, and how often this kind of fault has struck, this time included."""

    asked: Asked
    strokes: int

    @property
    def connection(self) -> socket.socket:
        """The call's connection."""
        assert self.asked.connection is not None
        return self.asked.connection


def plain(answer: Answer) -> Said:
    """Return `answer` as Stripe sends it when nothing goes wrong."""
    return Said(answer.status, _text(answer.body), {**_JSON, **answer.headers})


def broken(kind: str, line: Line, answer: Answer) -> Said:
    """Return the answer as a fault leaves it; `answer` is empty where nothing was done.

    Raises:
        HungUp: there is none, and the connection has met its end.
    """
    return _FAULTS[kind](line, answer)


def _text(body: JsonObject) -> bytes:
    return json.dumps(body, indent=2, ensure_ascii=False).encode()


def _silence(line: Line, answer: Answer) -> Said:
    """Hold the connection until the client leaves; when the simulator stops, it cuts it."""
    with suppress(OSError):
        while line.connection.recv(65536):
            pass
    raise HungUp


def _reset(line: Line, answer: Answer) -> Said:
    """Close with SO_LINGER at 0 s: what the client sees is a reset, not an end."""
    line.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.close(line.connection.detach())
    raise HungUp


def _close(line: Line, answer: Answer) -> Said:
    raise HungUp


def _truncated(line: Line, answer: Answer) -> Said:
    whole = _on_the_wire(answer)
    line.connection.sendall(whole[: -(len(_text(answer.body)) // 2)])
    raise HungUp


def _drip(line: Line, answer: Answer) -> Said:
    with suppress(OSError):  # the client has left, or the simulator stops
        for byte in _on_the_wire(answer):
            line.connection.sendall(bytes([byte]))
            time.sleep(DRIP_S)
    raise HungUp


def _error(status: int, kind: str, code: str = "") -> Callable[[Line, Answer], Said]:
    body = _text(error_body("Simulated", kind, code))
    return lambda line, answer: Said(status, body, _JSON)


def _rate_limited(line: Line, answer: Answer) -> Said:
    body = _text(error_body("Too many requests", "invalid_request_error", "rate_limit"))
    return Said(429, body, {**_JSON, "Retry-After": "60"})


def _redirect(status: int) -> Callable[[Line, Answer], Said]:
    return lambda line, answer: Said(status, b"", {"Location": line.asked.target})


def _wrong_json(line: Line, answer: Answer) -> Said:
    return Said(200, _SORRY if line.strokes % 2 else b'["ok"]', _JSON)


def _status_unknown(line: Line, answer: Answer) -> Said:
    """Take the decision out of a success, wherever it says one."""
    return plain(replace(answer, body=_undecided(answer.body)))


def _undecided(body: JsonObject) -> JsonObject:
    if "data" in body:
        return {**body, "data": [_undecided(each) for each in body["data"]]}
    said = dict.fromkeys({"status", "payment_status"} & body.keys(), "simulated")
    nested = {n: _undecided(v) for n, v in body.items() if isinstance(v, dict) and "id" in v}
    return {**body, **nested, **said}


def _wrong_amount(line: Line, answer: Answer) -> Said:
    return plain(replace(answer, body=_dearer(answer.body)))


def _dearer(body: JsonObject) -> JsonObject:
    """Return a success with one minor unit more, wherever it says an amount."""
    if "error" in body:
        return body
    if "data" in body:
        return {**body, "data": [_dearer(each) for each in body["data"]]}
    more = {name: body[name] + 1 for name in _AMOUNTS if body.get(name)}
    nested = {n: _dearer(v) for n, v in body.items() if isinstance(v, dict) and "id" in v}
    return {**body, **nested, **more}


def _duplicate_names(line: Line, answer: Answer) -> Said:
    return Said(answer.status, b'{"object":"simulated",' + _text(answer.body)[1:], _JSON)


def _stale(line: Line, answer: Answer) -> Said:
    return plain(replace(answer, body={**answer.body, "data": [], "has_more": False}))


def _on_the_wire(answer: Answer) -> bytes:
    body = _text(answer.body)
    head = f"HTTP/1.1 {answer.status} Simulated\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


_FAULTS: Final[dict[str, Callable[[Line, Answer], Said]]] = {
    "timeout_before_effect": _silence,
    "timeout_after_effect": _silence,
    "reset_before_effect": _reset,
    "reset_after_effect": _reset,
    "close_without_answer": _close,
    "error_500": _error(500, "api_error"),
    "error_502_html": lambda line, answer: Said(502, _SORRY, _HTML),
    "truncated_body": _truncated,
    "wrong_json": _wrong_json,
    "empty_body": lambda line, answer: Said(200, b"", _JSON),
    "drip": _drip,
    "redirect_302": _redirect(302),
    "redirect_307": _redirect(307),
    "rate_limited_429": _rate_limited,
    "conflict_409": lambda line, answer: Said(409, _text(in_use().body), _JSON),
    "fail_text": _error(400, "invalid_request_error", "simulated_failure"),
    "status_unknown": _status_unknown,
    "wrong_amount": _wrong_amount,
    "duplicate_json_names": _duplicate_names,
    "stale_search": _stale,
}
