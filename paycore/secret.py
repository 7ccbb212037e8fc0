"""What must never be shown: secrets, card numbers, and texts that may hide one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final, NoReturn, TypeVar

E = TypeVar("E", bound=BaseException)
MASK: Final = "[secret]"
_MARKS: Final = frozenset("*xX#•●×·")  # what others mask with
_ISSUED: Final = re.compile(r"2[2-7]\d{14,17}|3[04-9]\d{12,17}|[456]\d{12,18}|8[12]\d{14,17}")
_ESCAPE: Final = re.compile(
    r"\\u([0-9a-fA-F]{4})|(?:%(?:25)*|\\x)(?:([0-7][0-9a-fA-F])|[89a-fA-F][0-9a-fA-F])"
    r"|\\[nrt]|&nbsp;"
)
_SHORTEST, _LONGEST = 13, 19
_WIDEST: Final = 1_100
"""How many characters a card number takes at most: 19 digits, 8 separators each, all escaped."""
_PLACE: Final = re.compile(r"\d\0*")
_RUN: Final = re.compile(r"\d\0*+(?:(?:[^\w:]|_){0,8}+\d\0*+){12,}+")


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
        self.__text = text

    def reveal(self) -> str:
        """Return the text itself; hold it no longer than the line that needs it."""
        return self.__text

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return MASK

    def __len__(self) -> int:
        return len(self.__text)

    def __eq__(self, other: object) -> bool:
        """Compare with another secret in constant time; a plain text is never equal."""
        import hmac

        if not isinstance(other, Secret):
            return NotImplemented
        both = (secret.__text.encode("utf-8", "surrogatepass") for secret in (self, other))
        return hmac.compare_digest(*both)

    def __dir__(self) -> list[str]:
        return ["reveal"]  # who reads every attribute that `dir` names must not meet the text

    def __getstate__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled")

    def __copy__(self, memo: object = None) -> Secret:
        return self

    __deepcopy__ = __copy__


def hidden(text: str | Secret) -> Secret:
    """Return a text that may hold a password as a secret; a secret as it is.

    `url = hidden(url)` takes it out of the frame that a traceback would show.
    """
    return text if isinstance(text, Secret) else Secret(text)


def mask_card(number: str) -> str:
    """Return a card number as it may be shown: first 6 and last 4, and never under 6 hidden.

    Digits count, and the marks of an earlier masking: what is masked already stays masked.
    """
    kept = ("*" if c in _MARKS or not c.isascii() else c for c in number)
    places = "".join(c for c in kept if c == "*" or c.isdigit())
    shown = max(0, min(10, len(places) - 6))
    head = max(0, shown - 4)
    return places[:head] + "*" * (len(places) - shown) + places[len(places) - shown + head :]


def scrub(text: str, *known: Secret) -> str:
    """Return free text with everything masked that could be a card number, or is `known`.

    A card number is 13 to 19 digits of any script that pass Luhn's check, in groups of any size
    with anything but letters and colons between them, escaped for JSON or for URLs or not. What
    is only a part of a longer unbroken run of digits is none.
    """
    for secret in known:
        text = text.replace(secret.reveal(), MASK) if secret else text
    if len(text) < _SHORTEST:  # most are: a digit takes a place at least
        return text[:]
    flat, at = _flat(text), 0
    shown: list[str] = []
    for start, end in _joined(_spans(flat)):
        shown += text[at:start], mask_card(_digits(flat[start:end]))
        at = end
    return "".join((*shown, text[at:]))


def beginning(text: str, longest: int = 300) -> str:
    """Return the first of free text, scrubbed, however long a stranger made it.

    What the cut could have gone through is left out: half a card number would not be known as one.
    """
    shown = scrub(text[: longest + _WIDEST])
    return (shown if len(text) <= longest + _WIDEST else shown[:-_WIDEST])[:longest]


def has_card(text: str) -> bool:
    """Return whether `text` holds what could be a card number, and begins as cards do."""
    flat = _flat(text)
    return any(_ISSUED.fullmatch(_digits(flat[start:end])) for start, end in _spans(flat))


def _flat(text: str) -> str:
    """Return `text` with its escapes undone, each as long as it was; empty if it has no digit."""
    if not any(map(text.__contains__, "0123456789")):  # ten times faster than a pattern
        return "" if text.isascii() else text
    return _ESCAPE.sub(_undone, text) if any(map(text.__contains__, "\\%&")) else text


def _undone(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return (chr(int(code, 16)) if code else " ").ljust(len(escape[0]), "\0")


def _spans(flat: str) -> Iterator[tuple[int, int]]:
    """Give start and end of whatever begins and ends with a group and passes Luhn's check."""
    for run in _RUN.finditer(flat):
        if len(run[0]) > _LONGEST and run[0].isdecimal():  # unbroken, as many references are
            continue
        places = [place.span() for place in _PLACE.finditer(flat, *run.span())]
        edges = [i for i in range(len(places)) if i == 0 or places[i - 1][1] != places[i][0]]
        edges.append(len(places))
        sums = _luhn_sums([int(flat[start]) for start, _ in places])
        for nth, first in enumerate(edges):
            for last in edges[nth + 1 : nth + 20]:
                upto = sums[last % 2]
                if _SHORTEST <= last - first <= _LONGEST and (upto[last] - upto[first]) % 10 == 0:
                    yield places[first][0], places[last - 1][1]


def _luhn_sums(digits: list[int]) -> list[list[int]]:
    """Return the running sums of Luhn's check, with the even and with the odd places doubled."""
    pairs = [(d, d * 2 - 9 if d > 4 else d * 2) for d in digits]
    return [[0, *accumulate(p[at % 2 == odd] for at, p in enumerate(pairs))] for odd in (0, 1)]


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans with those that overlap made one: no half of a number stays visible."""
    joined = [(0, 0)]
    for start, end in spans:
        before = joined.pop() if start < joined[-1][1] else (start, end)
        joined.append((before[0], max(end, before[1])))
    return joined[1:]


def _digits(flat: str) -> str:
    return "".join(str(int(c)) for c in flat if c.isdecimal())


def bare(error: E) -> E:
    """Return an error without what led to it: frames of a plugin and of the network hold cards."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
