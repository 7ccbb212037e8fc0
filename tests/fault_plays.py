"""What a provider can do to us once it is connected; every play hears the request first."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import partial

from tests.fault_server import Guest, answer

GoodReply = bytes | Callable[[bytes], bytes]
"""The body that a healthy provider would answer; or how to make it of the body it was sent."""

MEGABYTES = 10 * 1024 * 1024


def _made(reply: GoodReply, body: bytes) -> bytes:
    return reply if isinstance(reply, bytes) else reply(body)


def good(guest: Guest, reply: GoodReply) -> None:
    """No fault: every request gets its good reply."""
    while (body := guest.hear()) is not None:
        guest.say(answer(_made(reply, body)))


def _reset_mid_request(guest: Guest, reply: GoodReply) -> None:
    guest.hear_part(10)
    guest.reset()


def _reset_after_request(guest: Guest, reply: GoodReply) -> None:
    guest.hear()
    guest.reset()


def _read_timeout(guest: Guest, reply: GoodReply) -> None:
    guest.hear()
    guest.pause()


def _close_without_status(guest: Guest, reply: GoodReply) -> None:
    guest.hear()


def _truncated_body(guest: Guest, reply: GoodReply) -> None:
    whole = answer(_made(reply, guest.hear() or b""))
    guest.say(whole[:-1])


def _truncated_chunked(guest: Guest, reply: GoodReply) -> None:
    body = _made(reply, guest.hear() or b"")
    whole = answer(b"%x\r\n%b\r\n" % (len(body), body), "200 OK", "Transfer-Encoding: chunked")
    guest.say(whole)  # all of it, but for the last chunk, which says that it was all


def _dripping_body(guest: Guest, reply: GoodReply) -> None:
    body = _made(reply, guest.hear() or b"")
    guest.say(answer(b"", "200 OK", f"Content-Length: {len(body) + 1000}"))
    guest.drip(b" " * 1000 + body)


def _redirect(guest: Guest, reply: GoodReply, status: str) -> None:
    """Point to itself and answer there: whoever follows is told that all is well."""
    if guest.hear() is not None:
        guest.say(answer(b"", status, "Location: /elsewhere"))
    good(guest, reply)


def _says(guest: Guest, reply: GoodReply, status: str, *headers: str) -> None:
    """Give the good reply under another status."""
    while (body := guest.hear()) is not None:
        guest.say(answer(_made(reply, body), status, *headers))


def _error_502_html(guest: Guest, reply: GoodReply) -> None:
    while guest.hear() is not None:
        guest.say(answer(b"<html>Bad gateway</html>", "502 Bad Gateway"))


def _rate_limited_429(guest: Guest, reply: GoodReply) -> None:
    while guest.hear() is not None:
        guest.say(answer(b"slow down", "429 Too Many Requests", "Retry-After: 0"))


def _oversized_body(guest: Guest, reply: GoodReply) -> None:
    body = _made(reply, guest.hear() or b"")
    guest.say(answer(body.ljust(256 * 1024 + 1)))


def _gzip_bomb(guest: Guest, reply: GoodReply) -> None:
    body = gzip.compress(_made(reply, guest.hear() or b"").ljust(MEGABYTES))
    guest.say(answer(body, "200 OK", "Content-Encoding: gzip"))


def _not_json(guest: Guest, reply: GoodReply) -> None:
    while (body := guest.hear()) is not None:
        guest.say(answer(_made(reply, body) + b"<!-- served by cache-7 -->"))


def _duplicate_names(guest: Guest, reply: GoodReply) -> None:
    while (body := guest.hear()) is not None:
        good = _made(reply, body)
        guest.say(answer(good[:-1] + b"," + good[1:]))


ANSWERS: dict[str, Callable[..., None]] = {
    "read_timeout": _read_timeout,
    "reset_mid_request": _reset_mid_request,
    "reset_after_request": _reset_after_request,
    "close_without_status": _close_without_status,
    "truncated_body": _truncated_body,
    "truncated_chunked": _truncated_chunked,
    "dripping_body": _dripping_body,
    "redirect_302": partial(_redirect, status="302 Found"),
    "redirect_307": partial(_redirect, status="307 Temporary Redirect"),
    "error_500": partial(_says, status="500 Internal Server Error"),
    "error_502_html": _error_502_html,
    "rate_limited_429": _rate_limited_429,
    "oversized_body": _oversized_body,
    "gzip_bomb": _gzip_bomb,
    "not_json": _not_json,
    "duplicate_names": _duplicate_names,
}
"""What the server does to one connection, by the name of the fault."""
TIMES: dict[str, dict[str, float]] = {
    "read_timeout": {"timeout_s": 1.5},
    "dripping_body": {"timeout_s": 1.5},
}
"""What is short where a fault is about time: settings of the `Connection`."""
