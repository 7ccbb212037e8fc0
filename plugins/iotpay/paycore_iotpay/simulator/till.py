"""Where money moves: charges, refunds and voids, each with its effect and its notification."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from paycore.simulators import Effect
from paycore_iotpay.simulator.book import Book, moment
from paycore_iotpay.simulator.cards import DECLINE, LATE
from paycore_iotpay.simulator.members import Refused
from paycore_iotpay.simulator.records import (
    FAILED,
    PAID,
    UNDECIDED,
    Card,
    Delivery,
    Order,
)

SETTLES_AFTER_MS: Final = 24 * 3600 * 1000
LATE_AFTER_MS: Final = 60 * 1000
HELD_MS: Final = 60 * 1000


def charge(book: Book, order: Order, card: Card) -> Order:
    """Take the money, or not, as the card behaves; return the payment as it stands then."""
    order = replace(order, card=card)
    if card.behaviour == DECLINE:
        return book.put(replace(order, status=FAILED, done_ms=book.now_ms()))
    if card.behaviour == LATE:
        ripe_ms = book.now_ms() + LATE_AFTER_MS
        return book.put(replace(order, status=UNDECIDED, ripe_ms=ripe_ms))
    return _moved(book, order)


def ripen(book: Book) -> None:
    """Let every late card succeed whose time has come."""
    now_ms = book.now_ms()
    for order in sorted(book.late.values(), key=lambda order: order.ripe_ms):
        if order.ripe_ms <= now_ms:
            _moved(book, order)


def refund(book: Book, payment: Order, order: Order) -> Order:
    """Give `order.amount` of a settled payment back.

    Raises:
        Refused: it is not settled, or less than that is left.
    """
    if not settled(book, payment):
        raise Refused("order is not settled, please use void")
    if order.amount > refundable(payment):
        raise Refused("refund amount exceeds refundable")
    return _returned(book, payment, order)


def void(book: Book, payment: Order, order: Order) -> Order:
    """Take a payment back as a whole, before it is settled.

    Raises:
        Refused: it is settled, or was voided.
    """
    if settled(book, payment):
        raise Refused("order is settled, please use refund")
    if not refundable(payment):
        raise Refused("order is voided")
    return _returned(book, payment, order)


def settled(book: Book, payment: Order) -> bool:
    """Return whether a paid payment is too old to be voided."""
    return book.now_ms() >= payment.done_ms + SETTLES_AFTER_MS


def refundable(order: Order) -> int:
    """Return what may still be given back of it, in minor units."""
    paid = order.kind == "charge" and order.status == PAID
    return order.amount - order.returned if paid else 0


def _returned(book: Book, payment: Order, order: Order) -> Order:
    book.put(replace(payment, returned=payment.returned + order.amount))
    return _moved(book, replace(order, card=payment.card))


def _moved(book: Book, order: Order) -> Order:
    """Book a success: its effect, and the notification that tells of it."""
    order = book.put(replace(order, status=PAID, done_ms=book.now_ms()))
    book.records.effects.append(
        Effect(
            kind=order.kind,
            reference=order.number,
            provider_reference=order.pay_order_id,
            amount_minor=order.amount,
            currency=order.currency,
            at=moment(order.done_ms).isoformat(),
        )
    )
    if order.kind != "void" and order.notify_url:
        _announce(book, order)
    return order


def _announce(book: Book, order: Order) -> None:
    """Put the notification of a success into the post, as the faults want it."""
    kind = book.faults.take(order.endpoint, notifying=True)
    delivery = Delivery(order.pay_order_id, due_ms=order.done_ms)
    post = book.records.deliveries
    if kind == "late_notification":
        post.append(replace(delivery, due_ms=order.done_ms + HELD_MS))
    elif kind == "reordered_notifications":
        post.append(replace(delivery, due_ms=order.done_ms + HELD_MS, held=True))
    elif kind != "lost_notification":
        post += [delivery] * (2 if kind == "duplicate_notification" else 1)
        _overtaken(post, order.done_ms)


def _overtaken(post: list[Delivery], now_ms: int) -> None:
    """Let those go that waited for the one which was just put in: behind it."""
    held = [delivery for delivery in post if delivery.held]
    post[:] = [delivery for delivery in post if not delivery.held]
    post += [replace(delivery, held=False, due_ms=now_ms) for delivery in held]
