"""What a forger does to a message: to its members, to its bytes, and to what comes with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any, Final

from paycore.report import WebhookMessage
from paycore.testing.conformance.altering import opened

Members = dict[str, Any]
ODD: Final[tuple[Any, ...]] = (
    "", " ", "0", "1537", "1538", "01537", "+1537", "-1", "15.37", "1e3", "true", "null", "١",
    "a&b", "a=b", "a\x00b", "a\nb", "\u200b", "é", "e\u0301", "\U0001f600", "\ufeff", "x" * 300,
    None, True, False, 0, 1, -1, 2, 9, 1537, 1538, 2**63 - 1, 2**63, 10**30, 0.0, 1537.0, 1e300,
    [], {}, [1537], ["a"], {"a": 1}, [[[]]], "paid", "success", "SUCCESS", "\ud800",
)  # fmt: skip
PIECES: Final = (
    "{", "}", "[", "]", '"', ",", ":", '"a"', '{"a":', '"sign":', "1", "-1", "1e999", "NaN", "null",
    "true", " ", "\n", "\\", "\\ud800", "\ufeff", "é", "\0", "&", "=", "a=b&c=d", "%00", "<xml>",
)  # fmt: skip


def altered(rng: Random, message: WebhookMessage) -> WebhookMessage:
    """Return a message that differs from a genuine one somewhere, nearly always."""
    body, headers = message.body, dict(message.headers)
    said = opened(body)
    way = rng.random()
    if isinstance(said, dict) and said and way < 0.7:
        for _ in range(rng.randint(1, 3)):
            rng.choice(_CHANGES)(rng, rng.choice(_objects(said)))
        body = json.dumps(said).encode()
    elif way < 0.9:
        body = damaged(rng, body)
    if headers and (way >= 0.9 or rng.random() < 0.25):
        _bend(rng, headers)
    return replace(message, body=body, headers=headers)


def damaged(rng: Random, body: bytes) -> bytes:
    """Return a body with some of its bytes changed, lost or doubled."""
    at, size = rng.randrange(len(body) + 1), rng.choice((1, 1, 2, 8, 40))
    head, piece, tail = body[:at], body[at : at + size], body[at + size :]
    ways = (head, tail, head + tail, head + piece + piece + tail, head + rng.randbytes(size) + tail)
    return rng.choice((*ways, head + rng.randbytes(size) + piece + tail, body + body))


def noise(rng: Random) -> bytes:
    """Return bytes that nobody sent: any, or pieces of messages in any order."""
    if rng.random() < 0.4:
        return rng.randbytes(rng.choice((0, 1, 7, 100, 700)))
    if rng.random() < 0.3:
        return json.dumps({rng.choice(PIECES): rng.choice(ODD) for _ in range(6)}).encode()
    return "".join(rng.choices(PIECES, k=rng.randrange(16))).encode("utf-8", "surrogatepass")


def odd_headers(rng: Random, headers: Members) -> Members:
    """Return headers as nobody should send them."""
    bent = dict(headers)
    for _ in range(rng.randrange(3)):
        _bend(rng, bent)
    return bent


def _bend(rng: Random, headers: Members) -> None:
    name = rng.choice(list(headers)) if headers else "X-Odd"
    text = headers.pop(name, "")
    at = rng.randrange(len(text) + 1)
    bent = (text[:at], text[at:], f"{text} ", text + text, "", "\udcff" * 9, "\uff10" * 64, "a,b")
    if rng.random() < 0.8:
        headers[rng.choice((name, name.lower(), f"{name}-"))] = rng.choice(bent)


def _objects(said: Any) -> list[Members]:
    """Return every object in a message that has members."""
    found = [said] if isinstance(said, dict) and said else []
    items = said.values() if isinstance(said, dict) else said if isinstance(said, list) else ()
    return [*found, *(each for item in items for each in _objects(item))]


def _change(rng: Random, members: Members) -> None:
    members[rng.choice(list(members))] = deepcopy(rng.choice(ODD))


def _nudge(rng: Random, members: Members) -> None:
    """Change one character of one value: the smallest forgery there is."""
    name = rng.choice(list(members))
    text = str(members[name]) or " "
    at = rng.randrange(len(text))
    near = text[:at] + rng.choice("0123456789aAZ &=*") + text[at + 1 :]
    members[name] = int(near) if near.isascii() and near.isdigit() else near


def _swap(rng: Random, members: Members) -> None:
    one, other = rng.choice(list(members)), rng.choice(list(members))
    members[one], members[other] = members[other], members[one]


def _drop(rng: Random, members: Members) -> None:
    if len(members) > 1:
        del members[rng.choice(list(members))]


def _add(rng: Random, members: Members) -> None:
    members[rng.choice(("extra", "amount", "status", "Status", "key", "a&b"))] = deepcopy(
        rng.choice(ODD)
    )


def _rename(rng: Random, members: Members) -> None:
    name = rng.choice(list(members))
    members[rng.choice((name.swapcase(), f"{name} ", f"{name}0"))] = members.pop(name)


def _merge(rng: Random, members: Members) -> None:
    """Run one member into another, as both stand side by side where they are signed."""
    one, other = rng.choice(list(members)), rng.choice(list(members))
    if one != other:
        members[one] = f"{members[one]}&{other}={members.pop(other)}"


_CHANGES: Final[tuple[Callable[[Random, Members], None], ...]] = (
    _change, _nudge, _nudge, _swap, _drop, _add, _rename, _merge,
)  # fmt: skip
