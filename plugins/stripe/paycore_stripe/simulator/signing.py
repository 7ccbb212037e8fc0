"""The signature of an event, as Stripe makes it.

Its own code on purpose: plugin and simulator must not be able to be wrong together.
"""

from __future__ import annotations

import hashlib
import hmac


def signature(body: bytes, secret: str, at_s: int) -> str:
    """Return the header `Stripe-Signature` of `body`, signed at a time in seconds."""
    mac = hmac.new(secret.encode(), b"%d." % at_s + body, hashlib.sha256)
    return f"t={at_s},v1={mac.hexdigest()}"
