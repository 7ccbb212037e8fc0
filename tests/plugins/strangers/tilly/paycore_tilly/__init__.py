"""Tilly: a provider that paycore has never heard of, by somebody who only read the docs."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import EXCLUDE, Schema, fields

import paycore
from paycore.wire.fields import Digits, SecretText, SettingsSchema


class AccountSchema(SettingsSchema):
    """Our settings."""

    shop = fields.String(required=True)
    api_key = SecretText(required=True)


class AnswerSchema(Schema):
    """What Tilly says of a charge or a refund."""

    class Meta:
        unknown = EXCLUDE

    provider_reference = fields.String(data_key="id", required=True)
    reference = fields.String(required=True)
    state = fields.String(data_key="status", required=True)
    minor = Digits(data_key="cents", required=True)


@dataclass(frozen=True)
class Account:
    """One shop at Tilly."""

    base_url: str
    shop: str
    api_key: paycore.Secret = field(repr=False)


@paycore.hookimpl
def describe() -> paycore.Description:
    """Stored cards, in euros."""
    return paycore.Description(
        name="tilly",
        base_url="https://api.tilly.example",
        channels=("CARD",),
        methods=(paycore.StoredToken,),
        currencies=frozenset({"EUR"}),
    )


@paycore.hookimpl
def open_account(settings: Mapping[str, Any]) -> Account:
    """Take shop and key."""
    own = paycore.load(AccountSchema(), settings, otherwise=paycore.SettingsError)
    return Account(own["base_url"], own["shop"], own["api_key"])


@paycore.hookimpl
def charge(account: Account, request: paycore.ChargeRequest) -> paycore.Talk[paycore.Report]:
    """Charge a stored card."""
    if not isinstance(request.method, paycore.StoredToken):
        raise paycore.NotSupported("stored cards only")
    said = {"card": request.method.token, "cents": request.amount.minor}
    reply = yield _call(account, "charges", {**said, "reference": request.reference})
    return _report(paycore.Kind.CHARGE, reply)


@paycore.hookimpl
def refund(account: Account, request: paycore.RefundRequest) -> paycore.Talk[paycore.Report]:
    """Give some of it back."""
    said = {"charge": request.charge_provider_reference, "cents": request.amount.minor}
    reply = yield _call(account, "refunds", {**said, "reference": request.reference})
    return _report(paycore.Kind.REFUND, reply)


@paycore.hookimpl
def query(
    account: Account, request: paycore.QueryRequest
) -> paycore.Talk[paycore.Report | paycore.NotFound]:
    """Ask what became of it."""
    reply = yield _call(account, "find", {"reference": request.reference})
    if reply.status == 404:
        return paycore.NotFound()
    return _report(request.kind, reply)


@paycore.hookimpl
def verify_webhook(account: Account, message: paycore.WebhookMessage) -> paycore.Notification:
    """Check the seal, then read."""
    seal = hmac.new(account.api_key.reveal().encode(), message.body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(seal.encode(), message.header("tilly-seal").encode()):
        raise paycore.WebhookRejected("seal: not genuine", status=401)
    report = _heard(paycore.Kind.CHARGE, message.body, paycore.WebhookRejected)
    return paycore.Notification(report, acknowledgement=b"noted")


def _call(account: Account, what: str, said: paycore.JsonObject) -> paycore.Call:
    return paycore.Call(
        url=f"{account.base_url}/{account.shop}/{what}",
        payload=said,
        headers={"Authorization": account.api_key.reveal()},
    )


def _report(kind: paycore.Kind, reply: paycore.Reply) -> paycore.Report:
    if reply.status == 402:
        raise paycore.ProviderRefused("Tilly declined", provider_code="402", code="card_declined")
    return _heard(kind, reply.body, paycore.OutcomeUnknown)


def _heard(
    kind: paycore.Kind, body: bytes, otherwise: type[paycore.PaycoreError]
) -> paycore.Report:
    raw = paycore.parse_json(body, otherwise=otherwise)
    told = paycore.load(AnswerSchema(), raw, otherwise=otherwise)
    states = {"done": paycore.State.SUCCEEDED, "waiting": paycore.State.PENDING}
    return paycore.Report(
        told["reference"],
        states.get(told["state"], paycore.State.UNKNOWN),
        amount=paycore.Money(told["minor"], "EUR"),
        kind=kind,
        provider_reference=told["provider_reference"],
        raw=paycore.scrubbed(AnswerSchema(), raw),
    )
