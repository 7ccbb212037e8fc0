"""SetupIntents: a card is stored for later, and nothing is charged."""

from __future__ import annotations

from typing import Final

from paycore.wire.strict import JsonObject
from paycore_stripe.simulator import vault
from paycore_stripe.simulator.book import Book, new_id
from paycore_stripe.simulator.events import tell
from paycore_stripe.simulator.reading import BOOL, ID, METADATA, TEXT, URL, checked, flag
from paycore_stripe.simulator.refusing import wrong, wrong_state

_CONFIRM: Final = {"payment_method": ID, "return_url": URL}
_CREATE: Final = {
    **_CONFIRM,
    "automatic_payment_methods": {"enabled": BOOL, "allow_redirects": "always|never"},
    "confirm": BOOL,
    "customer": ID,
    "description": TEXT,
    "metadata": METADATA,
    "payment_method_types": ["[a-z_]+"],
    "usage": "on_session|off_session",
}


def create(book: Book, said: JsonObject) -> JsonObject:
    """Prepare to store a card, and do it at once where that is asked for."""
    said = checked(said, _CREATE)
    if "return_url" in said and not flag(said, "confirm"):
        raise wrong("return_url", "is only for what is confirmed at once")
    if "customer" in said:
        book.get("customer", said["customer"], "customer")
    if not flag(said, "confirm"):
        return opened(book, said)
    method = _method(book, said)
    return stored(book, opened(book, said), method)


def opened(book: Book, said: JsonObject) -> JsonObject:
    """Keep a SetupIntent that waits for a payment method, and tell of it."""
    name = new_id("seti")
    setup = book.new(
        "setup_intent",
        "seti",
        cancellation_reason=None,
        client_secret=f"{name}_secret_{new_id('x')[2:]}",
        customer=said.get("customer"),
        description=said.get("description"),
        last_setup_error=None,
        metadata=said.get("metadata", {}),
        next_action=None,
        payment_method=None,
        payment_method_types=said.get("payment_method_types", ["card"]),
        status="requires_payment_method",
        usage=said.get("usage", "off_session"),
        id=name,
    )
    tell(book, "setup_intent.created", setup)
    return setup


def confirm(book: Book, said: JsonObject, name: str) -> JsonObject:
    """Store a payment method; the answer is the SetupIntent, or the error of a decline."""
    setup = book.get("setup_intent", name)
    said = checked(said, _CONFIRM)
    _check_open(setup)
    return stored(book, setup, _method(book, {"customer": setup["customer"], **said}))


def cancel(book: Book, said: JsonObject, name: str) -> JsonObject:
    """Give it up before anything was stored."""
    checked(said, {"cancellation_reason": "abandoned|requested_by_customer|duplicate"})
    setup = book.get("setup_intent", name)
    _check_open(setup)
    setup = book.put({**setup, "status": "canceled"})
    tell(book, "setup_intent.canceled", setup)
    return setup


def stored(book: Book, setup: JsonObject, method: JsonObject) -> JsonObject:
    """Store a payment method with its customer, where there is one, and tell of it."""
    _check_open(setup)
    if not method["_storable"]:
        error = {"type": "card_error", "code": method["_code"], "message": "The card was declined"}
        setup = book.put({**setup, "last_setup_error": error})
        tell(book, "setup_intent.setup_failed", setup)
        return {"error": error}
    if setup["customer"] and method["customer"] is None:
        method = vault.attached(book, method, setup["customer"])
    setup = book.put({**setup, "status": "succeeded", "payment_method": method["id"]})
    tell(book, "setup_intent.succeeded", setup)
    return setup


def _method(book: Book, said: JsonObject) -> JsonObject:
    if "payment_method" not in said:
        raise wrong("payment_method", "is required to confirm", "parameter_missing")
    return vault.usable(book, said["payment_method"], said.get("customer"))


def _check_open(setup: JsonObject) -> None:
    if setup["status"] != "requires_payment_method":
        raise wrong_state(setup)
