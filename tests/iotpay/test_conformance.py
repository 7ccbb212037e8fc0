"""IOTPay keeps every promise of the kit, over its simulator and with messages of its own key."""

from __future__ import annotations

import json
from typing import Any

from paycore import Kind, Reply
from paycore.report import WebhookMessage
from paycore.testing.conformance import Case, conformance_tests
from paycore_iotpay import hooks
from paycore_iotpay.signing import sign
from paycore_iotpay.simulator import IotpaySimulator

SETTINGS = IotpaySimulator().settings("iotpay")
KEY = SETTINGS["merchant_key"]
PAID = {
    "payOrderId": "PC20260101000000000000000001",
    "mchId": SETTINGS["merchant_id"],
    "mchOrderNo": "pc0000000001a1",
    "originalOrderId": "",
    "amount": 1537,
    "currency": "CAD",
    "payType": "pay",
    "refundable": 1537,
    "status": 2,
    "paySuccTime": "2026-01-01 00:00:00",
    "cardNum": "432567******2266",
    "cardType": "V",
    "expiryDate": "1230",
}
REFUNDED = {**PAID, "payType": "refund", "originalOrderId": PAID["payOrderId"], "amount": 500}


def posted(body: bytes) -> WebhookMessage:
    """Return a message as IOTPay posts it."""
    return WebhookMessage("POST", {"Content-Type": "application/json"}, "", body, "203.0.113.9")


def sealed(body: bytes, key: str = KEY) -> WebhookMessage:
    """Return a message of these members, signed with whatever of them can be."""
    try:
        members: dict[str, Any] = dict(json.loads(body))
    except (ValueError, TypeError, RecursionError):
        return posted(body)
    texts = {n: v if type(v) is int else str(v) for n, v in members.items() if n != "sign"}
    try:
        signature = sign({n: v for n, v in texts.items() if members[n] is not None}, key)
    except Exception:  # what cannot be signed comes as it is
        return posted(body)
    return posted(json.dumps({**members, "sign": signature}).encode())


def told(said: dict[str, Any], key: str = KEY) -> WebhookMessage:
    """Return a message that says something."""
    return sealed(json.dumps(said).encode(), key)


def refusal(kind: Kind, code: str) -> Reply:
    """Return the answer by which IOTPay refuses."""
    return Reply(200, json.dumps({"retCode": "FAIL", "retMsg": code}).encode())


def case(provider: str, plugin: object) -> Case:
    """Return the case of a provider that speaks as IOTPay does."""
    return Case(
        provider=provider,
        plugin=plugin,
        simulator=IotpaySimulator,
        secrets=("merchant_key",),
        verdicts=("status", "retCode"),
        messages=(
            told(PAID),
            told({**PAID, "status": 3, "attach": "Zoë"}),
            told({**PAID, "status": "9", "cardNum": ""}),
            told(REFUNDED),
        ),
        forged=(
            told(PAID, "forgedKey00000000000000000000000"),
            told({**PAID, "mchId": "10000702"}),
            told({name: value for name, value in PAID.items() if name != "mchId"}),
        ),
        sealed=sealed,
        refusal=refusal,
        fuzz=2000,
    )


CASE = case("iotpay", hooks)
test_conformance = conformance_tests(CASE, strict=True)


def test_iotpay_is_exempt_from_nothing() -> None:
    """Every check is tried, and every promise is kept."""
    assert not CASE.exempt
