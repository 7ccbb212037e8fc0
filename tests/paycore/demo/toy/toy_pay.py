"""A provider for tests: JSON in, JSON out, every feature, and a simulator next door."""

from __future__ import annotations

import hashlib
import hmac

import paycore
from paycore import Kind, Money, State

METHODS = (paycore.HostedPage, paycore.EmbeddedForm, paycore.StoredToken, paycore.Wallet)
QUESTIONS = ("Is it only a toy?", "Who plays with it?")
NEEDS = ("base_url", "mode", "notify_url", "pci_dss", "toy_key")


@paycore.hookimpl
def describe():
    return paycore.Description(
        name="toy",
        base_url="https://toy.example",
        channels=("TOY",),
        methods=METHODS,
        token_methods=METHODS[:1],
        currencies=frozenset({"EUR", "JPY"}),
    )


@paycore.hookimpl
def open_account(settings):
    for name in settings:
        if name not in NEEDS:
            raise paycore.SettingsError(f"{name}: unknown", field=name)
    return dict(settings)


@paycore.hookimpl
def charge(account, request):
    method = request.method
    return (
        yield from asked(
            account,
            Kind.CHARGE,
            request.reference,
            method=type(method).__name__,
            amount=request.amount.minor,
            currency=request.amount.currency,
            token=getattr(method, "token", ""),
            back=getattr(method, "return_url", ""),
            hold=not request.capture,
        )
    )


@paycore.hookimpl
def tokenize(account, request):
    back = request.method.return_url
    return (yield from asked(account, Kind.TOKEN, request.reference, back=back))


@paycore.hookimpl
def refund(account, request):
    amount, currency = request.amount.minor, request.amount.currency
    more = {"charge": request.charge_reference, "amount": amount, "currency": currency}
    return (yield from asked(account, Kind.REFUND, request.reference, **more))


@paycore.hookimpl
def capture(account, request):
    amount, currency = request.amount.minor, request.amount.currency
    more = {"charge": request.charge_reference, "amount": amount, "currency": currency}
    return (yield from asked(account, Kind.CAPTURE, request.reference, **more))


@paycore.hookimpl
def void(account, request):
    more = {"charge": request.charge_reference}
    return (yield from asked(account, Kind.VOID, request.reference, **more))


@paycore.hookimpl
def query(account, request):
    return (yield from asked(account, request.kind, request.reference, "query"))


@paycore.hookimpl
def verify_webhook(account, message):
    expected = signature(message.body).encode()
    if not hmac.compare_digest(message.header("toy-signature").encode(), expected):
        raise paycore.WebhookRejected("not genuine", status=401)
    told = paycore.parse_json(message.body, otherwise=paycore.WebhookRejected)
    return paycore.Notification(report(Kind.CHARGE, told["reference"], told), b"thanks")


def asked(account, kind, reference, verb="", **more):
    said = {"verb": verb or kind.value, "reference": reference, "notify": account["notify_url"]}
    reply = yield paycore.Call(url=f"{account['base_url']}/do", payload={**said, **more})
    return report(kind, reference, reply.json)


def report(kind, reference, told):
    page, secret = told.get("page"), told.get("secret")
    action = paycore.Redirect(page) if page else None
    if secret:
        action = paycore.MountForm(f"{page}.js", secret)
    money = Money(told["amount"], told["currency"]) if told.get("amount") else None
    return paycore.Report(
        reference,
        State(told["state"]),
        amount=money,
        kind=kind,
        provider_reference=told.get("id", ""),
        next_action=action,
    )


def signature(body):
    return hmac.new(b"toy", body, hashlib.sha256).hexdigest()
