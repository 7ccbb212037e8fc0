"""A payload, as bytes or as a query: what cannot be said exactly is not said at all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

JSON_TYPE: Final = "application/json;charset=UTF-8"
FORM_TYPE: Final = "application/x-www-form-urlencoded;charset=UTF-8"
_COMPACT: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def as_json(payload: Mapping[str, Any]) -> bytes:
    """Return `payload` as compact JSON in UTF-8.

    Raises:
        TypeError, ValueError: it holds what JSON cannot say (a `Secret`, NaN, a lone surrogate).
    """
    return _COMPACT.encode(payload).encode("utf-8")


def as_form(payload: Mapping[str, Any]) -> str:
    """Return `payload` as a form or a query, in UTF-8; a list repeats its name.

    Raises:
        TypeError, ValueError: a value is neither text nor a whole number, nor a list of them.
    """
    return urlencode([pair for name, value in payload.items() for pair in _pairs(name, value)])


def bracketed(said: Mapping[str, Any]) -> dict[str, str | int]:
    """Return nested names laid flat, as many forms have them: `a[b][0]`.

    What is empty or None is left out, as by `Said`. Whether it can be said, `as_form` knows.
    """
    return dict(_laid("", said))


def _laid(name: str, said: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(said, (Mapping, list, tuple)):
        for inner, value in said.items() if isinstance(said, Mapping) else enumerate(said):
            yield from _laid(f"{name}[{inner}]" if name else str(inner), value)
    elif said not in (None, ""):
        yield name, said


def _pairs(name: str, value: object) -> Iterator[tuple[str, str | int]]:
    for item in value if isinstance(value, (list, tuple)) else (value,):
        if not isinstance(item, (str, int)) or isinstance(item, bool):
            raise TypeError("want text or a whole number")
        yield name, item
