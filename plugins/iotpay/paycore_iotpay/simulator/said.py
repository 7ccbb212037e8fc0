"""How the gateway puts a payment or a card into words."""

from __future__ import annotations

from paycore.wire.strict import JsonObject
from paycore_iotpay.simulator.book import Book, moment
from paycore_iotpay.simulator.records import PAID, Card, Order
from paycore_iotpay.simulator.till import refundable


def order_object(book: Book, order: Order) -> JsonObject:
    """Return the order object of answers and notifications; what is not known yet is empty."""
    card, last = order.card, order.pay_order_id[-12:] if order.card else ""
    return {
        "payOrderId": order.pay_order_id,
        "mchId": book.merchant.merchant_id,
        "mchOrderNo": order.number,
        "originalOrderId": order.original_id,
        "amount": order.amount,
        "currency": order.currency,
        "payType": "pay" if order.kind == "charge" else "refund",
        "refundable": refundable(order),
        "status": order.status,
        "invoiceNum": last,
        "paySuccTime": f"{moment(order.done_ms):%Y-%m-%d %H:%M:%S}" if order.status == PAID else "",
        "cardNum": card.number if card else "",
        "cardType": card.brand if card else "",
        "expiryDate": card.expiry if card else "",
        "authNum": f"T{last[-5:]}" if order.status == PAID else "",
        "transNum": last,
        "channel": order.channel,
    }


def card_object(card_id: str, card: Card) -> JsonObject:
    """Return what is said of a stored card; its security code was never kept."""
    return {
        "cardId": card_id,
        "cardNum": card.number,
        "expiryDate": card.expiry,
        "holder": card.holder,
        "cvv": "***",
    }
