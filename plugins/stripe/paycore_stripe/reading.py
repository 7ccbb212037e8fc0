"""What Stripe answers, and what it says of things, in our words."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

import paycore
from paycore import JsonObject, Kind, OutcomeUnknown, Report, State
from paycore.wire.fields import by_last_four
from paycore.wire.messages import inside
from paycore_stripe import amounts
from paycore_stripe.account import Account
from paycore_stripe.saying import CAPTURED, OURS, VIA
from paycore_stripe.schemas import CODES, ERROR, STATES, THING, UNPAID

_SCRIPT: Final = "https://js.stripe.com/v3/"
_FINAL: Final = {(402, "card_error"), *((at, "invalid_request_error") for at in (400, 404))}
_UNTOUCHED: Final = ("requires_payment_method", "canceled")
_OBJECTS: Final = {Kind.REFUND: "refund", Kind.TOKEN: "setup_intent"}
_COUNTED: Final = {
    Kind.CHARGE: {"succeeded": "amount_received", "requires_capture": "amount_capturable"},
    Kind.CAPTURE: {"succeeded": "amount_received"},
}


def opened(reply: paycore.Reply, sure: Collection[str] = ()) -> JsonObject:
    """Return what was answered; ProviderRefused for a `sure` refusal, and for no other."""
    said = reply.json
    if reply.status == 200 and "error" not in said:
        return said
    told = paycore.load(ERROR, said.get("error") or {})
    untouched = told["payment_intent"].get("status", "canceled") in _UNTOUCHED
    if told["code"] in sure and (reply.status, told["type"]) in _FINAL and untouched:
        why = _why(told)
        word, code = why.provider_code, why.code.value
        raise paycore.ProviderRefused("Stripe refused", provider_code=word, code=code)
    shown = told["code"] if re.fullmatch("[a-z_]{1,60}", told["code"]) else "something"
    raise OutcomeUnknown(f"Stripe answered {reply.status}, {shown}: that proves nothing")


def is_missing(reply: paycore.Reply) -> bool:
    """Return whether Stripe says that there is no such thing."""
    return reply.status == 404 and inside(reply.json, "error", "code") == "resource_missing"


def read(account: Account, kind: Kind, heard: Mapping[str, Any], asked: Any = None) -> Report:
    """Return what a thing says of a `kind` of operation; of a release, what was `asked` for."""
    if heard.get("object") == "checkout.session":
        return _page(account, kind, heard)
    told, raw = _told(heard, _OBJECTS.get(kind, "payment_intent"))
    marks, state, via = told["metadata"], _state(kind, told), told["metadata"].get(VIA)
    own, ends = marks.get(OURS), kind in (Kind.CAPTURE, Kind.RELEASE)
    if kind is Kind.RELEASE and asked and own == asked.charge_reference:
        own = asked.reference  # which Stripe keeps nowhere
    failed = told["last_payment_error"] or {"code": told["failure_reason"]}
    secret = told["client_secret"] if via == "form" else ""
    form = paycore.MountForm(_SCRIPT, secret, "add" if kind is Kind.TOKEN else "pay")
    waits = paycore.Wait() if told["status"] == "processing" else form if secret else None
    return Report(
        marks.get(CAPTURED) if kind is Kind.CAPTURE else own,
        state,
        _amount(kind, told),
        kind,
        provider_reference="" if ends or via == "page" else told["id"],
        next_action=waits if state is State.PENDING else None,
        instrument=_card(told),
        decline=_why(failed) if state is State.DECLINED else None,
        token=_token(told) if (kind, state) == (Kind.TOKEN, State.SUCCEEDED) else "",
        refundable=_left(told) if (kind, state) == (Kind.CHARGE, State.SUCCEEDED) else None,
        raw=raw,
    )


def _state(kind: Kind, told: JsonObject) -> State:
    """Return what a status says; where it says too little to be believed, UNKNOWN."""
    state, via = STATES[kind].get(told["status"], State.UNKNOWN), told["metadata"].get(VIA)
    tried = told["status"] == "requires_payment_method" and told["last_payment_error"]
    if tried and via == "token" and kind is Kind.CHARGE:
        return State.DECLINED  # nobody is there who could try another card
    vague = not _token(told) if kind is Kind.TOKEN else _amount(kind, told) is None
    return State.UNKNOWN if vague and state in (State.SUCCEEDED, State.AUTHORIZED) else state


def _amount(kind: Kind, told: JsonObject) -> paycore.Money | None:
    """Return what moved or is held, and else what was asked for; of a capture only what moved."""
    otherwise = "" if kind is Kind.CAPTURE else "amount"
    return _money(told, _COUNTED.get(kind, {}).get(told["status"], otherwise))


def _page(account: Account, kind: Kind, heard: Mapping[str, Any]) -> Report:
    """Return what a page came to: what was begun on it decides, where that is told."""
    told, raw = _told(heard, "checkout.session")
    own, status = told["metadata"].get(OURS), told["status"]
    unpaid, amount = UNPAID.get(status, State.UNKNOWN), _money(told, "amount_total")
    report = Report(own, unpaid, amount, kind, raw=raw)
    begun = told["setup_intent" if kind is Kind.TOKEN else "payment_intent"]
    if isinstance(begun, dict):
        whose = begun.get("customer") or told["customer"]
        report = read(account, kind, {**begun, "customer": whose})
        if report.reference != own or report.provider_reference:
            raise OutcomeUnknown("metadata: another one's page", field="metadata")
        state = unpaid if begun.get("status") == "requires_payment_method" else report.state
        report = replace(report, state=state, raw={**report.raw, "page": raw})
    elif status == "complete" or (status == "expired" and begun):  # what came of it is only named
        paid = status == "complete" and begun and told["payment_status"] == "paid" and amount
        state, waits = (State.SUCCEEDED, None) if paid else (State.PENDING, paycore.Wait())
        report = replace(report, state=state, next_action=waits)
    unpaid_at = told["url"] if report.state is State.PENDING and status == "open" else ""
    action = paycore.Redirect(account.page(unpaid_at)) if unpaid_at else None
    return replace(report, provider_reference=told["id"], next_action=report.next_action or action)


def _told(heard: Mapping[str, Any], what: str) -> tuple[JsonObject, JsonObject]:
    """Return the members of a thing of the kind that is awaited, and its evidence."""
    told = paycore.load(THING, heard)
    if told["object"] != what:
        raise OutcomeUnknown("object: not what was asked for", field="object")
    return told, paycore.scrubbed(THING, heard)


def _money(told: JsonObject, name: str) -> paycore.Money | None:
    units = told.get(name)
    return None if units is None else amounts.heard(units, told["currency"])


def _left(told: JsonObject) -> paycore.Money | None:
    """Return what is left to refund; of a part that was captured, Stripe counts in two ways."""
    names = ("amount", "amount_captured", "amount_refunded")
    asked, taken, gone = (inside(told["latest_charge"], name) for name in names)
    if type(taken) is not int or type(gone) is not int or asked != taken:
        return None
    return amounts.heard(taken - gone, told["currency"])


def _why(error: Mapping[str, Any]) -> paycore.Decline:
    """Return why something failed or was refused: the bank's word for it, else Stripe's."""
    told = paycore.load(ERROR, error)
    word, of_card = told["decline_code"] or told["code"], told["type"] == "card_error"
    plain = paycore.DeclineCode.CARD_DECLINED if of_card else paycore.DeclineCode.REFUSED
    return paycore.Decline(CODES.get(word, plain), word)


def _card(told: JsonObject) -> paycore.Instrument | None:
    """Return the card that was used or stored, where it is told and not only named."""
    used = inside(told["latest_charge"], "payment_method_details", "card")
    card = used or inside(told["payment_method"], "card")
    return by_last_four(card, "last4", "brand", "exp_month", "exp_year")


def _token(told: JsonObject) -> str:
    """Return the name of a stored card: its customer's and its own, or nothing without both."""
    both = [inside(told[name], "id") or told[name] for name in ("customer", "payment_method")]
    token = ":".join(map(str, both))
    return token if re.fullmatch("cus_[A-Za-z0-9]+:pm_[A-Za-z0-9_]+", token) else ""
