"""Refunds: created, told of, and decided later where the card is one of those."""

from __future__ import annotations

from typing import Final

from paycore.wire.strict import JsonObject
from paycore_stripe.simulator.book import RIPE, Book
from paycore_stripe.simulator.cards import REFUND_FAILS, REFUND_LATE
from paycore_stripe.simulator.events import tell
from paycore_stripe.simulator.reading import AMOUNT, ID, METADATA, checked, whole
from paycore_stripe.simulator.refusing import Refused, missing, wrong, wrong_state
from paycore_stripe.simulator.till import moved

LATE_AFTER_MS: Final = 60 * 1000
_SHAPES: Final = {
    "amount": AMOUNT,
    "charge": ID,
    "metadata": METADATA,
    "payment_intent": ID,
    "reason": "duplicate|fraudulent|requested_by_customer",
}


def create(book: Book, said: JsonObject) -> JsonObject:
    """Give back what was taken, or a part of it.

    Raises:
        Refused: nothing was taken, or less than that is left.
    """
    said = checked(said, _SHAPES)
    charge = _charge(book, said)
    left = charge["amount"] - charge["amount_refunded"]
    if not left:
        raise Refused("Nothing is left of this charge", code="charge_already_refunded")
    amount = whole(said, "amount", left)
    if not 1 <= amount <= left:
        raise wrong("amount", "must be from 1 to what is left of the charge")
    does = book.records.things[charge["payment_method"]]["_does"]
    refund = book.new(
        "refund",
        "re",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        metadata=said.get("metadata", {}),
        payment_intent=charge["payment_intent"],
        reason=said.get("reason"),
        status="pending" if does == REFUND_LATE else "succeeded",
        **({RIPE: book.now_ms() + LATE_AFTER_MS} if does in {REFUND_LATE, REFUND_FAILS} else {}),
    )
    charge = _returned(book, charge, amount)
    if RIPE not in refund:
        moved(book, "refund", refund, amount, refund["id"])
    tell(book, "refund.created", refund)
    tell(book, "charge.refunded", charge)
    return refund


def decided(book: Book, refund: JsonObject) -> None:
    """Decide a refund that was left open: it succeeds, or fails and is taken back."""
    charge = book.records.things[refund["charge"]]
    if book.records.things[charge["payment_method"]]["_does"] == REFUND_LATE:
        refund = book.put({**refund, "status": "succeeded", RIPE: 0})
        moved(book, "refund", refund, refund["amount"], refund["id"])
        tell(book, "refund.updated", refund)
        return
    reason = {"status": "failed", "failure_reason": "lost_or_stolen_card"}
    refund = book.put({**refund, **reason, RIPE: 0})
    _returned(book, charge, -refund["amount"])
    tell(book, "refund.failed", refund)


def _charge(book: Book, said: JsonObject) -> JsonObject:
    """Return the charge that a refund is of."""
    if "charge" in said:
        charge = book.get("charge", said["charge"], "charge")
    elif "payment_intent" in said:
        intent = book.get("payment_intent", said["payment_intent"], "payment_intent")
        if intent["status"] not in {"succeeded", "requires_capture"}:
            raise wrong_state(intent)
        charge = book.records.things[intent["latest_charge"]]
    else:
        raise wrong("payment_intent", "is required", "parameter_missing")
    if not charge["paid"]:
        raise missing("charge", charge["id"], "charge")
    if not charge["captured"]:
        raise Refused("Nothing was taken yet: cancel the payment", code="charge_not_captured")
    return charge


def _returned(book: Book, charge: JsonObject, amount: int) -> JsonObject:
    refunded = charge["amount_refunded"] + amount
    return book.put(
        {**charge, "amount_refunded": refunded, "refunded": refunded == charge["amount"]}
    )
