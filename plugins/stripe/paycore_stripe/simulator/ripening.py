"""What happens by itself, by the clock: late outcomes, holds that end, pages that close."""

from __future__ import annotations

from paycore.wire.strict import JsonObject
from paycore_stripe.simulator import refunds, sessions, till
from paycore_stripe.simulator.book import RIPE, Book
from paycore_stripe.simulator.cards import LATE_FAILURE
from paycore_stripe.simulator.events import tell


def ripen(book: Book) -> None:
    """Let everything happen whose time has come, oldest first."""
    now_ms = book.now_ms()
    for name, _ in sorted(book.ripening.items(), key=lambda each: each[1]):
        thing = book.records.things[name]
        if 0 < thing.get(RIPE, 0) <= now_ms:
            _RIPENS[thing["object"]](book, thing)


def ripe(book: Book) -> bool:
    """Return whether there is anything to `ripen` now."""
    now_ms = book.now_ms()
    return any(at_ms <= now_ms for at_ms in book.ripening.values())


def _intent(book: Book, intent: JsonObject) -> None:
    if intent["status"] == "requires_capture":
        till.cancel(book, intent, "automatic")
        tell(book, "charge.expired", book.records.things[intent["latest_charge"]])
        return
    method = book.records.things[intent["payment_method"]]
    if method["_does"] == LATE_FAILURE:
        till.declined(book, intent, method, method["_code"], method["_decline_code"])
    else:
        till.accepted(book, intent, method)
    sessions.decided(book, book.records.things[intent["id"]])


_RIPENS = {
    "payment_intent": _intent,
    "checkout.session": sessions.closed,
    "refund": refunds.decided,
}
