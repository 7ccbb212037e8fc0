"""IOTPay, spoken: signed JSON out, JSON in; signed notifications, which are only hints."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

import paycore
from paycore import JsonObject, Kind, OutcomeUnknown, QueryRequest, Report, State
from paycore.wire.messages import rejecting, with_extra
from paycore_iotpay.account import Account, AccountSchema
from paycore_iotpay.schemas import CURRENCIES, HEARD, SAYS
from paycore_iotpay.signing import sign, verified

QUESTIONS: Final = "paycore_iotpay:questions.txt"
UNBOUND: Final = "cardId is not binding"
SURE: Final = {Kind.CHARGE: frozenset({UNBOUND})}
CHARGES: Final = {
    paycore.HostedPage: "cc_purchase",
    paycore.EmbeddedForm: "cc_purchase",
    paycore.StoredToken: "cc_purchasewithtoken",
    paycore.Wallet: "cc_purchasewithwallet",
    paycore.CardData: "cc_directpurchase",
}
ADDS: Final = {"cc_purchase": "cc_addcard", "cc_directpurchase": "cc_directaddcard"}
TOKENS: Final = {method: ADDS[charge] for method, charge in CHARGES.items() if charge in ADDS}
_KINDS: Final = {"": None, "pay": Kind.CHARGE, "refund": Kind.REFUND}
_STATES: Final = {"0": "pending", "2": "succeeded", "3": "succeeded", "9": "declined"}
_ORDER: Final = ("reference", "amount", "provider_reference", "charge_provider_reference")
_CHARGE: Final = (*_ORDER, "refundable")
_BRANDS: Final = {"V": "visa", "M": "mastercard", "D": "interac"}


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
        sure_refusals=SURE,
    )


@paycore.hookimpl
def open_account(settings: Mapping[str, Any]) -> Account:
    """Return the merchant that `settings` describe."""
    return Account(**paycore.load(AccountSchema(), settings, otherwise=paycore.SettingsError))


@paycore.hookimpl
def charge(account: Account, request: paycore.ChargeRequest) -> paycore.Talk[Report]:
    """Ask to be paid: at once, or by a page or form that awaits the payer."""
    return (yield from _asked(account, Kind.CHARGE, CHARGES[type(request.method)], request))


@paycore.hookimpl
def tokenize(account: Account, request: paycore.TokenizeRequest) -> paycore.Talk[Report]:
    """Store a card under our reference; of a page or form, only a query tells the end."""
    return (yield from _asked(account, Kind.TOKEN, TOKENS[type(request.method)], request))


@paycore.hookimpl
def refund(account: Account, request: paycore.RefundRequest) -> paycore.Talk[Report]:
    """Give back part or all of a settled payment."""
    return (yield from _asked(account, Kind.REFUND, "cc_refund", request))


@paycore.hookimpl
def void(account: Account, request: paycore.VoidRequest) -> paycore.Talk[Report]:
    """Cancel a payment that has not settled."""
    return (yield from _asked(account, Kind.VOID, "cc_void", request))


@paycore.hookimpl
def query(account: Account, request: QueryRequest) -> paycore.Talk[Report]:
    """Ask what became of it; a refusal to answer proves nothing, not even absence."""
    if request.kind.gives_back:
        return (yield from _given_back(account, request))
    if request.kind is Kind.CHARGE:
        reply = yield _order(account, request.reference, request.provider_reference)
        return _report(account, Kind.CHARGE, _opened(reply))
    reply = yield _call(account, "cc_querycard", request)
    try:
        return _report(account, Kind.TOKEN, _opened(reply, [UNBOUND]))
    except paycore.ProviderRefused:
        return Report(request.reference, State.PENDING, kind=Kind.TOKEN)


@paycore.hookimpl
def verify_webhook(account: Account, message: paycore.WebhookMessage) -> paycore.Notification:
    """Check the signature and whose message it is, and only then read it."""
    heard = verified(message.body, *account.keys(datetime.now(UTC)))
    if heard.get("mchId") != account.merchant_id:
        raise paycore.WebhookRejected("mchId: not ours", field="mchId", status=401)
    with rejecting():
        return paycore.Notification(_report(account, Kind.CHARGE, heard), b"SUCCESS", "text/plain")


def _asked(account: Account, kind: Kind, operation: str, request: Any) -> paycore.Talk[Report]:
    """Ask for something once, and report what came of it."""
    reply = yield _call(account, operation, request)
    heard = _opened(reply, [*SURE.get(kind, ()), *account.sure_refusals.get(kind, ())])
    if operation in ("cc_purchase", "cc_addcard"):
        action, raw = _to_do(account, kind, request.method, heard), paycore.scrubbed(HEARD, heard)
        return Report(request.reference, State.PENDING, kind=kind, next_action=action, raw=raw)
    report = _report(account, kind, heard)
    if kind.gives_back and report.charge_provider_reference != request.charge_provider_reference:
        raise OutcomeUnknown("originalOrderId: another payment's", field="originalOrderId")
    return report


def _given_back(account: Account, request: QueryRequest) -> paycore.Talk[Report]:
    """Ask for a refund or void; where the answer is not surely about it, for its payment.

    Of that, only one thing is proof: just this amount is gone from what was refundable.
    """
    own, theirs = request.provider_reference, request.charge_provider_reference
    asked = (Kind.REFUND, request.reference, theirs, request.amount)
    reply = yield _order(account, "" if own else request.reference, own)
    with suppress(paycore.PaycoreError):
        told = _report(account, request.kind, _opened(reply))
        about = (told.kind, told.reference, told.charge_provider_reference, told.amount)
        if about == asked and told.raw.get("status") not in (3, "3"):
            return told
    reply = yield _order(account, request.charge_reference, theirs)
    paid = _report(account, Kind.CHARGE, _opened(reply))
    state = State.SUCCEEDED if _is_gone(request, paid) else State.UNKNOWN
    return Report(request.reference, state, request.amount, request.kind, raw=paid.raw)


def _is_gone(asked: QueryRequest, paid: Report) -> bool:
    """Return whether the payment is the one, and less is left of it by just what was asked."""
    had, left, amount = asked.charge_refundable, paid.refundable, asked.amount
    is_it = paid.reference == asked.charge_reference and paid.state is State.SUCCEEDED
    return bool(is_it and had and amount and left is not None and had == left + amount)


def _order(account: Account, ours: str, theirs: str) -> paycore.Call:
    """Ask about an order by the one number that is said: ours if we have one, else theirs."""
    ask = {"reference": ours} if ours else {"provider_reference": theirs}
    return _call(account, "cc_query", ask)


def _call(account: Account, operation: str, ask: object) -> paycore.Call:
    """Say it, with the members that are passed through, and sign it all."""
    said = with_extra(paycore.dump(SAYS[operation], {"ask": ask, "by": account}), ask, "sign")
    said["sign"] = sign(said, account.merchant_key)
    return paycore.Call(f"{account.base_url}/v3/{operation}", said)


def _opened(reply: paycore.Reply, sure: Collection[str] = ()) -> JsonObject:
    """Return what the envelope holds, without any security code; only `sure` refusals decide."""
    said = reply.json
    data, why = said.get("retData"), str(said.get("retMsg", "")).strip()
    if said.get("retCode") == "SUCCESS" and reply.status == 200:
        held = {"redirectUrl": said.get("redirectUrl"), **(data if isinstance(data, dict) else {})}
        return {name: value for name, value in held.items() if name != "cvv" and value is not None}
    if said.get("retCode") == "FAIL" and why in sure:
        code = "token_unusable" if why == UNBOUND else "refused"
        raise paycore.ProviderRefused("IOTPay refused", provider_code=why, code=code)
    shown = "".join("#" if character.isdigit() else character for character in why[:100])
    odd = None if said.get("retCode") == "FAIL" else "retCode"
    raise OutcomeUnknown(f"IOTPay answered {shown!r}, which proves nothing", field=odd)


def _to_do(account: Account, kind: Kind, method: Any, heard: JsonObject) -> paycore.NextAction:
    """Return what the payer has to do: go to a page of IOTPay's own, or fill in its form."""
    told = paycore.load(HEARD, heard)
    if isinstance(method, paycore.HostedPage):
        return paycore.Redirect(account.page(told["page"]))
    if not told["secure_id"]:
        raise OutcomeUnknown("secureId: missing", field="secureId")
    mode = "add" if kind is Kind.TOKEN else "pay"
    return paycore.MountForm(f"{account.base_url}/cc/iotpaycc.js", told["secure_id"], mode)


def _report(account: Account, kind: Kind, heard: JsonObject) -> Report:
    """Return what is said of an order or a card, where a `kind` of operation is awaited."""
    told, raw = paycore.load(HEARD, heard), paycore.scrubbed(HEARD, heard)
    if told["merchant_id"] not in ("", account.merchant_id):
        raise OutcomeUnknown("mchId: another merchant's", field="mchId")
    status, brand, expiry = (str(told[name]) for name in ("status", "brand", "expiry"))
    card = told["masked"] and paycore.Instrument(told["masked"], _BRANDS.get(brand, ""), expiry)
    said: JsonObject = {"instrument": card or None, "raw": raw}
    said["decline"] = paycore.Decline(provider_code="status 9") if status == "9" else None
    if kind is Kind.TOKEN:
        state = State.SUCCEEDED if told["card_id"] else State.UNKNOWN
        return Report(told["card_id"], state, kind=kind, **said)
    state, is_about = State(_STATES.get(status, "unknown")), _KINDS[told["pay_type"]]
    gives_back = (is_about or kind).gives_back
    if state is State.SUCCEEDED and (told["amount"] is None or (gives_back and status == "3")):
        state = State.UNKNOWN
    if told["reference"] is None and state is not State.SUCCEEDED:  # whose order, nobody said
        return Report(None, State.UNKNOWN, kind=is_about, raw=raw)
    said |= {name: told[name] for name in (_ORDER if gives_back else _CHARGE)}
    return Report(state=state, kind=is_about, **said)
