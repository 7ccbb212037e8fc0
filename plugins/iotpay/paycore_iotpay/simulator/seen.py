"""What is remembered of a request: enough to debug, nothing that is secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from paycore.secret import has_card, mask_card, scrub

HIDDEN: Final = "***"
_HIDDEN: Final = frozenset({"cvv", "holder", "walletData"})


def shown(raw: bytes) -> dict[str, Any]:
    """Return the members of a JSON body as they may be shown; nothing where it is no object.

    The signature of a request that carries a card goes too: with the key, it gives the code away.
    """
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return scrubbed(said) if isinstance(said, dict) else {}


def scrubbed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return members with card numbers masked, and codes, holders and wallet tokens hidden."""
    hidden = _HIDDEN | ({"sign"} if "cvv" in fields or "cardNum" in fields else set())
    return {
        scrub(name): HIDDEN if name in hidden else _scrubbed(name, value)
        for name, value in fields.items()
    }


def _scrubbed(name: str, value: object) -> object:
    if name == "cardNum":
        return mask_card(str(value))
    if isinstance(value, str):
        return scrub(value)
    plain = value is None or (isinstance(value, int) and not has_card(str(value)))
    return value if plain else HIDDEN
