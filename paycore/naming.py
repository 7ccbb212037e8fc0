"""Wire references: what a provider is told as our order number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from paycore.states import Kind

_SAFE: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: nothing that a person could misread."""
_RANDOM_LENGTH: Final = 20
_ENOUGH: Final = 10
"""How many letters a name needs to choose from, or chance has too little to do."""
_LETTERS: Final = {Kind.CAPTURE: "c", Kind.RELEASE: "x", Kind.REFUND: "r", Kind.VOID: "v"}


@dataclass(frozen=True)
class Naming:
    """What a provider takes as a reference."""

    alphabet: frozenset[str]
    length: int

    def allows(self, reference: str) -> bool:
        """Return whether the provider takes this reference."""
        return 0 < len(reference) <= self.length and self.alphabet.issuperset(reference)


def wire_references(kind: Kind, owner: str, number: int, naming: Naming) -> Iterator[str]:
    """Yield references to try, best first: readable while the provider allows it, then random.

    `order-1001`, `order-1001-2` for later charges, `order-1001-c1` for captures, `order-1001-x1`
    for releases, `order-1001-r1` for refunds and `order-1001-v1` for voids: operators look them
    up in the provider's console.
    """
    readable = owner + _suffix(kind, number)
    if naming.allows(readable):
        yield readable
    while True:
        yield _random(naming)


def _suffix(kind: Kind, number: int) -> str:
    if kind in _LETTERS:
        return f"-{_LETTERS[kind]}{number}"
    return "" if number == 1 else f"-{number}"


def _random(naming: Naming) -> str:
    import secrets

    plain = sorted(naming.alphabet.intersection(_SAFE))
    letters = plain if len(plain) >= _ENOUGH else sorted(naming.alphabet)
    return "".join(secrets.choice(letters) for _ in range(min(naming.length, _RANDOM_LENGTH)))
