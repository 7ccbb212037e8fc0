"""Checkout Sessions: pages for one payment or one card, opened by a merchant, used by a payer."""

from __future__ import annotations

from typing import Final

from paycore.wire.strict import JsonObject
from paycore_stripe.simulator import intents, setups, vault
from paycore_stripe.simulator.book import RIPE, Book, new_id
from paycore_stripe.simulator.cards import TestCard
from paycore_stripe.simulator.events import tell
from paycore_stripe.simulator.ordering import ordered, title
from paycore_stripe.simulator.reading import checked
from paycore_stripe.simulator.refusing import Refused

PAGE: Final = "/c/pay/"


def create(book: Book, said: JsonObject) -> JsonObject:
    """Open a page for one payment, or to store one card."""
    said, total, currency = ordered(book, said)
    paying = said["mode"] == "payment"
    name = new_id("cs_test")
    setup = None
    if not paying:
        data = {**said.get("setup_intent_data", {}), "customer": said.get("customer")}
        setup = setups.opened(book, data)["id"]
    return book.new(
        "checkout.session",
        "cs_test",
        amount_subtotal=total,
        amount_total=total,
        cancel_url=said.get("cancel_url"),
        client_reference_id=said.get("client_reference_id"),
        currency=currency and currency.lower(),
        customer=said.get("customer"),
        customer_creation=said.get("customer_creation", "if_required"),
        customer_email=said.get("customer_email"),
        expires_at=said["expires_s"],
        metadata=said.get("metadata", {}),
        mode=said["mode"],
        payment_intent=None,
        payment_method_types=said.get("payment_method_types", ["card"]),
        payment_status="unpaid" if paying else "no_payment_required",
        setup_intent=setup,
        status="open",
        success_url=said["success_url"],
        url=f"{book.base_url}{PAGE}{name}",
        _automatic="payment_method_types" not in said,
        _intent={**said.get("payment_intent_data", {}), "currency": currency},
        _title=title(said),
        _location="",
        id=name,
        **{RIPE: said["expires_s"] * 1000},
    )


def expire(book: Book, said: JsonObject, name: str) -> JsonObject:
    """Close a page that is still open."""
    checked(said, {})
    return closed(book, opened(book, name))


def closed(book: Book, session: JsonObject) -> JsonObject:
    """Close a page by hand or by the clock; what was tried on it is given up."""
    session = book.put({**session, "status": "expired", "url": None, RIPE: 0})
    if session["payment_intent"]:
        gone = {"status": "canceled", "canceled_at": book.now_s()}
        intent = book.records.things[session["payment_intent"]]
        intent = book.put({**intent, **gone, "cancellation_reason": "abandoned"})
        tell(book, "payment_intent.canceled", intent)
    tell(book, "checkout.session.expired", session)
    return session


def opened(book: Book, name: str) -> JsonObject:
    """Return a page that can still be filled in.

    Raises:
        Refused: there is none, it was used, or it has closed.
    """
    session = book.get("checkout.session", name)
    if session["status"] != "open":
        raise Refused(f"The page is {session['status']}, not open", code="session_not_open")
    return session


def filled(book: Book, session: JsonObject, card: TestCard) -> str:
    """Fill a page in; return where its browser goes: to the merchant, or to the page again.

    Raises:
        Refused: such a card cannot pay here.
    """
    if not card.brand and not _takes_banks(session):
        raise Refused("A bank account cannot pay here", code="payment_method_unsupported_type")
    if session["mode"] == "setup":
        done = _stored(book, session, card)
    else:
        done = _paid(book, session, card)
    if done is None:
        return f"{book.base_url}{PAGE}{session['id']}"
    location = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
    complete = {"status": "complete", "url": None, "_location": location, RIPE: 0}
    session = book.put({**book.records.things[session["id"]], **done, **complete})
    tell(book, "checkout.session.completed", session)
    return str(location)


def decided(book: Book, intent: JsonObject) -> None:
    """Tell of a page whose payment was decided late."""
    if not intent["_session"]:
        return
    paid = intent["status"] == "succeeded"
    session = book.records.things[intent["_session"]]
    session = book.put({**session, "payment_status": "paid" if paid else "unpaid"})
    word = "succeeded" if paid else "failed"
    tell(book, f"checkout.session.async_payment_{word}", session)


def _takes_banks(session: JsonObject) -> bool:
    holds = session["_intent"].get("capture_method") == "manual"
    return bool(session["_automatic"] and session["mode"] == "payment" and not holds)


def _paid(book: Book, session: JsonObject, card: TestCard) -> JsonObject | None:
    """Try to pay; return what the page says then, or nothing where it stays open."""
    if session["payment_intent"] is None:
        intent = intents.opened(book, session["amount_total"], _data(session), session["id"])
        session = book.put({**session, "payment_intent": intent["id"]})
    intent = book.records.things[session["payment_intent"]]
    customer = _customer(book, session)
    intent = intents.filled(book, {**intent, "customer": customer}, vault.kept(book, card))
    if intent["status"] == "requires_payment_method":
        return None
    paid = "paid" if intent["status"] == "succeeded" else "unpaid"
    return {"payment_status": paid, "customer": customer}


def _stored(book: Book, session: JsonObject, card: TestCard) -> JsonObject | None:
    """Try to store a card; return what the page says then, or nothing where it stays open."""
    setup = book.records.things[session["setup_intent"]]
    method = vault.kept(book, card)
    customer = _customer(book, session) if method["_storable"] else None
    setup = setups.stored(book, {**setup, "customer": customer}, method)
    return None if "error" in setup else {"customer": customer}


def _customer(book: Book, session: JsonObject) -> str | None:
    """Return the customer of a page, made now where the page makes one."""
    if session["customer"] or session["customer_creation"] != "always":
        name: str | None = session["customer"]
        return name
    made = vault.customer(book, {"email": session["customer_email"] or ""})["id"]
    book.put({**book.records.things[session["id"]], "customer": made})
    return str(made)


def _data(session: JsonObject) -> JsonObject:
    said: JsonObject = session["_intent"]
    if session["_automatic"]:
        return said
    return {**said, "payment_method_types": session["payment_method_types"]}
