"""The faults of one call, done to its answer or to its very connection."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from werkzeug.wrappers import Response

from paycore.serving import HungUp
from paycore.wire.strict import JsonObject
from paycore_iotpay.simulator.records import UNDECIDED

JSON_TYPE: Final = "application/json;charset=UTF-8"
HTML_TYPE: Final = "text/html;charset=UTF-8"
DRIP_S: Final = 0.1
_SORRY: Final = "<!doctype html><title>Sorry</title><h1>Bad gateway</h1>"


@dataclass(frozen=True)
class Line:
    """One call's connection, and what a fault may want to know beside its answer."""

    connection: socket.socket
    path: str
    amount: int
    """What the request asked for, in minor units; 0 where it named no amount."""
    strokes: int
    """How often this kind of fault has struck, this time included."""


def plain(answer: JsonObject) -> Response:
    """Return `answer` as the gateway sends it when nothing goes wrong."""
    return Response(_text(answer), content_type=JSON_TYPE)


def broken(kind: str, line: Line, answer: JsonObject) -> Response:
    """Return the answer as a fault leaves it; `answer` is empty where nothing was done.

    Raises:
        HungUp: there is none, and the connection has met its end.
    """
    return _FAULTS[kind](line, answer)


def _text(answer: JsonObject) -> str:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def _silence(line: Line, answer: JsonObject) -> Response:
    """Hold the connection until the client leaves; when the simulator stops, it cuts it."""
    with suppress(OSError):
        while line.connection.recv(65536):
            pass
    raise HungUp


def _reset(line: Line, answer: JsonObject) -> Response:
    """Close with SO_LINGER at 0 s: what the client sees is a reset, not an end."""
    line.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.close(line.connection.detach())
    raise HungUp


def _close(line: Line, answer: JsonObject) -> Response:
    raise HungUp


def _error_500(line: Line, answer: JsonObject) -> Response:
    return Response(_text(_fail("error")), 500, content_type=JSON_TYPE)


def _error_502(line: Line, answer: JsonObject) -> Response:
    return Response(_SORRY, 502, content_type=HTML_TYPE)


def _truncated(line: Line, answer: JsonObject) -> Response:
    whole = _on_the_wire(answer)
    line.connection.sendall(whole[: -(len(_text(answer).encode()) // 2)])
    raise HungUp


def _drip(line: Line, answer: JsonObject) -> Response:
    with suppress(OSError):  # the client has left, or the simulator stops
        for byte in _on_the_wire(answer):
            line.connection.sendall(bytes([byte]))
            time.sleep(DRIP_S)
    raise HungUp


def _wrong_json(line: Line, answer: JsonObject) -> Response:
    text = _SORRY if line.strokes % 2 else '["SUCCESS"]'
    return Response(text, content_type=JSON_TYPE)


def _empty(line: Line, answer: JsonObject) -> Response:
    return Response(b"", content_type=JSON_TYPE)


def _redirect(status: int) -> Callable[[Line, JsonObject], Response]:
    return lambda line, answer: Response(b"", status, headers={"Location": line.path})


def _rate_limited(line: Line, answer: JsonObject) -> Response:
    body = _text(_fail("too many requests"))
    return Response(body, 429, headers={"Retry-After": "60"}, content_type=JSON_TYPE)


def _fail_text(line: Line, answer: JsonObject) -> Response:
    return plain(_fail("system error"))


def _status_unknown(line: Line, answer: JsonObject) -> Response:
    """Take the decision out of a success; a page's address, too."""
    if answer["retCode"] == "SUCCESS":
        data = answer["retData"]
        kept = data if "status" in data else {}
        answer = {**answer, "retData": {**kept, "status": UNDECIDED}}
    return plain(answer)


def _wrong_amount(line: Line, answer: JsonObject) -> Response:
    if answer["retCode"] == "SUCCESS":
        data = answer["retData"]
        answer = {**answer, "retData": {**data, "amount": data.get("amount", line.amount) + 1}}
    return plain(answer)


def _duplicate_names(line: Line, answer: JsonObject) -> Response:
    return Response('{"retCode":"FAIL",' + _text(answer)[1:], content_type=JSON_TYPE)


def _fail(text: str) -> JsonObject:
    return {"retCode": "FAIL", "retMsg": text}


def _on_the_wire(answer: JsonObject) -> bytes:
    body = _text(answer).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


_FAULTS: Final[dict[str, Callable[[Line, JsonObject], Response]]] = {
    "timeout_before_effect": _silence,
    "timeout_after_effect": _silence,
    "reset_before_effect": _reset,
    "reset_after_effect": _reset,
    "close_without_answer": _close,
    "error_500": _error_500,
    "error_502_html": _error_502,
    "truncated_body": _truncated,
    "wrong_json": _wrong_json,
    "empty_body": _empty,
    "drip": _drip,
    "redirect_302": _redirect(302),
    "redirect_307": _redirect(307),
    "rate_limited_429": _rate_limited,
    "fail_text": _fail_text,
    "status_unknown": _status_unknown,
    "wrong_amount": _wrong_amount,
    "duplicate_json_names": _duplicate_names,
}
