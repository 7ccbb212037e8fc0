"""A case's message: its members, its sign, its bytes and its headers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from paycore import WebhookMessage
from paycore_iotpay.signing import sign
from tests.hostile.world import KEY, N0, PREVIOUS_KEY, SANDBOX_KEY, value

ACK = b"SUCCESS"
ALLOWED = "198.51.100.1"


def signed(fields: Mapping[str, Any], how: str, base: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members with the sign that a case describes."""
    keys = {"with empty key": "", "with previous key": PREVIOUS_KEY, "the sandbox": SANDBOX_KEY}
    if how in ("absent", "literal"):
        return dict(fields)
    if how == "of base":
        return {**fields, "sign": sign(base, KEY)}
    key = next((key for words, key in keys.items() if words in how), KEY)
    whole = sign(_signable(fields), key)
    ends = {"lower case": whole.lower(), "newline": f"{whole}\n", "minus": whole[:-1]}
    return {**fields, "sign": next((end for words, end in ends.items() if words in how), whole)}


def _signable(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a careless sender would sign: every value as its text."""
    plain = {name: item for name, item in fields.items() if item is not None}
    return {name: item if type(item) is int else str(item) for name, item in plain.items()}


def body_of(said: Mapping[str, Any]) -> bytes:
    """Return the bytes of a case's message."""
    base = dict(N0)
    fields = {**base, **{name: value(item) for name, item in said.get("set", {}).items()}}
    told = signed(fields, said["sign"], base)
    text = json.dumps(told)
    if "raw_expr" in said:
        names = {"N0_json": text, "N0_bytes": text.encode()}
        return value(f"expr:{said['raw_expr']}", **names)
    raw = said.get("raw")
    if raw is None:
        return text.encode()
    if "...N0" in raw:
        return raw.partition(",")[0].encode() + b"," + text.encode()[1:]
    return urlencode(told).encode() if raw.endswith("&...") else raw.encode()


def message_of(said: Mapping[str, Any]) -> WebhookMessage:
    """Return a case's message, with the method, the headers and the peer that it tells of."""
    http, peer = str(said.get("http", "")), said.get("peer", ALLOWED)
    headers = {"Content-Type": "application/json;charset=UTF-8"}
    if http.startswith("Content-Encoding"):
        headers["Content-Encoding"] = http.partition(": ")[2].partition(",")[0]
    elif "/" in http:
        headers["Content-Type"] = http
    if "X-Forwarded-For" in peer:
        headers["X-Forwarded-For"] = ALLOWED
    method = "GET" if http == "GET" else "POST"
    query = urlencode({"retCode": "SUCCESS", "status": "2"}) if method == "GET" else ""
    return WebhookMessage(method, headers, query, body_of(said), peer.partition(" ")[0])
