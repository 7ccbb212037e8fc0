"""Why a person should look at an operation: reasons, and what each of them lets happen meanwhile.

A review is one text: its reasons, the newest first, with `; ` between them. None of them goes
before a person settles the operation, or a late success answers them all.
"""

from __future__ import annotations

from typing import Final

LATE: Final = "succeeded after "
TWICE: Final = "captured twice: "
HELD_TWICE: Final = "held twice: "
"""How the reason of a hold begins that stands beside another attempt; it may be released."""
HELD_AFTER: Final = "held after "
"""How the reason of a charge begins whose money the provider holds, though it was given up."""
ASKED: Final = "asked about "
"""How the reason begins that nobody had an answer for long; what was answered since decides."""
_ENDS: Final = ("declined", "not_executed", "expired")
_NOTHING_MOVED: Final = frozenset(f"{now} reported after {then}" for now in _ENDS for then in _ENDS)
"""Reasons that only doubt how it came that no money moved."""
_BETWEEN: Final = "; "


def added(review: str, reason: str) -> str:
    """Return a review with one reason more; one that stands there already stands there once."""
    reason, reasons = reason.replace(_BETWEEN, ", "), _reasons(review)
    return review if reason in reasons else _BETWEEN.join([reason, *reasons])


def lets_give_back(review: str) -> bool:
    """Return whether giving the money back is what settles all of it."""
    return all(reason.startswith((LATE, TWICE)) for reason in _reasons(review))


def lets_begin(review: str) -> bool:
    """Return whether, of what is over, nothing says that it may have moved money all the same."""
    known = (HELD_TWICE, ASKED)
    return all(each.startswith(known) or each in _NOTHING_MOVED for each in _reasons(review))


def lets_release(review: str) -> bool:
    """Return whether releasing what is held is what settles all of it."""
    return all(reason.startswith(HELD_TWICE) for reason in _reasons(review))


def _reasons(review: str) -> list[str]:
    return review.split(_BETWEEN) if review else []
