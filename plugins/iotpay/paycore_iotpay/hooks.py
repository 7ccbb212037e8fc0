"""IOTPay, spoken: signed JSON out, JSON in; signed notifications, which are only hints."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

import paycore
from paycore_iotpay.account import Account, AccountSchema
from paycore_iotpay.schemas import CURRENCIES, HEARD, SAYS
from paycore_iotpay.signing import sign, verified

UNBOUND: Final = "cardId is not binding"
CHARGES: Final = {
    paycore.HostedPage: "cc_purchase",
    paycore.EmbeddedForm: "cc_purchase",
    paycore.StoredToken: "cc_purchasewithtoken",
    paycore.Wallet: "cc_purchasewithwallet",
    paycore.CardData: "cc_directpurchase",
}
TOKENS: Final = {
    paycore.HostedPage: "cc_addcard",
    paycore.EmbeddedForm: "cc_addcard",
    paycore.CardData: "cc_directaddcard",
}
_KINDS: Final = {"pay": paycore.Kind.CHARGE, "refund": paycore.Kind.REFUND}
_STATES: Final = {
    "0": paycore.State.PENDING,
    "2": paycore.State.SUCCEEDED,
    "3": paycore.State.SUCCEEDED,
    "9": paycore.State.DECLINED,
}
_BRANDS: Final = {"V": "visa", "M": "mastercard", "D": "interac"}
_TELLING: Final = re.compile(r"[0-9]{3,}|[0-9A-Za-z]{20,}")


@paycore.hookimpl
def describe() -> paycore.Description:
    """Say what IOTPay is over channel PF_CC; what is not said here proves nothing."""
    return paycore.Description(
        name="iotpay",
        base_url="https://ccapi.iotpaycloud.com",
        channels=("PF_CC",),
        methods=tuple(CHARGES),
        token_methods=tuple(TOKENS),
        currencies=CURRENCIES,
        sure_refusals={paycore.Kind.CHARGE: frozenset({UNBOUND})},
    )


@paycore.hookimpl
def open_account(settings: Mapping[str, Any]) -> Account:
    """Return the merchant that `settings` describe."""
    return Account(**paycore.load(AccountSchema(), settings, otherwise=paycore.SettingsError))


@paycore.hookimpl
def charge(account: Account, request: paycore.ChargeRequest) -> paycore.Talk[paycore.Report]:
    """Ask to be paid: at once, or by a page or form that awaits the payer."""
    operation = CHARGES[type(request.method)]
    return (yield from _asked(account, paycore.Kind.CHARGE, operation, request, request.extra))


@paycore.hookimpl
def tokenize(account: Account, request: paycore.TokenizeRequest) -> paycore.Talk[paycore.Report]:
    """Store a card under our reference; for a page or form, only a query tells the end."""
    operation = TOKENS[type(request.method)]
    return (yield from _asked(account, paycore.Kind.TOKEN, operation, request))


@paycore.hookimpl
def refund(account: Account, request: paycore.RefundRequest) -> paycore.Talk[paycore.Report]:
    """Give back part or all of a settled payment."""
    return (yield from _asked(account, paycore.Kind.REFUND, "cc_refund", request))


@paycore.hookimpl
def void(account: Account, request: paycore.VoidRequest) -> paycore.Talk[paycore.Report]:
    """Cancel a payment that has not settled."""
    return (yield from _asked(account, paycore.Kind.VOID, "cc_void", request))


@paycore.hookimpl
def query(account: Account, request: paycore.QueryRequest) -> paycore.Talk[paycore.Report]:
    """Ask by our own reference; a refusal to answer proves nothing."""
    if request.kind.gives_back:
        return (yield from _given_back(account, request))
    if request.kind is paycore.Kind.CHARGE:
        reply = yield _call(account, "cc_query", _number(request.reference, request.provider_reference))
        return _report(account, request.kind, _opened(reply))
    reply = yield _call(account, "cc_querycard", request)
    try:
        return _report(account, request.kind, _opened(reply, [UNBOUND]))
    except paycore.ProviderRefused:
        return paycore.Report(request.reference, paycore.State.PENDING, kind=request.kind)


@paycore.hookimpl
def verify_webhook(account: Account, message: paycore.WebhookMessage) -> paycore.Notification:
    """Check the signature and whose message it is, and only then read it."""
    try:
        heard = verified(message.body, account.merchant_key)
    except paycore.WebhookRejected:
        previous = account.previous_key(datetime.now(UTC))
        if previous is None:
            raise
        heard = verified(message.body, previous)
    if heard.get("mchId") != account.merchant_id:
        raise paycore.WebhookRejected("mchId: not ours", field="mchId", status=401)
    report = _report(account, paycore.Kind.CHARGE, heard, otherwise=paycore.WebhookRejected)
    return paycore.Notification(report, b"SUCCESS", content_type="text/plain")


def _call(account: Account, operation: str, ask: object, extra: Mapping[str, str] | None = None) -> paycore.Call:
    """Say it, with the members that are passed through, and sign it all."""
    said = paycore.dump(SAYS[operation], {"ask": ask, "by": account})
    for name in {"sign", *said} & {*(extra or {})}:
        raise paycore.InvalidRequest(f"extra: {name} is ours to say", field="extra")
    said |= extra or {}
    said["sign"] = sign(said, account.merchant_key)
    return paycore.Call(f"{account.base_url}/v3/{operation}", said)


def _number(ours: str, theirs: str) -> Mapping[str, str]:
    """Return one number to query by: ours as long as there is one, nobody else can choose it."""
    return {"reference": ours} if ours else {"provider_reference": theirs}


def _asked(account: Account, kind: paycore.Kind, operation: str, request: Any, extra: Mapping[str, str] | None = None) -> paycore.Talk[paycore.Report]:
    """Ask for something once, and report what came of it."""
    reply = yield _call(account, operation, request, extra)
    sure = {*describe().sure_refusals.get(kind, ()), *account.sure_refusals.get(kind, ())}
    heard = _opened(reply, sure)
    if operation in ("cc_purchase", "cc_addcard"):
        return _to_act(account, kind, request, heard)
    report = _report(account, kind, heard)
    if report.charge_provider_reference not in ("", getattr(request, "charge_provider_reference", "")):
        raise paycore.OutcomeUnknown("originalOrderId: another payment's", field="originalOrderId")
    return report


def _given_back(account: Account, request: paycore.QueryRequest) -> paycore.Talk[paycore.Report]:
    """Ask for the refund or void itself; if the answer is not surely about it, for the payment.

    Then only one thing proves anything: that exactly its amount went from what is refundable.
    """
    own = request.provider_reference
    reply = yield _call(account, "cc_query", _number("" if own else request.reference, own))
    with suppress(paycore.OutcomeUnknown):
        told = _report(account, request.kind, _opened(reply))
        about = (told.kind, told.reference, told.charge_provider_reference, told.amount)
        asked = (paycore.Kind.REFUND, request.reference, request.charge_provider_reference, request.amount)
        if about == asked and told.raw.get("status") not in (3, "3"):
            return told
    number = _number(request.charge_reference, request.charge_provider_reference)
    reply = yield _call(account, "cc_query", number)
    payment = _report(account, paycore.Kind.CHARGE, _opened(reply))
    before, left, amount = request.charge_refundable, payment.refundable, request.amount
    gone = before and amount and left is not None and (left.minor + amount.minor, left.currency) == (before.minor, before.currency)
    proven = gone and payment.state is paycore.State.SUCCEEDED and payment.reference == request.charge_reference
    ...


def _opened(reply: paycore.Reply, sure: Collection[str] = ()) -> paycore.JsonObject:
    """Return what the envelope holds, without any security code.

    Raises:
        ProviderRefused: a refusal that is listed as `sure`.
        OutcomeUnknown: any other, which proves nothing.
    """
    said = reply.json
    data, why = said.get("retData"), str(said.get("retMsg", "")).strip()
    if said.get("retCode") == "SUCCESS" and reply.status == 200:
        held = {"redirectUrl": said.get("redirectUrl")} | (data if isinstance(data, dict) else {})
        return {name: value for name, value in held.items() if name != "cvv" and value is not None}
    if said.get("retCode") == "FAIL" and why in sure:
        ours = paycore.DeclineCode("token_unusable" if why == UNBOUND else "refused")
        raise paycore.ProviderRefused("IOTPay refused", provider_code=why, code=ours.value)
    raise paycore.OutcomeUnknown(f"IOTPay answered {_TELLING.sub('*', why)[:100]!r}")


def _to_act(account, kind, request, heard) -> paycore.Report:
    """Report a page or form that awaits the payer."""
    told = paycore.load(HEARD, heard)
    if isinstance(request.method, paycore.HostedPage): ...


def _report(account: Account, kind: paycore.Kind, heard: paycore.JsonObject, otherwise: type[paycore.PaycoreError] = paycore.OutcomeUnknown) -> paycore.Report:
    ...
