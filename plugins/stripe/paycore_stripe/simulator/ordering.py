"""What a merchant may ask a page for, and what it comes to."""

from __future__ import annotations

from typing import Final

from paycore.wire.strict import JsonObject
from paycore_stripe.simulator.book import Book
from paycore_stripe.simulator.intents import amount_of
from paycore_stripe.simulator.reading import (
    AMOUNT,
    BOOL,
    CURRENCY,
    ID,
    METADATA,
    TEXT,
    URL,
    checked,
    whole,
)
from paycore_stripe.simulator.refusing import wrong

LIVES_S: Final = 24 * 3600
_SHORTEST_S: Final = 30 * 60
_PRICE: Final = {
    "currency": CURRENCY,
    "product_data": {"name": TEXT, "description": TEXT, "metadata": METADATA},
    "unit_amount": AMOUNT,
}
_ITEM: Final = {"price_data": _PRICE, "quantity": AMOUNT}
_SHAPES: Final = {
    "allow_promotion_codes": BOOL,
    "cancel_url": URL,
    "client_reference_id": r"(?s:.{1,200})",
    "currency": CURRENCY,
    "customer": ID,
    "customer_creation": "always|if_required",
    "customer_email": TEXT,
    "expires_at": AMOUNT,
    "line_items": [_ITEM],
    "locale": "[A-Za-z-]{2,10}",
    "metadata": METADATA,
    "mode": "payment|setup",
    "payment_intent_data": {
        "capture_method": "automatic|automatic_async|manual",
        "description": TEXT,
        "metadata": METADATA,
        "receipt_email": TEXT,
        "setup_future_usage": "on_session|off_session",
    },
    "payment_method_types": ["[a-z_]+"],
    "setup_intent_data": {"description": TEXT, "metadata": METADATA},
    "submit_type": "auto|book|donate|pay",
    "success_url": URL,
    "ui_mode": "hosted|hosted_page",
}


def ordered(book: Book, said: JsonObject) -> tuple[JsonObject, int | None, str | None]:
    """Return what a page is to be, what it asks for, and in which currency.

    Raises:
        Refused: there can be no such page; the error names the parameter.
    """
    said = checked(said, _SHAPES, "mode", "success_url")
    paying = said["mode"] == "payment"
    for name in ("setup_intent_data",) if paying else ("line_items", "payment_intent_data"):
        if name in said:
            raise wrong(name, f"is not for mode {said['mode']}")
    total, currency = _total(said) if paying else (None, said.get("currency"))
    if not paying and not currency and "payment_method_types" not in said:
        raise wrong("currency", "or payment_method_types is required", "parameter_missing")
    if "customer" in said:
        book.get("customer", said["customer"], "customer")
    expires_s = whole(said, "expires_at", book.now_s() + LIVES_S)
    if not _SHORTEST_S - 60 <= expires_s - book.now_s() <= LIVES_S:
        raise wrong("expires_at", "must be in 30 minutes to 24 hours")
    return {**said, "expires_s": expires_s}, total, currency


def _total(said: JsonObject) -> tuple[int, str]:
    """Return what a page asks for, and in which currency."""
    if not said.get("line_items"):
        raise wrong("line_items", "is required", "parameter_missing")
    total, currencies = 0, set()
    for place, item in enumerate(said["line_items"]):
        name = f"line_items[{place}][price_data]"
        price = checked(item, _ITEM, "price_data", "quantity")["price_data"]
        for needed in ("currency", "product_data", "unit_amount"):
            if needed not in price:
                raise wrong(f"{name}[{needed}]", "is required", "parameter_missing")
        total += amount_of(price, "unit_amount", whole(item, "quantity", 1))
        currencies.add(price["currency"].lower())
    if len(currencies) > 1:
        raise wrong("line_items", "must be of one currency")
    return total, currencies.pop()


def title(said: JsonObject) -> str:
    """Return what a page is for, in its merchant's words."""
    prices = [item["price_data"]["product_data"] for item in said.get("line_items", [])]
    return ", ".join(price.get("name", "") for price in prices)
