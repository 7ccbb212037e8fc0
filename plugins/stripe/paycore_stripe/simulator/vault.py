"""Customers and the cards that are kept for them."""

from __future__ import annotations

from typing import Final

from paycore.wire.strict import JsonObject
from paycore_stripe.simulator import cards
from paycore_stripe.simulator.book import Book
from paycore_stripe.simulator.events import tell
from paycore_stripe.simulator.reading import ID, METADATA, TEXT, checked
from paycore_stripe.simulator.refusing import Refused, missing

EXPIRES: Final = {"exp_month": 12, "exp_year": 2034}


def kept(book: Book, card: cards.TestCard, customer: str | None = None) -> JsonObject:
    """Keep a card, or a bank account, as a payment method; its number is kept nowhere."""
    last4 = card.number[-4:]
    shown = {"brand": card.brand, "country": "US", "funding": "credit", "last4": last4, **EXPIRES}
    kind = "card" if card.brand else "us_bank_account"
    method = book.new(
        "payment_method",
        "pm",
        billing_details={"name": None},
        customer=None,
        metadata={},
        type=kind,
        **{kind: shown if card.brand else {"last4": last4, "bank_name": "Simulated bank"}},
        _does=card.does,
        _code=card.code,
        _decline_code=card.decline_code,
        _storable=cards.storable(card),
    )
    return method if customer is None else attached(book, method, customer)


def attached(book: Book, method: JsonObject, customer: str) -> JsonObject:
    """Keep a payment method for a customer, and tell of it."""
    method = book.put({**method, "customer": customer})
    tell(book, "payment_method.attached", method)
    return method


def usable(book: Book, name: str, customer: str | None) -> JsonObject:
    """Return a payment method that may be charged; a public test name stands for a new one.

    Raises:
        Refused: there is none, or it is kept for another customer.
    """
    if (card := cards.named(name)) is not None:
        return kept(book, card)
    method = book.records.things.get(name)
    if method is None or method["object"] != "payment_method":
        raise missing("payment_method", name, "payment_method")
    if method["customer"] != customer:
        raise Refused(
            "The payment method is kept for a customer: name that one", param="payment_method"
        )
    return method


def customer(book: Book, said: JsonObject) -> JsonObject:
    """Keep a customer, and tell of it."""
    shapes = {"description": TEXT, "email": TEXT, "metadata": METADATA, "name": TEXT}
    said = checked(said, {**shapes, "payment_method": ID})
    method = usable(book, said["payment_method"], None) if "payment_method" in said else None
    made = book.new(
        "customer",
        "cus",
        description=said.get("description"),
        email=said.get("email"),
        metadata=said.get("metadata", {}),
        name=said.get("name"),
    )
    tell(book, "customer.created", made)
    if method is not None:
        attached(book, method, made["id"])
    return made


def attach(book: Book, said: JsonObject, name: str) -> JsonObject:
    """Keep a payment method for a customer."""
    said = checked(said, {"customer": ID}, "customer")
    book.get("customer", said["customer"], "customer")
    method = usable(book, name, None)
    if not method["_storable"]:
        raise Refused("The card was declined", status=402, kind="card_error", code=method["_code"])
    return attached(book, method, said["customer"])


def detach(book: Book, said: JsonObject, name: str) -> JsonObject:
    """Keep it for nobody any more: it can never be used again."""
    checked(said, {})
    method = book.get("payment_method", name)
    if method["customer"] is None:
        raise Refused("The payment method is kept for nobody", param="payment_method")
    method = book.put({**method, "customer": None, "_does": cards.DECLINE})
    tell(book, "payment_method.detached", method)
    return method
