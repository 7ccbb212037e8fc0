"""A provider with a timed signature: HMAC-SHA256 over time and body, good for 300 s either way.

    Timed-At: 1767225600
    Timed-Signature: v1,5f0c… v1,77ab…

Several signatures stand in one header while a key is being changed; one genuine one is enough.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import EXCLUDE, Schema, fields

import paycore
from paycore.wire.fields import Digits, SecretText, SettingsSchema

TOLERANCE_S = 300
MOST_SIGNATURES = 16
clock = time.time
"""What is now, in seconds since 1970; tests put their own here."""


class AccountSchema(SettingsSchema):
    signing_key = SecretText(required=True)


class OrderSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    reference = fields.String(required=True)
    minor = Digits(data_key="cents", required=True)
    paid = fields.Boolean(required=True, truthy={True}, falsy={False})


@dataclass(frozen=True)
class Account:
    base_url: str
    signing_key: paycore.Secret = field(repr=False)


@paycore.hookimpl
def describe() -> paycore.Description:
    return paycore.Description(
        name="timed",
        base_url="https://timed.example",
        channels=("CARD",),
        methods=(paycore.HostedPage,),
        currencies=frozenset({"CAD"}),
        webhook_is_proof=True,
    )


@paycore.hookimpl
def open_account(settings: Mapping[str, Any]) -> Account:
    own = paycore.load(AccountSchema(), settings, otherwise=paycore.SettingsError)
    return Account(own["base_url"], own["signing_key"])


@paycore.hookimpl
def charge(account: Account, request: paycore.ChargeRequest) -> paycore.Talk[paycore.Report]:
    said = {"reference": request.reference, "cents": request.amount.minor}
    yield paycore.Call(f"{account.base_url}/pages", said)
    page = paycore.Redirect(f"{account.base_url}/pages/{request.reference}")
    return paycore.Report(request.reference, paycore.State.PENDING, next_action=page)


@paycore.hookimpl
def query(account: Account, request: paycore.QueryRequest) -> paycore.Talk[paycore.Report]:
    reply = yield paycore.Call(f"{account.base_url}/find", {"reference": request.reference})
    return _report(reply.body, paycore.OutcomeUnknown)


@paycore.hookimpl
def verify_webhook(account: Account, message: paycore.WebhookMessage) -> paycore.Notification:
    at, given = message.header("timed-at"), message.header("timed-signature").split(" ")
    if not (at.isascii() and at.isdigit() and len(at) <= 12):
        raise paycore.WebhookRejected("timed-at: want seconds", field="timed-at")
    if abs(int(clock()) - int(at)) > TOLERANCE_S:
        raise paycore.WebhookRejected("timed-at: too far off", field="timed-at", status=401)
    if len(given) > MOST_SIGNATURES:
        raise paycore.WebhookRejected("timed-signature: too many", field="timed-signature")
    right = signature(account.signing_key.reveal(), at, message.body).encode()
    if not any(hmac.compare_digest(right, each.encode()) for each in given):
        raise paycore.WebhookRejected("not genuine", field="timed-signature", status=401)
    return paycore.Notification(_report(message.body, paycore.WebhookRejected), b"noted")


def signature(key: str, at: str, body: bytes) -> str:
    """Return one signature, its version first."""
    return f"v1,{hmac.new(key.encode(), at.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


def _report(body: bytes, otherwise: type[paycore.PaycoreError]) -> paycore.Report:
    told = paycore.load(
        OrderSchema(), paycore.parse_json(body, otherwise=otherwise), otherwise=otherwise
    )
    return paycore.Report(
        told["reference"],
        paycore.State.SUCCEEDED if told["paid"] else paycore.State.PENDING,
        amount=paycore.Money(told["minor"], "CAD"),
        kind=paycore.Kind.CHARGE,
    )
