"""What must never be shown: secrets, card numbers, and texts that may hide one."""

from __future__ import annotations

import re
from typing import Any, Final, NoReturn

MASK: Final = "[secret]"
_RUN: Final = re.compile(r"(?<![0-9])[0-9](?:[ ._/-]{0,2}[0-9]){12,18}(?![0-9])")


class Secret:
    """A text that nobody may see: masked wherever it is shown, refused wherever it is copied.

    Only `reveal()` gives the text, and only the line that signs calls it.
    """

    __slots__ = ("__text",)
    __hash__ = None  # type: ignore[assignment]  # a hash is a copy that leaks equality

    def __init__(self, text: str) -> None:
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

    Digits only are counted; what is masked already stays masked.
    """
    kept = [character for character in number if character.isalnum() or character == "*"]
    digits = "".join(c if c.isascii() and c.isdigit() else "*" for c in kept)
    shown = max(0, min(10, len(digits) - 6))
    tail = min(4, shown)
    head = shown - tail
    return digits[:head] + "*" * (len(digits) - shown) + (digits[-tail:] if tail else "")


def scrub(text: str) -> str:
    """Return free text with everything masked that could be a card number."""
    return _RUN.sub(lambda run: mask_card(run[0]) if _could_be_card(run[0]) else run[0], text)


def has_card(text: str) -> bool:
    """Return whether `text` holds what could be a card number."""
    return any(_could_be_card(run[0]) for run in _RUN.finditer(text))


def _could_be_card(run: str) -> bool:
    """13 to 19 digits that start as cards do (2 to 6) and pass Luhn's check."""
    digits = [int(c) for c in run if c.isdigit()]
    if digits[0] not in (2, 3, 4, 5, 6):
        return False
    doubled = (
        d if place % 2 == 0 else (d * 2 - 9 if d > 4 else d * 2)
        for place, d in enumerate(reversed(digits))
    )
    return sum(doubled) % 10 == 0
