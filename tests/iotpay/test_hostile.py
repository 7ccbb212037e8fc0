"""Hostile notifications and replies: each ends as its line says, at the plugin's door."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import paycore
from paycore import Kind, Money, Operation, State, WebhookMessage
from paycore.wire.talk import converse
from paycore_iotpay import hooks
from paycore_iotpay.signing import sign

KEY = "0123456789abcdef0123456789abcdef"
OLDER = "previous89abcdef0123456789abcdef"
NOW = datetime.now(UTC)
N0 = {
    "payOrderId": "PC20260101000000000000000001",
    "mchId": "10000701",
    "mchOrderNo": "pc0000000001a1",
    "originalOrderId": "",
    "amount": 1500,
    "currency": "CAD",
    "payType": "pay",
    "refundable": 1500,
    "status": 2,
    "invoiceNum": "000000000001",
    "paySuccTime": "2026-01-01 00:00:00",
    "cardNum": "432567******2266",
    "cardType": "V",
    "expiryDate": "1230",
    "authNum": "A1B2C3",
    "transNum": "000123",
    "channel": "PF_CC",
}


def lines(name: str) -> list[dict[str, Any]]:
    path = Path(__file__).parents[1] / "hostile" / name
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


NOTICES = [
    case
    for case in lines("notifications.jsonl")
    if case["input"].keys() <= {"base", "set", "sign", "raw", "raw_expr"}
]
PLAIN = {"op", "hook", "given", "retData", "raw", "raw_expr", "status", "body"}
REPLIES = [
    case
    for case in lines("responses.jsonl")
    if case["input"].keys()
    <= {"op", "hook", "given", "retData", "raw", "raw_expr", "status", "body"}
    and case["input"].get("status", 200) // 100 in (2, 4)
]


def account_for(case: dict[str, Any], **more: Any) -> Any:
    """The merchant of the fixture; where the old key is used, its end stands in the reason."""
    hours = 1 if "inside" in case["why"] else -1
    return hooks.open_account(
        {
            "base_url": "https://ccapi.iotpaycloud.com",
            "mode": "live",
            "merchant_id": "10000701",
            "merchant_key": KEY,
            "login_name": "jack123",
            "previous_merchant_key": OLDER,
            "previous_key_until": NOW + timedelta(hours=hours),
            **more,
        }
    )


def signature(how: str, fields: dict[str, Any]) -> str | None:
    """The signature that a case asks for; nothing where it has one of its own, or none."""
    keys = {
        "signed with empty key": "",
        "signed with previous key": OLDER,
        "signed with the sandbox key": "sandbox0123456789abcdef012345678",
    }
    if how == "of base":
        return sign(N0, KEY)
    if how in keys:
        return sign(fields, keys[how])
    if not how.startswith("valid"):
        return None
    try:
        good = sign(fields, KEY)
    except paycore.InvalidRequest:  # a type that we would not sign: as the vendor's class would
        good = sign({name: str(value) for name, value in fields.items()}, KEY)
    changes = {
        "valid": good,
        "valid, lower case hex": good.lower(),
        "valid plus trailing newline": f"{good}\n",
        "valid minus last digit": good[:-1],
    }
    return changes[how]


def body_of(given: dict[str, Any]) -> bytes:
    """The bytes that a case describes."""
    fields = {**N0, **given.get("set", {})}
    if (signed := signature(given["sign"], fields)) is not None:
        fields["sign"] = signed
    text = json.dumps(fields)
    if "raw" in given:
        inner = json.dumps({**N0, "sign": sign(N0, KEY)})[1:-1]
        return given["raw"].replace("...N0 with status 2... ", inner).encode()
    if "raw_expr" in given:
        names = {"N0_json": text, "N0_bytes": text.encode()}
        return eval(given["raw_expr"], {"__builtins__": {}}, names)
    return text.replace("\\\\ud800", "\\ud800").encode()


def test_known_answer():
    """The fixture's own signature is the one that stands beside it."""
    assert sign(N0, KEY) == "BED0800D44586C8E79DB77C5EAF58680"


@pytest.mark.parametrize("case", NOTICES, ids=lambda case: case["id"])
def test_notification_ends_as_it_says(case):
    """A genuine one is acknowledged by the letter; every other is dropped, with 400 or 401."""
    message = WebhookMessage("POST", {}, "", body_of(case["input"]))
    try:
        told = hooks.verify_webhook(account_for(case), message)
        ended = f"ACK, {told.acknowledgement.decode()}"
    except paycore.WebhookRejected as refused:
        ended = "DROP" if refused.status in (400, 401) else "?"

    assert ended == ("DROP" if case["expect"]["outcome"] == "DROP" else "ACK, SUCCESS")


def test_most_notifications_are_among_them():
    """What was left out needs more than a plugin: a ledger, a peer, HTTP or another scheme."""
    assert len(NOTICES) >= 45


def operation_for(case: dict[str, Any]) -> Operation:
    """The charge that a reply is about, as the fixture has it."""
    declined = "DECLINED" in case["input"].get("given", "")
    asked = "hook" not in case["input"]
    state = State.DECLINED if declined else State.SUBMITTING if asked else State.UNKNOWN
    return Operation(
        id="1",
        kind=Kind.CHARGE,
        owner="o-1",
        key="k-0001",
        fingerprint="",
        account="cards",
        reference="pc0000000004a1" if declined else "pc0000000001a1",
        method="HostedPage",
        amount=Money(1500, "CAD"),
        state=state,
        created_at=NOW,
        updated_at=NOW,
    )


def reply_of(given: dict[str, Any]) -> paycore.Reply:
    if "body" in given or "status" in given:
        return paycore.Reply(given["status"], given.get("body", "").encode())
    if "raw_expr" in given:
        return paycore.Reply(200, eval(given["raw_expr"], {"__builtins__": {}}))
    if "raw" in given:
        return paycore.Reply(200, given["raw"].encode())
    base = {} if "op" in given else N0
    told = {"retCode": "SUCCESS", "retMsg": "", "retData": {**base, **given["retData"]}}
    return paycore.Reply(200, json.dumps(told).encode())


def sure_of(case: dict[str, Any]) -> dict[str, list[str]]:
    """What the account lists: a refusal that is to decline must be there."""
    refusal = re.search(r'"retMsg":"([^"]+)"', case["input"].get("body", ""))
    return {"charge": [refusal[1]]} if refusal and case["expect"]["outcome"] == "DECLINED" else {}


@pytest.mark.parametrize("case", REPLIES, ids=lambda case: case["id"])
def test_reply_ends_as_it_says(case):
    """Each reply leaves its charge in the state that its line says, and no card unmasked."""
    given, before = case["input"], operation_for(case)
    account = account_for(case, sure_refusals=sure_of(case))
    if "hook" in given:
        talk = hooks.query(account, paycore.QueryRequest(Kind.CHARGE, before.reference))
    else:
        method = paycore.HostedPage("https://shop.example/r")
        request = paycore.ChargeRequest(before.reference, Money(1500, "CAD"), method)
        talk = hooks.charge(account, request)
    try:
        after = before.after(converse(talk, lambda call: reply_of(given)))
    except paycore.ProviderRefused:
        after = replace(before, state=State.DECLINED)
    except paycore.OutcomeUnknown:
        after = replace(before, state=State.UNKNOWN)

    assert after.state.value == case["expect"]["outcome"].lower()
    assert "stored" not in case["expect"] or after.instrument.masked == case["expect"]["stored"]


def test_most_replies_are_among_them():
    """What was left out is the transport's and the ledger's to prove."""
    assert len(REPLIES) >= 20
