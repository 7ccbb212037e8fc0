"""What IOTPay answers, as reports: the envelope, the order object, the card, the page."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

import paycore
from paycore_iotpay.account import Account
from paycore_iotpay.schemas import HEARD

UNBOUND: Final = "cardId is not binding"
_KINDS: Final = {"pay": paycore.Kind.CHARGE, "refund": paycore.Kind.REFUND}
_STATES: Final = {
    "0": paycore.State.PENDING,
    "2": paycore.State.SUCCEEDED,
    "3": paycore.State.SUCCEEDED,
    "9": paycore.State.DECLINED,
}
_BRANDS: Final = {"V": "visa", "M": "mastercard", "D": "interac"}
_TELLING: Final = re.compile(r"[0-9]{3,}|[0-9A-Za-z]{20,}")


def opened(reply: paycore.Reply, sure: Collection[str] = ()) -> paycore.JsonObject:
    """Return what the envelope holds, without any security code.

    Raises:
        ProviderRefused: a refusal that is listed as `sure`.
        OutcomeUnknown: any other; it proves nothing.
    """
    said = reply.json
    code, why, data = said.get("retCode"), str(said.get("retMsg")).strip(), said.get("retData")
    if code == "SUCCESS" and reply.status == 200:
        top = {name: said[name] for name in ("redirectUrl",) if name in said}
        inner = data if isinstance(data, dict) else {}
        return top | {name: value for name, value in inner.items() if name != "cvv"}
    if code == "FAIL" and why in sure:
        ours = "TOKEN_UNUSABLE" if why == UNBOUND else "REFUSED"
        raise paycore.ProviderRefused("IOTPay refused", provider_code=why, code=paycore.DeclineCode[ours].value)
    shown = _TELLING.sub("*", why)[:100]
    raise paycore.OutcomeUnknown(f"IOTPay answered {shown!r} (HTTP {reply.status}), which proves nothing")


def report_of(
    account: Account,
    kind: paycore.Kind,
    heard: paycore.JsonObject,
    otherwise: type[paycore.PaycoreError] = paycore.OutcomeUnknown,
) -> paycore.Report:
    """Return what an order object says, where one about a `kind` is awaited.

    A success needs its amount; 3 is a success of a payment only, never of a refund.

    Raises:
        otherwise: it is malformed, or another merchant's.
    """
    order = paycore.load(HEARD, heard, otherwise=otherwise)
    if order["merchant_id"] not in ("", account.merchant_id):
        raise otherwise("mchId: another merchant's", field="mchId")
    told, status = _KINDS.get(str(order["pay_type"])), str(order["status"])
    gives_back = (told or kind).gives_back
    state = _STATES.get(status, paycore.State.UNKNOWN)
    ...
