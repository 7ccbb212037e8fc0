"""What a request says: form fields with brackets, made into nested members and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from paycore.wire.strict import JsonObject
from paycore_stripe.simulator.refusing import wrong

_NAME: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_DEEPEST: Final = 6

TEXT: Final = r"(?s:.{1,5000})"
ID: Final = r"[A-Za-z0-9_]{1,255}"
BOOL: Final = r"true|false"
AMOUNT: Final = r"[0-9]{1,12}"
CURRENCY: Final = r"[A-Za-z]{3}"
URL: Final = r"(?=.{1,2048}$)https?://[!-~]+"
METADATA: Final = "metadata"
"""Any names, texts of up to 500 characters."""

Shape = Any
"""A pattern, `METADATA`, a mapping of members, or a list that holds the shape of its items."""


def decoded(raw: bytes | str) -> JsonObject:
    """Return a form body or a query as nested members; every value is a text.

    `a[b]=1` is a member of a member, `a[0]=1` and `a[]=1` are items of a list.

    Raises:
        Refused: it is no form, or one name stands for two things.
    """
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    said: JsonObject = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        match = _NAME.fullmatch(name)
        keys = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])] if match else []
        if not keys or len(keys) > _DEEPEST:
            raise wrong("body", "a name that is no form's")
        _put(said, keys, value)
    listed: JsonObject = {name: _listed(value) for name, value in said.items()}
    return listed


def _put(into: JsonObject, keys: list[str], value: str) -> None:
    """Store a value at its place; a name that is both a value and a group is refused."""
    *groups, last = (key or str(place) for place, key in enumerate(_numbered(into, keys)))
    for key in groups:
        into = into.setdefault(key, {})
        if not isinstance(into, dict):
            raise wrong(keys[0], "both a value and a group")
    if isinstance(into.get(last), dict):
        raise wrong(keys[0], "both a value and a group")
    into[last] = value


def _numbered(into: Any, keys: list[str]) -> list[str]:
    """Return the keys with `[]` replaced by the next free number."""
    numbered = []
    for key in keys:
        place = key or str(len(into) if isinstance(into, dict) else 0)
        numbered.append(place)
        into = into.get(place, {}) if isinstance(into, dict) else {}
    return numbered


def _listed(value: Any) -> Any:
    """Turn groups whose names are 0, 1, 2 and so on into lists, however deep."""
    if not isinstance(value, dict):
        return value
    if list(value) == [str(place) for place in range(len(value))]:
        return [_listed(each) for each in value.values()]
    return {name: _listed(each) for name, each in value.items()}


def checked(said: Mapping[str, Any], shapes: Mapping[str, Shape], *required: str) -> JsonObject:
    """Return the members of a request, each of its own shape; those sent empty are left out.

    Raises:
        Refused: one is missing, unknown, or of another shape; the error names it.
    """
    for name in required:
        if said.get(name) in (None, ""):
            raise wrong(name, "is required", "parameter_missing")
    return {
        name: _fitting(name, value, shapes.get(name)) for name, value in said.items() if value != ""
    }


def _fitting(name: str, value: Any, shape: Shape) -> Any:
    if shape is None:
        raise wrong(name, "is no parameter here", "parameter_unknown")
    if shape is METADATA:
        return _metadata(name, value)
    if isinstance(shape, Mapping):
        if not isinstance(value, dict):
            raise wrong(name, "must be a group")
        return {each: _fitting(f"{name}[{each}]", v, shape.get(each)) for each, v in value.items()}
    if isinstance(shape, list):
        items = value if isinstance(value, list) else [value]
        return [_fitting(f"{name}[{place}]", each, shape[0]) for place, each in enumerate(items)]
    if not isinstance(value, str) or not re.fullmatch(shape, value):
        raise wrong(name, "is not of the right form", _code(shape))
    return value


def _code(shape: str) -> str:
    return "parameter_invalid_integer" if shape is AMOUNT else ""


def _metadata(name: str, value: Any) -> JsonObject:
    pairs = value if isinstance(value, dict) else {}
    texts = all(isinstance(each, str) and len(each) <= 500 for each in pairs.values())
    if len(pairs) > 50 or not texts or any(len(key) > 40 for key in pairs) or not pairs:
        raise wrong(name, "must be up to 50 texts of up to 500 characters")
    return {key: each for key, each in pairs.items() if each}


def whole(said: Mapping[str, Any], name: str, otherwise: int) -> int:
    """Return a number that a request names, or what it means where it names none."""
    return int(said.get(name, otherwise))


def flag(said: Mapping[str, Any], name: str) -> bool:
    """Return whether a request says `true` here."""
    return said.get(name) == "true"
