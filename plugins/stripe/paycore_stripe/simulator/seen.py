"""What is remembered of a request: enough to debug, nothing that is secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from paycore.secret import mask_card, scrub
from paycore.serving import Asked

HIDDEN: Final = "***"
_HIDDEN: Final = frozenset({"client_secret", "cvc", "name"})
"""What a page's form and a browser would say, and nobody needs to see."""


def entry(asked: Asked, endpoint: str, at: str, fault: str = "") -> dict[str, Any]:
    """Return one request as it may be shown; the key that it was sent with is not in it."""
    raw = asked.body.decode("utf-8", "replace") if asked.method == "POST" else asked.query
    return {
        "at": at,
        "method": asked.method,
        "path": asked.path,
        "endpoint": endpoint,
        "fields": shown(dict(parse_qsl(raw, keep_blank_values=True))),
        "idempotency_key": scrub(asked.header("idempotency-key")),
        "fault": fault,
    }


def shown(fields: Mapping[str, str]) -> dict[str, str]:
    """Return form fields with card numbers masked, and codes, holders and secrets hidden."""
    return {
        scrub(name): HIDDEN if name in _HIDDEN else _shown(name, value)
        for name, value in fields.items()
    }


def _shown(name: str, value: str) -> str:
    return mask_card(value) if name == "number" else scrub(value)
