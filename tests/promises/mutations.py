"""What a forger does to the members of a message; cheap enough for a million times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

Members = dict[str, Any]

ODD_TEXTS: Final = (
    "", " ", "0", "1500", "1501", "01500", "+1500", "-1", "1500.0", "1e3", "1_500", "0x5dc",
    "１５００", "١٥٠٠", "true", "null", "None", "[]", "{}", "NaN", "CAD", "USD", "cad", "2", "3",
    "9", "a&b", "a=b", "a\x00b", "a\nb", "a\x7f", "\x85", "\u200b", "\u202e", "é",
    "e\u0301", "\U0001f600", "\ufeff", "\ufb00", "ſ", "K", "key",
    "sign", "'; --", "<b>", "%s%n", "x" * 300, "9" * 40,
)  # fmt: skip
ODD_VALUES: Final[tuple[Any, ...]] = (
    *ODD_TEXTS, None, True, False, 0, 1, -1, 2, 9, 1500, 1501, 2**63 - 1, -(2**63), 2**63, 10**30,
    0.0, 1500.0, -0.0, 1e300, 1.5, [], {}, [1500], ["a"], {"a": 1}, [[[]]], {"sign": "x"},
)  # fmt: skip
ODD_NAMES: Final = (
    "", " ", "sign", "Sign", "SIGN", "sign ", "ſign", "key", "amount", "Amount", "a&b", "a=b",
    "a\nb", "mchOrderNo", "mchorderno", "status", "param1", "param10", "param2", "é",
    "\u200bstatus", "0", "00", "4111111111111111", "__proto__", "x" * 300,
)  # fmt: skip


def altered(rng: Random, members: Members) -> None:
    """Give one member another value."""
    members[rng.choice(list(members))] = rng.choice(ODD_VALUES)


def nudged(rng: Random, members: Members) -> None:
    """Change one character of one value, or its type; the smallest forgery there is."""
    name = rng.choice(list(members))
    text = str(members[name]) or " "
    at = rng.randrange(len(text))
    near = text[:at] + rng.choice("0123456789aAZ &=*\u0660") + text[at + 1 :]
    members[name] = rng.choice((near, text + near[-1], text[:-1], text.swapcase(), f" {text}"))
    if near.isascii() and near.isdigit() and rng.random() < 0.5:
        members[name] = int(near)


def retyped(rng: Random, members: Members) -> None:
    """Write one value as another type: sometimes the same to whoever signs texts."""
    name = rng.choice(list(members))
    value = members[name]
    members[name] = rng.choice((str(value), [value], {"": value}, bool(value), f"{value}.0"))
    if isinstance(value, str) and value.isascii() and value.isdigit():
        members[name] = rng.choice((int(value), float(value)))


def swapped(rng: Random, members: Members) -> None:
    """Let two members change their values."""
    one, other = rng.sample(list(members), 2)
    members[one], members[other] = members[other], members[one]


def dropped(rng: Random, members: Members) -> None:
    """Leave a member out."""
    del members[rng.choice(list(members))]


def added(rng: Random, members: Members) -> None:
    """Say something more."""
    members[rng.choice(ODD_NAMES)] = rng.choice(ODD_VALUES)


def renamed(rng: Random, members: Members) -> None:
    """Give a value another name."""
    name = rng.choice(list(members))
    value = members.pop(name)
    members[rng.choice((name.swapcase(), f"{name} ", f"{name}0", rng.choice(ODD_NAMES)))] = value


def merged(rng: Random, members: Members) -> None:
    """Run one member into another, as both stand beside each other where they are signed."""
    one, other = rng.sample(list(members), 2)
    members[one] = f"{members[one]}&{other}={members.pop(other)}"


def split(rng: Random, members: Members) -> None:
    """Move the border between a name and its value."""
    name = rng.choice(list(members))
    text = f"{name}={members.pop(name)}"
    at = rng.randrange(len(text))
    members[text[:at]] = text[at + rng.randrange(2) :]


CHANGES: Final[tuple[Callable[[Random, Members], None], ...]] = (
    altered, nudged, nudged, retyped, swapped, dropped, added, renamed, merged, split,
)  # fmt: skip


def changed(rng: Random, members: Mapping[str, Any], most: int = 3) -> Members:
    """Return the members after one change to `most`."""
    found = dict(members)
    for _ in range(rng.randint(1, most)):
        if len(found) > 2:
            rng.choice(CHANGES)(rng, found)
    return found
