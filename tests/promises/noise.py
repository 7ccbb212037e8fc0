"""Documents as nobody should write them: broken bytes, odd encodings, pieces of JSON."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Final

from paycore.wire.strict import MAX_BYTES
from tests.promises.mutations import ODD_VALUES

PIECES: Final = (
    "{", "}", "[", "]", "{", "}", '"', ",", ":", '"a"', '"a":', '"b":', '{"a":', '"sign":',
    '"\\u0061":', "1", "-1", "-0", "01", "1.0", "0.1", "1e5", "1E-7", "1e999",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "NaN", "Infinity",
    "null", "true", "false", " ", "\n", "\\", "\\ud800", '"\\ud800"', '"\\ud83d\\ude00"',
    "\ufeff", "é", "\0", "１", "//", "'", '"\x7f"',
)  # fmt: skip


def written(rng: Random, members: Mapping[str, Any]) -> str:
    """Return the members as JSON, in one of the ways to write it."""
    names = list(members)
    if rng.random() < 0.3:
        rng.shuffle(names)
    separators = rng.choice(((", ", ": "), (",", ":"), (" ,\n", "\t: ")))
    return json.dumps(
        {name: members[name] for name in names},
        ensure_ascii=rng.random() < 0.5,
        separators=separators,
    )


def doubled(rng: Random, text: str, members: Mapping[str, Any]) -> str:
    """Return an object, as `written` writes it, that says one of its members twice."""
    again = f"{json.dumps(rng.choice(list(members)))}:{json.dumps(rng.choice(ODD_VALUES))}"
    return f"{{{again},{text[1:]}" if rng.random() < 0.5 else f"{text[:-1]},{again}}}"


def encoded(rng: Random, text: str) -> bytes:
    """Return a text in an encoding that is mostly the right one."""
    how = rng.choice(("utf-8",) * 12 + ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1"))
    return text.encode(how, "surrogatepass" if how.startswith("utf") else "replace")


def damaged(rng: Random, body: bytes) -> bytes:
    """Return a body with some of its bytes changed, lost, doubled or packed."""
    at, size = rng.randrange(len(body) + 1), rng.choice((1, 1, 2, 8, 40))
    head, piece, tail = body[:at], body[at : at + size], body[at + size :]
    kind = rng.randrange(8)
    if kind == 0:
        return head
    if kind == 1:
        return tail
    if kind == 2:
        return head + tail
    if kind == 3:
        return head + piece + piece + tail
    if kind == 4:
        return head + rng.randbytes(size) + tail
    if kind == 5:
        return head + rng.randbytes(size) + piece + tail
    if kind == 6:
        return rng.choice((b"\x00", b" ", b"[", b'{"a":', b"\xef\xbb\xbf", body)) + body
    return gzip.compress(body, 1, mtime=0)


def noise(rng: Random) -> bytes:
    """Return bytes that nobody signed: any, or pieces of JSON in any order."""
    if rng.random() < 0.5:
        return rng.randbytes(rng.choice((0, 1, 7, 100, 700)))
    return "".join(pieces(rng)).encode("utf-8", "surrogatepass")


def pieces(rng: Random) -> Iterator[str]:
    """Yield what JSON is made of, and what it is not made of."""
    for _ in range(rng.randrange(16)):
        yield rng.choice(PIECES)


def filled(before: bytes, unit: bytes, after: bytes, size: int = MAX_BYTES) -> bytes:
    """Return a document of at most `size` bytes that repeats `unit`."""
    return before + unit * ((size - len(before) - len(after)) // len(unit)) + after
