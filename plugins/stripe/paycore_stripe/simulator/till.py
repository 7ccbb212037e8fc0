"""Where money moves: attempts, captures and releases, each with its effect and its events."""

from __future__ import annotations

from typing import Any, Final

from paycore.simulators import Effect
from paycore.wire.strict import JsonObject
from paycore_stripe.simulator.book import RIPE, Book, iso
from paycore_stripe.simulator.cards import CHALLENGE, DECLINE, LATE, LATE_FAILURE
from paycore_stripe.simulator.events import tell
from paycore_stripe.simulator.records import public
from paycore_stripe.simulator.refusing import Refused, wrong, wrong_state

REFERENCE: Final = "paycore_reference"
"""The metadata by which an effect is told whose it is."""
HOLD_LIVES_MS: Final = 7 * 24 * 3600 * 1000
LATE_AFTER_MS: Final = 180 * 1000
_CANCELABLE: Final = (
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "requires_capture",
)


def attempt(
    book: Book, intent: JsonObject, method: JsonObject, *, off_session: bool = False
) -> JsonObject:
    """Try to pay `intent` with a payment method; return it as it stands then.

    A decline leaves it open for another try, with what went wrong in `last_payment_error`.
    """
    does = method["_does"]
    intent = {
        **intent,
        "payment_method": method["id"],
        "last_payment_error": None,
        "next_action": None,
    }
    if does == CHALLENGE and off_session:
        return declined(book, intent, method, "authentication_required", "authentication_required")
    if does == CHALLENGE:
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
        intent = book.put({**intent, "status": "requires_action", "next_action": action})
        tell(book, "payment_intent.requires_action", intent)
        return intent
    if does == DECLINE:
        return declined(book, intent, method, method["_code"], method["_decline_code"])
    if does in {LATE, LATE_FAILURE}:
        due_ms = book.now_ms() + LATE_AFTER_MS
        intent = book.put({**intent, "status": "processing", RIPE: due_ms})
        tell(book, "payment_intent.processing", intent)
        return intent
    return accepted(book, intent, method)


def accepted(book: Book, intent: JsonObject, method: JsonObject) -> JsonObject:
    """Take the money, or hold it where it is to be captured by hand."""
    charge = _charge(book, intent, method, status="succeeded", paid=True)
    intent = {**intent, "latest_charge": charge["id"], "next_action": None, RIPE: 0}
    if intent["capture_method"] == "manual":
        held = {"amount_capturable": intent["amount"], RIPE: book.now_ms() + HOLD_LIVES_MS}
        intent = book.put({**intent, **held, "status": "requires_capture"})
        tell(book, "charge.succeeded", charge)
        tell(book, "payment_intent.amount_capturable_updated", intent)
        return intent
    charge = book.put({**charge, "captured": True, "amount_captured": intent["amount"]})
    tell(book, "charge.succeeded", charge)
    return _received(book, intent, intent["amount"])


def declined(
    book: Book, intent: JsonObject, method: JsonObject, code: str, decline_code: str
) -> JsonObject:
    """Decline an attempt; the payment waits for another payment method."""
    charge = _charge(book, intent, method, status="failed", failure_code=code, paid=False)
    error = {
        "type": "card_error",
        "code": code,
        "message": f"The payment was declined: {decline_code or code}",
        "charge": charge["id"],
        "payment_method": public(method),
    }
    error |= {"decline_code": decline_code} if decline_code else {}
    intent = book.put(
        {
            **intent,
            "status": "requires_payment_method",
            "payment_method": None,
            "latest_charge": charge["id"],
            "last_payment_error": error,
            "next_action": None,
            RIPE: 0,
        }
    )
    tell(book, "charge.failed", charge)
    tell(book, "payment_intent.payment_failed", intent)
    return intent


def capture(book: Book, intent: JsonObject, amount: int) -> JsonObject:
    """Take what was held, or a part of it; the rest is given up.

    Raises:
        Refused: nothing is held, or less than that.
    """
    if intent["status"] != "requires_capture":
        raise wrong_state(book.records.things[intent["id"]])
    if not 1 <= amount <= intent["amount_capturable"]:
        raise wrong("amount_to_capture", "must be from 1 to what is held")
    charge = book.records.things[intent["latest_charge"]]
    charge = book.put({**charge, "captured": True, "amount_captured": amount})
    _give_up(book, charge, charge["amount"] - amount)
    tell(book, "charge.captured", book.records.things[charge["id"]])
    return _received(book, {**intent, "amount_capturable": 0, RIPE: 0}, amount)


def cancel(book: Book, intent: JsonObject, reason: str | None) -> JsonObject:
    """Give a payment up that has taken nothing; a hold is released.

    Raises:
        Refused: it has taken its money, or is about to.
    """
    if intent["status"] not in _CANCELABLE:
        raise wrong_state(intent)
    if intent["status"] != "requires_capture" and intent["_session"]:
        raise Refused("A payment of an open page cannot be canceled: expire the page")
    held = intent["status"] == "requires_capture"
    if held:
        _give_up(book, book.records.things[intent["latest_charge"]], intent["amount"])
        if reason != "automatic":
            moved(book, "void", intent, intent["amount"], intent["id"])
    canceled = {"status": "canceled", "canceled_at": book.now_s(), "cancellation_reason": reason}
    intent = book.put({**intent, **canceled, "amount_capturable": 0, "next_action": None, RIPE: 0})
    tell(book, "payment_intent.canceled", intent)
    return intent


def moved(book: Book, kind: str, thing: JsonObject, amount: int, theirs: str) -> None:
    """Write down that money moved."""
    book.records.effects.append(
        Effect(
            kind=kind,
            reference=thing["metadata"].get(REFERENCE, thing["id"]),
            provider_reference=theirs,
            amount_minor=amount,
            currency=thing["currency"].upper(),
            at=iso(book.now_ms()),
        )
    )


def _received(book: Book, intent: JsonObject, amount: int) -> JsonObject:
    intent = book.put({**intent, "status": "succeeded", "amount_received": amount})
    moved(book, "charge", intent, amount, intent["id"])
    tell(book, "payment_intent.succeeded", intent)
    return intent


def _give_up(book: Book, charge: JsonObject, amount: int) -> None:
    """Let go of what was held and is not taken: Stripe books that as a refund of the rest."""
    if not amount:
        return
    refund = book.new(
        "refund",
        "re",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        metadata={},
        payment_intent=charge["payment_intent"],
        reason=None,
        status="succeeded",
    )
    refunded = charge["amount_refunded"] + amount
    charge = book.put(
        {**charge, "amount_refunded": refunded, "refunded": refunded == charge["amount"]}
    )
    tell(book, "refund.created", refund)
    tell(book, "charge.refunded", charge)


def _charge(book: Book, intent: JsonObject, method: JsonObject, **members: Any) -> JsonObject:
    """Keep one attempt, not captured."""
    kind = method["type"]
    said = {
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "captured": False,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": None,
        "metadata": intent["metadata"],
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"type": kind, kind: method[kind]},
        "refunded": False,
    }
    return book.new("charge", "ch", **{**said, **members})
