"""What we say to Stripe, in nested words: `bracketed` lays them flat, as its forms have them."""

from __future__ import annotations

from typing import Any, Final

import paycore
from paycore import JsonObject
from paycore_stripe import amounts

OURS: Final = "paycore_reference"
"""Where Stripe keeps our wire reference."""
VIA: Final = "paycore_via"
"""How it was asked for: on a `page` or `form` a payer can still try another card."""
CAPTURED: Final = "paycore_capture"
"""Where a payment keeps the wire reference of its capture."""


def page(request: paycore.ChargeRequest) -> JsonObject:
    """Say a page to pay on; its payment carries our reference as well."""
    product = {"name": (request.description or request.reference)[:250]}
    product["description"] = request.details[:250]
    price = {**_amount("unit_amount", request.amount), "product_data": product}
    lines = [{"quantity": 1, "price_data": price}]
    begun = _page(request, "payment_intent_data", _hold(request))
    return {"mode": "payment", "line_items": lines, **begun}


def payment(request: paycore.ChargeRequest) -> JsonObject:
    """Say a payment by a stored card at once, or by a form; InvalidRequest: a strange token."""
    said = {**_amount("amount", request.amount), **_hold(request), "expand": ["latest_charge"]}
    if not isinstance(request.method, paycore.StoredToken):
        return {**said, **_card(request, "form")}
    customer, _, card = request.method.token.partition(":")
    if not (customer.startswith("cus_") and card.startswith("pm_")):
        raise paycore.InvalidRequest("token: want a customer and a card", field="token")
    said |= {"customer": customer, "payment_method": card, "confirm": "true", "off_session": "true"}
    return {**said, **_card(request, "token")}


def card_page(request: paycore.TokenizeRequest) -> JsonObject:
    """Say a page to store a card on, for a customer that is made there."""
    mode = {"mode": "setup", "customer_creation": "always"}
    return {**mode, **_page(request, "setup_intent_data", {})}


def card_form(request: paycore.TokenizeRequest, customer: str) -> JsonObject:
    """Say a card to store in a form of ours, for a customer that was made before."""
    return {"customer": customer, "usage": "off_session", **_card(request, "form")}


def part(name: str, mark: str, request: Any) -> JsonObject:
    """Say how much to take or give back of a payment, and where it keeps our reference."""
    return {name: amounts.said(request.amount), "metadata": {mark: request.reference}}


def _page(request: Any, inner: str, begun: JsonObject) -> JsonObject:
    """Say where a page leads back to, and whose it is and whatever is begun on it."""
    said, back = _card(request, "page"), request.method.return_url
    said |= {inner: {**begun, "metadata": said["metadata"]}, "success_url": back}
    return {**said, "client_reference_id": request.reference, "cancel_url": back}


def _card(request: Any, via: str) -> JsonObject:
    marks = {OURS: request.reference, VIA: via}
    return {"metadata": marks, "payment_method_types": ["card"]}


def _amount(name: str, money: paycore.Money) -> JsonObject:
    return {name: amounts.said(money), "currency": money.currency.lower()}


def _hold(request: paycore.ChargeRequest) -> JsonObject:
    how = {} if request.capture else {"capture_method": "manual"}
    return {"description": request.description[:1000], **how}
