"""Stripe's signature: HMAC-SHA256 over a time and the body, with any of several secrets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import paycore
from paycore.wire.signatures import verified_hmac, verified_time

HEADER: Final = "stripe-signature"
TOLERANCE_S: Final = 300
"""How far the time in a signature may be from ours, to either side."""


def verified(
    body: bytes, header: str, secrets: Iterable[paycore.Secret], now: datetime
) -> paycore.JsonObject:
    """Return what a message says that was signed with one of `secrets` about `now`.

    WebhookRejected: 401, it was not, or by a secret under 16 bytes; 400, it is genuine and no JSON.
    """
    parts = [part.partition("=")[::2] for part in header.split(",")[:40]]
    times, claims = ([text for name, text in parts if name == want] for want in ("t", "v1"))
    at = times[0] if len(times) == 1 else ""
    signed = at.encode("utf-8", "replace") + b"." + body
    verified_hmac(signed, claims, secrets, field=HEADER)
    verified_time(at, now, TOLERANCE_S, field=HEADER)
    return paycore.parse_json(body, otherwise=paycore.WebhookRejected)
