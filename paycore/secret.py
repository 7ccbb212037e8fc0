"""What must never be shown: secrets, card numbers, and texts that may hide one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, Final, NoReturn

MASK: Final = "[secret]"
_MARKS: Final = frozenset("*xX#•●×·")
"""What others mask with."""
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})|(?:%|\\x)([0-7][0-9a-fA-F])|\\[nrt]|&nbsp;")
_PLACE: Final = re.compile(r"\d\0*")
_RUN: Final = re.compile(r"\d\0*+(?:(?:[^\w:]|_){0,8}+\d\0*+){12,}+")
_ISSUED: Final = re.compile(
    r"2[2-7]\d{14,17}|3[04-9]\d{12,17}|[456]\d{12,18}|8[12]\d{14,17}", re.ASCII
)
"""How the numbers of real cards begin, and how long they are."""


class Secret:
    """A text that nobody may see: masked wherever it is shown, refused wherever it is copied.

    Only `reveal()` gives the text, and only the line that signs calls it.
    """

    __slots__ = ("__text",)
    __hash__ = None  # type: ignore[assignment]  # a hash is a copy that leaks equality

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            del text  # a traceback shows local variables
            raise TypeError("a secret is a text")
        object.__setattr__(self, "_Secret__text", text)

    def reveal(self) -> str:
        """Return the text itself; hold it no longer than the line that needs it."""
        text: str = object.__getattribute__(self, "_Secret__text")
        return text

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return MASK

    def __len__(self) -> int:
        return len(self.reveal())

    def __eq__(self, other: object) -> bool:
        """Compare with another secret in constant time; a plain text is never equal."""
        import hmac

        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(_bytes(self), _bytes(other))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a secret cannot be changed")

    def __dir__(self) -> list[str]:
        return ["reveal"]  # who reads every attribute that `dir` names must not meet the text

    def __getstate__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled or copied")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a secret cannot be pickled or copied")

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self


def _bytes(secret: Secret) -> bytes:
    return secret.reveal().encode("utf-8", "surrogatepass")


def mask_card(number: str) -> str:
    """Return a card number as it may be shown: first 6 and last 4, and never under 6 hidden.

    Digits and the marks of an earlier masking count; what is masked already stays masked.
    """
    kept = (c if c.isascii() and c.isdigit() else "*" * (c in _MARKS or c.isdigit()) for c in number)
    places = "".join(kept)
    shown = max(0, min(10, len(places) - 6))
    tail = min(4, shown)
    head = shown - tail
    return places[:head] + "*" * (len(places) - shown) + (places[-tail:] if tail else "")


def scrub(text: str, *known: Secret) -> str:
    """Return free text with everything masked that could be a card number, or is `known`.

    A card number is 13 to 19 digits of any script that pass Luhn's check, in groups of any size
    with anything but letters and colons between them, escaped for JSON or for URLs or not. A part
    of an unbroken longer run of digits is none.
    """
    for secret in known:
        text = text.replace(secret.reveal(), MASK) if secret else text
    shown, at = "", 0
    for start, end, digits in _spans(text):
        shown += text[at:start] + mask_card(digits)
        at = end
    return shown + text[at:]


def has_card(text: str) -> bool:
    """Return whether `text` holds what could be a card number, and begins as cards do."""
    return any(
        _ISSUED.fullmatch("".join(map(str, digits[first:last])))
        for _, digits, windows in _runs(text)
        for first, last in windows
    )


def _spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Give start, end and digits of all that `scrub` masks; what overlaps is masked as one."""
    for places, digits, windows in _runs(text):
        merged: list[tuple[int, int]] = []
        for first, last in windows:
            if merged and first < merged[-1][1]:
                first, last = merged[-1][0], max(last, merged.pop()[1])  # noqa: PLW2901
            merged.append((first, last))
        for first, last in merged:
            number = "".join(map(str, digits[first:last]))
            yield places[first][0], places[last - 1][1], number
