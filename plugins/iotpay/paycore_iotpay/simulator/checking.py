"""IOTPay's signature as the gateway checks and makes it.

Its own code on purpose: plugin and simulator must not be able to be wrong together. Both are held
to the same vectors.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping

_HEX = re.compile(r"[0-9A-Fa-f]{32}")
_PIECES = re.compile(r"[0-9]+|[^0-9]")

Pair = tuple[str, str]


def sign(fields: Mapping[str, object], key: str) -> str:
    """Return the signature of `fields`: 32 upper-case hex digits.

    Raises:
        ValueError: a value is neither text nor an integer, or two names differ only in case.
    """
    return _digest(_natural(_pairs(fields)), key)


def genuine(fields: Mapping[str, object], key: str) -> bool:
    """Return whether `fields["sign"]` is theirs, by any of the three orders in circulation."""
    given = fields.get("sign")
    if not isinstance(given, str) or not _HEX.fullmatch(given):
        return False
    try:
        pairs = _pairs(fields)
    except ValueError:
        return False
    wanted = [_digest(order(pairs), key).encode() for order in ORDERS]
    return any(hmac.compare_digest(given.upper().encode(), each) for each in wanted)


def _pairs(fields: Mapping[str, object]) -> list[Pair]:
    """Return what takes part: names with their values as text, the empty ones left out."""
    names = [name for name in fields if name != "sign"]
    if len({name.casefold() for name in names}) < len(names):
        raise ValueError("two names differ only in case")
    texts = ((name, _text(name, fields[name])) for name in names)
    return [(name, text) for name, text in texts if text]


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"{name}: neither a text nor an integer")


def _natural(pairs: Iterable[Pair]) -> str:
    """Order names as PHP's natural sort without case does: runs of digits count as numbers."""
    return _joined(sorted(pairs, key=lambda pair: [_piece(p) for p in _PIECES.findall(pair[0])]))


def _piece(piece: str) -> tuple[int, int]:
    return (ord("0"), int(piece)) if piece.isdigit() else (ord(piece.upper()[0]), 0)


def _by_bytes(pairs: Iterable[Pair]) -> str:
    """Order names by their bytes, as the documentation's prose has it."""
    return _joined(sorted(pairs, key=lambda pair: pair[0].encode()))


def _by_pair(pairs: Iterable[Pair]) -> str:
    """Order the texts `name=value&` without case, as the Java gateway of the same family does."""
    texts = [f"{name}={value}&" for name, value in pairs]
    return "".join(sorted(texts, key=lambda text: text.upper().lower()))


def _joined(pairs: Iterable[Pair]) -> str:
    return "&".join(f"{name}={value}" for name, value in pairs) + "&"


def _digest(text: str, key: str) -> str:
    signed = f"{text}key={key}".encode()
    return hashlib.md5(signed, usedforsecurity=False).hexdigest().upper()


ORDERS: tuple[Callable[[Iterable[Pair]], str], ...] = (_natural, _by_bytes, _by_pair)
