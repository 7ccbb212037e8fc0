"""PaymentIntents: opened, confirmed, captured, canceled, found."""

from __future__ import annotations

from typing import Any, Final

from paycore.wire.strict import JsonObject
from paycore_stripe.simulator import till, vault
from paycore_stripe.simulator.book import Book, new_id
from paycore_stripe.simulator.events import tell
from paycore_stripe.simulator.reading import (
    AMOUNT,
    BOOL,
    CURRENCY,
    ID,
    METADATA,
    TEXT,
    URL,
    checked,
    flag,
    whole,
)
from paycore_stripe.simulator.records import public
from paycore_stripe.simulator.refusing import Refused, wrong, wrong_state

LEAST: Final = {"usd": 50, "cad": 50, "eur": 50, "gbp": 30, "jpy": 50}
"""The smallest amounts, where we know them; 1 elsewhere."""
MOST: Final = 99_999_999
_CONFIRM: Final = {
    "off_session": BOOL,
    "payment_method": ID,
    "return_url": URL,
    "setup_future_usage": "on_session|off_session",
}
_CREATE: Final = {
    **_CONFIRM,
    "amount": AMOUNT,
    "automatic_payment_methods": {"enabled": BOOL, "allow_redirects": "always|never"},
    "capture_method": "automatic|automatic_async|manual",
    "confirm": BOOL,
    "currency": CURRENCY,
    "customer": ID,
    "description": TEXT,
    "metadata": METADATA,
    "payment_method_types": ["[a-z_]+"],
    "receipt_email": TEXT,
    "statement_descriptor_suffix": TEXT,
}


def create(book: Book, said: JsonObject) -> JsonObject:
    """Open a payment, and confirm it at once where that is asked for.

    Returns:
        The payment, or the error object of a decline; then the payment is there all the same.
    """
    said = checked(said, _CREATE, "amount", "currency")
    method = _method(book, said) if flag(said, "confirm") else None
    for name in ("off_session", "return_url"):
        if name in said and method is None:
            raise wrong(name, "is only for a payment that is confirmed at once")
    intent = opened(book, amount_of(said), said)
    return intent if method is None else _attempted(book, intent, method, said)


def opened(book: Book, amount: int, said: JsonObject, session: str = "") -> JsonObject:
    """Keep a payment that waits for a payment method, and tell of it."""
    if customer := said.get("customer"):
        book.get("customer", customer, "customer")
    name = new_id("pi")
    automatic = said.get("automatic_payment_methods") or (
        {"enabled": "true"} if "payment_method_types" not in said else None
    )
    intent = book.new(
        "payment_intent",
        "pi",
        amount=amount,
        amount_capturable=0,
        amount_received=0,
        automatic_payment_methods=automatic
        and {"enabled": flag(automatic, "enabled"), "allow_redirects": "always"},
        canceled_at=None,
        cancellation_reason=None,
        capture_method=said.get("capture_method", "automatic"),
        client_secret=f"{name}_secret_{new_id('x')[2:]}",
        currency=said["currency"].lower(),
        customer=customer,
        description=said.get("description"),
        last_payment_error=None,
        latest_charge=None,
        metadata=said.get("metadata", {}),
        next_action=None,
        payment_method=None,
        payment_method_types=said.get("payment_method_types", ["card"]),
        receipt_email=said.get("receipt_email"),
        setup_future_usage=said.get("setup_future_usage"),
        status="requires_payment_method",
        _session=session,
        id=name,
    )
    tell(book, "payment_intent.created", intent)
    return intent


def confirm(book: Book, said: JsonObject, name: str) -> JsonObject:
    """Try to pay with a payment method; the answer is as `create` has it."""
    intent = book.get("payment_intent", name)
    said = checked(said, _CONFIRM)
    if intent["status"] not in {"requires_payment_method", "requires_confirmation"}:
        raise wrong_state(intent)
    return _attempted(book, intent, _method(book, {"customer": intent["customer"], **said}), said)


def capture(book: Book, said: JsonObject, name: str) -> JsonObject:
    """Take what was held."""
    intent = book.get("payment_intent", name)
    said = checked(said, {"amount_to_capture": AMOUNT, "metadata": METADATA, "final_capture": BOOL})
    amount = whole(said, "amount_to_capture", intent["amount_capturable"])
    kept = {**intent, "metadata": {**intent["metadata"], **said.get("metadata", {})}}
    return till.capture(book, kept, amount)


def cancel(book: Book, said: JsonObject, name: str) -> JsonObject:
    """Give a payment up that has taken nothing."""
    reasons = "duplicate|fraudulent|requested_by_customer|abandoned"
    said = checked(said, {"cancellation_reason": reasons})
    return till.cancel(book, book.get("payment_intent", name), said.get("cancellation_reason"))


def filled(book: Book, intent: JsonObject, method: JsonObject) -> JsonObject:
    """Let a payer fill the form of a payment in, and pass a challenge where there is one."""
    if intent["status"] == "requires_action":
        return till.accepted(book, intent, book.records.things[intent["payment_method"]])
    if intent["status"] != "requires_payment_method":
        raise wrong_state(intent)
    if intent["capture_method"] == "manual" and method["type"] != "card":
        raise Refused("Only a card can be held", code="payment_method_unsupported_type")
    intent = till.attempt(book, intent, method)
    if intent["status"] == "requires_action":
        return till.accepted(book, intent, method)
    return intent


def amount_of(said: JsonObject, name: str = "amount", times: int = 1) -> int:
    """Return the amount of a payment.

    Raises:
        Refused: it is smaller or larger than Stripe takes.
    """
    amount = whole(said, name, 0) * times
    if amount < LEAST.get(said["currency"].lower(), 1):
        raise wrong(name, "is less than can be taken", "amount_too_small")
    if amount > MOST:
        raise wrong(name, "is more than can be taken", "amount_too_large")
    return amount


def _method(book: Book, said: JsonObject) -> JsonObject:
    if "payment_method" not in said:
        raise wrong("payment_method", "is required to confirm", "parameter_missing")
    return vault.usable(book, said["payment_method"], said.get("customer"))


def _attempted(
    book: Book, intent: JsonObject, method: JsonObject, said: JsonObject
) -> dict[str, Any]:
    """Try, and return the payment, or the error object of a decline."""
    intent = till.attempt(book, intent, method, off_session=flag(said, "off_session"))
    if intent["last_payment_error"] is None:
        return intent
    error = intent["last_payment_error"]
    return {"error": {**error, "payment_intent": public(intent)}}
