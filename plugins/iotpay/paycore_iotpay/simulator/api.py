"""The endpoints under /v3/: who asks, what is done, what is answered."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from paycore.wire.strict import JsonObject, parse_json
from paycore_iotpay.simulator import form, till
from paycore_iotpay.simulator.book import Book
from paycore_iotpay.simulator.cards import DECLINE, SUCCESS, presented
from paycore_iotpay.simulator.members import Fields, Refused, checked, opened
from paycore_iotpay.simulator.records import PAID, Card, Order
from paycore_iotpay.simulator.said import card_object, order_object

WALLET_CHANNELS: Final = {"ApplePay": "CC_CA", "GooglePay": "CC_CG"}
WALLET_NUMBER: Final = "411111******1111"


def answer(book: Book, endpoint: str, raw: bytes, content_type: str) -> JsonObject:
    """Do what is asked, and return the envelope that answers it.

    retCode SUCCESS only means that it was understood: whether money moved is for status to say.
    """
    try:
        if content_type != "application/json":
            raise Refused("parameter error: Content-Type")
        if endpoint in form.ENDPOINTS:
            fields = checked(endpoint, parse_json(raw, otherwise=Refused))
        else:
            fields = opened(book.merchant, endpoint, raw)
        with book.changing():
            till.ripen(book)
            data = (ENDPOINTS | form.ENDPOINTS)[endpoint](book, fields)
    except Refused as refused:
        return {"retCode": "FAIL", "retMsg": str(refused)}
    return {"retCode": "SUCCESS", "retMsg": "", "retData": data}


def _purchase(book: Book, fields: Fields) -> JsonObject:
    order = book.put(_ordered(book, "cc_purchase", fields, fields["channel"]))
    return form.opened_page(book, "purchase", order.pay_order_id, fields)


def _addcard(book: Book, fields: Fields) -> JsonObject:
    form.unbound(book, fields["cardId"])
    page = form.opened_page(book, "addcard", fields["cardId"], fields)
    return {**page, "channel": fields["channel"]}


def _directaddcard(book: Book, fields: Fields) -> JsonObject:
    form.unbound(book, fields["cardId"])
    card = presented(fields, fields["channel"])
    book.records.cards[fields["cardId"]] = card
    return card_object(fields["cardId"], card)


def _directpurchase(book: Book, fields: Fields) -> JsonObject:
    card = presented(fields, fields["channel"])
    order = _ordered(book, "cc_directpurchase", fields, fields["channel"])
    return order_object(book, till.charge(book, order, card))


def _querycard(book: Book, fields: Fields) -> JsonObject:
    return card_object(fields["cardId"], _bound(book, fields))


def _purchasewithtoken(book: Book, fields: Fields) -> JsonObject:
    card = _bound(book, fields)
    if card.channel == "UPI_EX" and "notifyUrl" not in fields:
        raise Refused("parameter error: notifyUrl")
    order = _ordered(book, "cc_purchasewithtoken", fields, card.channel)
    return order_object(book, till.charge(book, order, card))


def _purchasewithwallet(book: Book, fields: Fields) -> JsonObject:
    if fields.get("channel", "PF_CC") != "PF_CC":
        raise Refused("wallet is not supported on this channel")
    channel = WALLET_CHANNELS[fields["walletType"]]
    card = Card(WALLET_NUMBER, channel, _wallet_behaviour(fields["walletData"]), brand="V")
    order = _ordered(book, "cc_purchasewithwallet", fields, channel)
    return {**order_object(book, till.charge(book, order, card)), "capture": "Y"}


def _refund(book: Book, fields: Fields) -> JsonObject:
    payment = _paid(book, fields)
    order = _reversal(book, "refund", payment, int(fields["refundAmount"]), fields)
    return order_object(book, till.refund(book, payment, order))


def _void(book: Book, fields: Fields) -> JsonObject:
    payment = _paid(book, fields)
    order = _reversal(book, "void", payment, payment.amount, fields)
    return order_object(book, till.void(book, payment, order))


def _query(book: Book, fields: Fields) -> JsonObject:
    """Answer for a payment, refund or void; where both numbers are given they must agree."""
    asked = [fields[name] for name in ("payOrderId", "mchOrderNo") if name in fields]
    if not asked:
        raise Refused("parameter error: mchOrderNo")
    found = [book.find(reference) for reference in asked]
    order = found[0]
    if order is None or any(other != order for other in found):
        raise Refused("order not found")
    return order_object(book, order)


def _ordered(book: Book, endpoint: str, fields: Fields, channel: str) -> Order:
    """Return a new payment under a number that was not used before."""
    if book.taken(fields["mchOrderNo"]):
        raise Refused("mchOrderNo already exists")
    return Order(
        pay_order_id=book.new_id("PC"),
        number=fields["mchOrderNo"],
        kind="charge",
        endpoint=endpoint,
        amount=int(fields["amount"]),
        currency=fields["currency"],
        channel=channel,
        notify_url=fields.get("notifyUrl", ""),
    )


def _reversal(book: Book, kind: str, payment: Order, amount: int, fields: Fields) -> Order:
    """Return a new refund or void of `payment`, under a number that was not used before."""
    if book.taken(fields["mchRefundNo"]):
        raise Refused("mchRefundNo already exists")
    return replace(
        payment,
        pay_order_id=book.new_id("RP"),
        number=fields["mchRefundNo"],
        kind=kind,
        endpoint=f"cc_{kind}",
        amount=amount,
        notify_url=fields.get("notifyUrl", payment.notify_url),
        original_id=payment.pay_order_id,
        returned=0,
    )


def _paid(book: Book, fields: Fields) -> Order:
    order = book.records.orders.get(fields["payOrderId"])
    if order is None or order.kind != "charge":
        raise Refused("order not found")
    if order.status != PAID:
        raise Refused("order is not paid")
    return order


def _bound(book: Book, fields: Fields) -> Card:
    card = book.records.cards.get(fields["cardId"])
    if card is None:
        raise Refused("cardId is not binding")
    return card


def _wallet_behaviour(data: str) -> str:
    """Read a wallet's token: any Base64 pays, except an object whose `simulated` is `decline`."""
    try:
        opened_data = base64.b64decode(data, validate=True)
    except ValueError:
        raise Refused("parameter error: walletData") from None
    try:
        token = json.loads(opened_data)
    except (ValueError, RecursionError):
        return SUCCESS
    declines = isinstance(token, dict) and token.get("simulated") == DECLINE
    return DECLINE if declines else SUCCESS


ENDPOINTS: Final[dict[str, Callable[[Book, Fields], JsonObject]]] = {
    "cc_purchase": _purchase,
    "cc_addcard": _addcard,
    "cc_directaddcard": _directaddcard,
    "cc_directpurchase": _directpurchase,
    "cc_querycard": _querycard,
    "cc_purchasewithtoken": _purchasewithtoken,
    "cc_purchasewithwallet": _purchasewithwallet,
    "cc_refund": _refund,
    "cc_void": _void,
    "cc_query": _query,
}
"""What each endpoint does, by its name; `Refused` means that nothing has happened."""
