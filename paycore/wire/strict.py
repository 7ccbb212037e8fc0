"""One strict JSON parser for everything a provider says (promise R28)."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, NoReturn

from paycore.errors import OutcomeUnknown, PaycoreError

JsonObject = dict[str, Any]

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 32
_MIN_INT, _MAX_INT = -(2**63), 2**63 - 1
MAX_VALUES: Final = 10_000
_TOKENS: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]|,', re.DOTALL)


class _Odd(ValueError):
    """Legal for a lenient parser, refused here."""


def parse_json(raw: bytes, otherwise: type[PaycoreError] = OutcomeUnknown) -> JsonObject:
    """Return the one JSON object that `raw` holds.

    UTF-8 without a byte order mark, at most 256 KiB, at most 32 deep, an object at the top, no
    repeated names, no NaN or Infinity, no number too large to be one, integers within signed 64
    bits, no lone surrogates, nothing after the value; at most 10,000 values, which bounds memory.

    Raises:
        otherwise: `raw` is anything else; the error names the rule and quotes nothing.
    """
    problem: str
    try:
        return _parse(raw)
    except _Odd as odd:
        problem = str(odd)
    except (ValueError, RecursionError):
        problem = "not JSON"
    raise otherwise(f"body: {problem}", field="body")


def _parse(raw: bytes) -> JsonObject:
    if len(raw) > MAX_BYTES:
        raise _Odd("over 256 KiB")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise _Odd("not UTF-8") from None
    if text.startswith("\ufeff"):
        raise _Odd("starts with a byte order mark")
    _check_shape(text)
    value = _DECODER.decode(text)
    if not isinstance(value, dict):
        raise _Odd("not an object")
    if "\\u" in text:
        _check_text(value)
    return value


def _check_shape(text: str) -> None:
    """Refuse deep nesting and floods of values before the parser goes into them."""
    opened = text.count("[") + text.count("{")
    if opened <= MAX_DEPTH and opened + text.count(",") <= MAX_VALUES:
        return
    depth = values = 0
    for token in _TOKENS.finditer(text):
        mark = token[0]
        depth += (mark in "[{") - (mark in "]}")
        values += mark in "[{,"
        if depth > MAX_DEPTH:
            raise _Odd("nested over 32 deep")
        if values > MAX_VALUES:
            raise _Odd("over 10,000 values")


def _check_text(value: object) -> None:
    """Refuse lone surrogates, which only an escape can smuggle in."""
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise _Odd("holds a lone surrogate") from None
    elif isinstance(value, list):
        for item in value:
            _check_text(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_text(name)
            _check_text(item)


def _object(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Odd("a name is repeated")
    return found


def _integer(digits: str) -> int:
    if len(digits) > 20 or not _MIN_INT <= (value := int(digits)) <= _MAX_INT:
        raise _Odd("an integer is outside 64 bits")
    return value


def _fraction(digits: str) -> Any:
    value = _LENIENT.decode(digits)
    if not math.isfinite(value):
        raise _Odd("a number is too large to be one")
    return value


def _constant(name: str) -> NoReturn:
    raise _Odd(f"{name} is not JSON")


_LENIENT: Final = json.JSONDecoder()
_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_fraction,
    parse_constant=_constant,
)
