"""Messages as Stripe signs and sends them, at a time that stands still."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from paycore import WebhookMessage

SECRET = "whsec_paycore00000000000000000canary"
AT = 1_767_225_600
NOW = datetime.fromtimestamp(AT, UTC)


def sign(body: bytes, secret: str, at: int) -> str:
    """Return the header that Stripe would send with `body`, signed at the Unix time `at`."""
    key, signed = secret.encode("utf-8", "surrogatepass"), str(at).encode() + b"." + body
    return f"t={at},v1={hmac.new(key, signed, hashlib.sha256).hexdigest()}"


def event(what: str, thing: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return an event about a thing."""
    told = {"id": "evt_1", "object": "event", "type": what, "livemode": False}
    return {
        **told,
        "created": AT,
        "api_version": "2026-10-28.endive",
        "data": {"object": thing},
    } | more


def sealed(body: bytes, secret: str = SECRET, at: int = AT) -> WebhookMessage:
    """Return a message as Stripe signs it, whatever the bytes; it comes in as it is sent."""
    headers = {"Stripe-Signature": sign(body, secret, at)}
    return WebhookMessage("POST", headers, "", body, "203.0.113.9", NOW)


def told(what: str, thing: dict[str, Any], secret: str = SECRET, **more: Any) -> WebhookMessage:
    """Return a message of an event about a thing."""
    return sealed(json.dumps(event(what, thing, **more)).encode(), secret)


def just_now(what: str, thing: dict[str, Any], secret: str = SECRET, **more: Any) -> WebhookMessage:
    """Return a message that is signed now, and has still to come in."""
    body = json.dumps(event(what, thing, **more)).encode()
    return replace(sealed(body, secret, int(time.time())), received_at=None)
