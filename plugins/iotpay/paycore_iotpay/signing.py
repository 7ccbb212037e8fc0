"""IOTPay's signature: MD5 over the sorted members and the merchant key."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from collections.abc import Callable, Mapping
from itertools import product
from typing import Final

import paycore
from paycore.secret import beginning

_LOG: Final = logging.getLogger("paycore.iotpay")
_HEX: Final = re.compile(r"[0-9A-Fa-f]{32}")
_HALVES: Final = re.compile(r"[\ud800-\udfff]")
_AMBIGUOUS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f&=\ud800-\udfff]")


def sign(fields: Mapping[str, object], key: str | paycore.Secret) -> str:
    """Return the signature of `fields`, 32 upper-case hex digits; empty values take no part.

    InvalidRequest: a member is neither text nor integer, or two names differ only in case.
    Source: docs/providers/iotpay.md, "Signature".
    """
    return _digest(_members(fields, paycore.InvalidRequest), "natural", key)


def verified(body: bytes, *keys: str | paycore.Secret) -> paycore.JsonObject:
    """Return the members of a message that was signed with one of `keys`, in any known order.

    WebhookRejected: 400, it can be read in two ways, or in none; 401, it is not signed so, or a
    key is under 16 bytes and proves nothing.
    """
    fields = paycore.parse_json(body, otherwise=paycore.WebhookRejected)
    members = _members(fields, paycore.WebhookRejected)
    if not isinstance(claimed := fields.get("sign"), str) or not _HEX.fullmatch(claimed):
        raise paycore.WebhookRejected("sign: want 32 hex digits", field="sign", status=401)
    if any(len(_revealed(key).strip().encode("utf-8", "replace")) < 16 for key in keys):
        raise paycore.WebhookRejected("a key is too short to prove anything", status=401)
    for key, order in product(keys, _ORDERS):
        if hmac.compare_digest(_digest(members, order, key).encode(), claimed.upper().encode()):
            if order != "natural":
                _LOG.info("a genuine message was signed in %s order", order)
            return fields
    raise paycore.WebhookRejected("sign: not genuine", field="sign", status=401)


def _members(fields: Mapping[str, object], error: type[paycore.PaycoreError]) -> dict[str, str]:
    """Return what takes part, as text; refuse what two sides could write in two ways."""
    members: dict[str, str] = {}
    odd = _HALVES if error is paycore.InvalidRequest else _AMBIGUOUS
    for name, value in fields.items():
        if name == "sign" or value is None or value == "":
            continue
        text = str(value) if type(value) is int else value
        if not isinstance(text, str) or odd.search(name + text):
            shown = beginning(name, 40)  # nobody has signed it: it may be of any length
            raise error(f"{shown!r}: can be written in more than one way", field=shown)
        members[name] = text
    if len({name.casefold() for name in members}) < len(members):
        raise error("two names differ only in case")
    return members


def _natural(name: str) -> str:
    """Return what sorts as PHP's natural order without case; only ASCII has case there."""
    if (folded := name.encode().upper().decode()).isalpha():
        return folded
    return re.sub("[0-9]+", lambda run: "0" + chr(len(n := run[0].lstrip("0"))) + n, folded)


_ORDERS: Final[Mapping[str, Callable[[tuple[str, str]], tuple[str, str]]]] = {
    "natural": lambda member: (_natural(member[0]), member[0]),
    "ascii": lambda member: member,
    "pair-ci": lambda member: (f"{member[0]}={member[1]}&".lower(), member[0]),
}


def _digest(members: Mapping[str, str], order: str, key: str | paycore.Secret) -> str:
    said = "&".join(f"{name}={text}" for name, text in sorted(members.items(), key=_ORDERS[order]))
    lead = "&" if said or order != "pair-ci" else ""  # that order has none where nothing is left
    signed = f"{said}{lead}key={_revealed(key)}".encode("utf-8", "surrogatepass")
    # "not for security" lets it run where MD5 is banned: what rests on it is only ever a hint
    return hashlib.md5(signed, usedforsecurity=False).hexdigest().upper()


def _revealed(key: str | paycore.Secret) -> str:
    return key.reveal() if isinstance(key, paycore.Secret) else key
