"""Bramble: a small provider that keeps every promise; the seeded faults are planted in copies."""

import hashlib
import hmac
import logging
from dataclasses import dataclass, field

from marshmallow import fields

import paycore
from paycore import Kind, Money, State
from paycore.wire.fields import Digits, Heard, MaskedCard, SecretText, SettingsSchema

LOG = logging.getLogger("bramble")
STATES = {
    "waiting": State.PENDING,
    "paid": State.SUCCEEDED,
    "held": State.AUTHORIZED,
    "stored": State.SUCCEEDED,
    "declined": State.DECLINED,
}
SURE = {
    Kind.CHARGE: frozenset({"card_blocked"}),
    Kind.CAPTURE: frozenset({"hold_expired"}),
    Kind.REFUND: frozenset({"not_settled"}),
}
KINDS = {kind.value: kind for kind in Kind}
COUNT = {"talks": 0}


class AccountSchema(SettingsSchema):
    api_key = SecretText(required=True)
    seal_key = SecretText(required=True)


class AnswerSchema(Heard):
    reference = fields.String(data_key="order", required=True)
    provider_reference = fields.String(data_key="id", required=True)
    kind = fields.String(data_key="type", required=True)
    status = fields.String(required=True)
    minor = Digits(load_default=None)
    currency = fields.String(load_default="")
    card = MaskedCard(load_default="")
    page = fields.String(load_default="", metadata={"sensitive": True})


@dataclass(frozen=True)
class Account:
    base_url: str
    mode: str
    notify_url: str
    pci_dss: bool
    api_key: paycore.Secret
    seal_key: paycore.Secret
    seen: dict = field(default_factory=dict)


ANSWER = AnswerSchema()


@paycore.hookimpl
def describe():
    return paycore.Description(
        name="bramble",
        base_url="https://api.bramble.example",
        channels=("CARDS",),
        methods=(paycore.HostedPage, paycore.StoredToken, paycore.CardData),
        token_methods=(paycore.CardData,),
        currencies=frozenset({"CAD", "JPY", "KWD", "CLF"}),
        reference_length=40,
        page_lifetime_s=3600,
        absence_is_proof=True,
        sure_refusals=SURE,
    )


@paycore.hookimpl
def open_account(settings):
    return Account(**paycore.load(AccountSchema(), settings, otherwise=paycore.SettingsError))


@paycore.hookimpl
def charge(account, request):
    said = {"order": order(request), **amount(request.amount), **by(request.method)}
    said |= {} if request.capture else {"hold": "yes"}
    reply = yield post(account, "charges", said)
    report = reported(opened(reply, Kind.CHARGE))
    return report


@paycore.hookimpl
def capture(account, request):
    said = {"order": order(request), **amount(request.amount)}
    said["hold"] = request.charge_provider_reference
    reply = yield post(account, "captures", said)
    taken = reported(opened(reply, Kind.CAPTURE))
    return taken


@paycore.hookimpl
def tokenize(account, request):
    reply = yield post(account, "cards", {"order": order(request), **by(request.method)})
    return reported(opened(reply, Kind.TOKEN))


@paycore.hookimpl
def refund(account, request):
    said = {"order": order(request), **amount(request.amount)}
    said["of"] = request.charge_provider_reference
    reply = yield post(account, "refunds", said)
    return reported(opened(reply, Kind.REFUND))


@paycore.hookimpl
def void(account, request):
    reply = yield ask(account, request.charge_reference)
    charged = reported(opened(reply, None))
    said = {"order": order(request), "of": charged.provider_reference}
    reply = yield post(account, "voids", said)
    return reported(opened(reply, Kind.VOID))


@paycore.hookimpl
def query(account, request):
    reply = yield ask(account, request.reference)
    if reply.status == 404 and reply.json.get("error") == "no_such_order":
        return paycore.NotFound()
    return reported(opened(reply, None))


@paycore.hookimpl
def verify_webhook(account, message):
    given = message.header("bramble-seal").encode("utf-8", "replace")
    if not hmac.compare_digest(given, seal(account.seal_key.reveal(), message.body)):
        raise paycore.WebhookRejected("seal: not genuine", status=401)
    try:
        report = reported(paycore.parse_json(message.body))
    except paycore.PaycoreError as odd:
        raise paycore.WebhookRejected(str(odd)) from None
    return paycore.Notification(report, acknowledgement=b"thanks", event_id="")


def order(request):
    if len(request.reference) > 40:
        raise paycore.InvalidRequest("reference: too long")
    return request.reference


def ours(reference):
    return reference


def amount(money):
    return {"minor": money.minor, "currency": money.currency}


def heard_money(minor, currency):
    return Money(minor, currency)


def by(method):
    if isinstance(method, paycore.HostedPage):
        return {"back_to": method.return_url}
    if isinstance(method, paycore.StoredToken):
        return {"stored": method.token}
    if isinstance(method, paycore.CardData):
        return {"card": method.number.reveal(), "code": method.security_code.reveal()}
    raise paycore.NotSupported("pages, stored cards and cards only")


def post(account, where, said):
    return paycore.Call(f"{account.base_url}/{where}", said, headers=key(account))


def ask(account, reference):
    url = f"{account.base_url}/orders"
    return paycore.Call(url, {"order": ours(reference)}, "GET", headers=key(account))


def key(account):
    return {"Authorization": f"Bearer {account.api_key.reveal()}"}


def seal(secret, body):
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()


def opened(reply, kind):
    said = reply.json
    if reply.status == 200:
        return said
    code = str(said.get("error"))
    if reply.status == 422 and code in SURE.get(kind, ()):
        raise paycore.ProviderRefused("Bramble refused", provider_code=code)
    raise paycore.OutcomeUnknown(f"Bramble answered {reply.status}, which proves nothing")


def reported(said):
    told = paycore.load(ANSWER, said)
    minor, currency = told["minor"], told["currency"]
    return paycore.Report(
        ours(told["reference"]),
        STATES.get(told["status"], State.UNKNOWN),
        amount=heard_money(minor, currency) if minor is not None else None,
        kind=KINDS.get(told["kind"]),
        provider_reference=told["provider_reference"],
        next_action=paycore.Redirect(told["page"]) if told["page"] else None,
        instrument=paycore.Instrument(told["card"]) if told["card"] else None,
        raw=paycore.scrubbed(ANSWER, said),
    )
