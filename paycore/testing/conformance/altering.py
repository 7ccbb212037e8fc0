"""Answers and messages, altered member by member; what is not JSON is left as it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from paycore.money import Money, exponent
from paycore.wire.talk import Reply

Path = tuple[str | int, ...]
Change = Callable[[Path, Any], Any]
"""Given where a value stands and what it is, returns what it becomes."""
UNHEARD: Final = "zz-unheard-of-7919"
"""A word that no provider says."""


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every value that holds no other, with where it stands."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, (*path, name))
    elif isinstance(value, (list, tuple)):
        for at, item in enumerate(value):
            yield from leaves(item, (*path, at))
    else:
        yield path, value


def changed(value: Any, change: Change, path: Path = ()) -> Any:
    """Return a value with every leaf of it changed."""
    if isinstance(value, dict):
        return {name: changed(item, change, (*path, name)) for name, item in value.items()}
    if isinstance(value, list):
        return [changed(item, change, (*path, at)) for at, item in enumerate(value)]
    return change(path, value)


def opened(body: bytes) -> Any:
    """Return what a body says as JSON; None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def altered(body: bytes, change: Change) -> bytes | None:
    """Return a body with its leaves changed; None where that makes no difference."""
    said = opened(body)
    other = changed(said, change)
    return None if said == other else json.dumps(other).encode()


def altered_reply(reply: Reply, change: Change) -> Reply | None:
    """Return an answer with its leaves changed; None where that makes no difference."""
    body = altered(reply.body, change)
    return None if body is None else replace(reply, body=body)


def spellings(money: Money) -> tuple[str, ...]:
    """Return how an amount may be written: in minor units, and with its decimals."""
    return str(money.minor), str(money).partition(" ")[0]


def another_amount(money: Money) -> Change:
    """Return what makes every spelling of an amount one of one minor unit more."""
    more = dict(
        zip(spellings(money), spellings(Money(money.minor + 1, money.currency)), strict=True)
    )
    return _instead(more)


def another_currency(currency: str) -> Change:
    """Return what makes a currency another one with as many decimals."""
    others = (
        ("CAD", "USD") if exponent(currency) == 2 else ("JPY", "KRW", "KWD", "JOD", "CLF", "UYW")
    )
    other = next(o for o in others if o != currency and exponent(o) == exponent(currency))
    return _instead({currency: other, currency.lower(): other.lower()})


def another_text(text: str) -> Change:
    """Return what makes a text another one of its length and letters."""
    return _instead({text: text[:-1] + ("a" if text[-1] != "a" else "b")})


def unheard(*names: str) -> Change:
    """Return what makes the members called so say what nobody has ever heard."""

    def change(path: Path, value: Any) -> Any:
        return UNHEARD if path and path[-1] in names else value

    return change


def _instead(others: dict[str, str]) -> Change:
    def change(path: Path, value: Any) -> Any:
        text = str(value)
        if isinstance(value, bool) or text not in others:
            return value
        return others[text] if isinstance(value, str) else json.loads(others[text])

    return change
