"""Messages signed with a shared secret: whose they are, and whether their time is now."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from paycore.errors import WebhookRejected
from paycore.secret import Secret

SHORTEST: Final = 16
"""How many bytes a secret has at least that proves anything."""
_SECONDS: Final = re.compile("[0-9]{1,12}")


def verified_hmac(
    signed: bytes, claims: Iterable[str], secrets: Iterable[Secret], *, field: str
) -> bytes:
    """Return `signed`, if one of `claims` is its HMAC-SHA256 under one of `secrets`.

    A claim is 64 lower-case hex digits; `field` is what an error says they came in. Every claim
    is compared with every secret, in constant time, whichever is genuine.

    Raises:
        WebhookRejected: 401, none is genuine, or a secret is short, and who guesses it could sign.
    """
    told = [claim.encode("utf-8", "replace") for claim in claims]
    genuine = False
    for secret in secrets:
        if _is_short(secret):
            raise _rejected(field, "a secret is too short to prove anything")
        genuine |= _is_signed(signed, told, secret)
    if not genuine:
        raise _rejected(field, "not genuine")
    return signed


def _is_short(secret: Secret) -> bool:
    return len(secret.reveal().strip().encode("utf-8", "replace")) < SHORTEST


def _is_signed(signed: bytes, told: Iterable[bytes], secret: Secret) -> bool:
    """Return whether a claim is genuine; the key and what it signs are gone with this frame."""
    key = secret.reveal().encode("utf-8", "surrogatepass")
    ours = hmac.new(key, signed, hashlib.sha256).hexdigest().encode()
    matches = [hmac.compare_digest(ours, claim) for claim in told]
    return any(matches)


def verified_time(said: str, now: datetime, tolerance_s: int = 300, *, field: str) -> int:
    """Return the Unix time that a message says, if it is within `tolerance_s` of `now`.

    To both sides, in whole seconds. Only what was signed with the message says its time.

    Raises:
        WebhookRejected: 401, it is another time, or none.
    """
    if not _SECONDS.fullmatch(said):
        raise _rejected(field, "want a time in whole seconds")
    at = int(said)
    if abs(int(now.timestamp()) - at) > tolerance_s:
        raise _rejected(field, "signed too long ago, or in the future")
    return at


def _rejected(field: str, why: str) -> WebhookRejected:
    return WebhookRejected(f"{field}: {why}", field=field, status=401)
