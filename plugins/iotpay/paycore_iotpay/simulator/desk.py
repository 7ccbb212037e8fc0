"""Behind the counter: what a person, a test or the control interface may do to the simulator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from paycore.simulators import Effect
from paycore_iotpay.simulator import form, till
from paycore_iotpay.simulator.book import Book, moment
from paycore_iotpay.simulator.cards import (
    DECLINE,
    SUCCESS,
    channel_of,
    number_for,
    presented,
)
from paycore_iotpay.simulator.members import Refused, checked
from paycore_iotpay.simulator.notify import Notifier, message
from paycore_iotpay.simulator.records import PAID, Card, Order

OUTCOMES: Final = (SUCCESS, DECLINE, "abandon")
WRONG_KEY: Final = "forgedKey00000000000000000000000"


class UnknownError(ValueError):
    """Nothing here has that name."""


class Desk:
    """Every act raises `ValueError`, with a text that names the member, where it cannot be done."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.notifier = Notifier(book)

    def fault(self, kind: str, endpoint: str = "", times: int = 1) -> None:
        """Let the next calls meet a fault, as `Faults.add` has it."""
        self.book.faults.add(kind, endpoint, times)

    def advance(self, seconds: float) -> str:
        """Move the clock on, let what is late come true, and return the new time, ISO 8601."""
        if not 0 <= seconds <= 10**9:
            raise ValueError("advance_s: want seconds, from 0 to 1000000000")
        with self.book.changing() as records:
            records.offset_ms += round(seconds * 1000)
            till.ripen(self.book)
            return moment(self.book.now_ms()).isoformat()

    def store_card(self, card_id: str, card_number: str) -> str:
        """Bind a card to a cardId, in place of another where there is one; return it masked."""
        with _naming("card_id"):
            checked("cc_querycard", {"mchId": "1", "cardId": card_id})
        card = _card(card_number, channel_of(card_number))
        with self.book.changing() as records:
            records.cards[card_id] = card
        return card.number

    def pay(self, secure_id: str, outcome: str = SUCCESS, card_number: str = "") -> str:
        """Play the payer; return where the browser is sent, empty where the page was left.

        The card behaves as it always does, but `decline` declines it whatever it is.
        """
        if outcome not in OUTCOMES:
            raise ValueError(f"outcome: want one of {', '.join(OUTCOMES)}")
        with self.book.changing() as records, _naming("secure_id"):
            if secure_id not in records.sessions:
                raise UnknownError("secure_id: no such page")
            page = form.session(self.book, secure_id)
            if outcome == "abandon":
                return ""
            card = _card(card_number or number_for(page.channel, outcome), page.channel)
            if outcome == SUCCESS:
                return form.submitted(self.book, page, card)
            return form.declined(self.book, page, card)

    def notify(self, reference: str) -> bool:
        """Send a notification again, once; return whether it was acknowledged."""
        order = self._order(reference)
        if order.status != PAID or not order.notify_url:
            raise ValueError("pay_order_id: it has nothing to notify, or nobody")
        return self.notifier.send(order)

    def forge(self, reference: str) -> bytes:
        """Return a notification that claims a success and is signed with a wrong key."""
        return message(self.book, self._order(reference), WRONG_KEY)

    def effects(self) -> Sequence[Effect]:
        """Return what really moved, in order."""
        with self.book.changed:
            return tuple(self.book.records.effects)

    def requests(self) -> Sequence[dict[str, Any]]:
        """Return what was asked, in order, scrubbed."""
        with self.book.changed:
            return tuple(self.book.requests)

    def _order(self, reference: str) -> Order:
        with self.book.changed:
            order = self.book.find(reference)
        if order is None:
            raise UnknownError("pay_order_id: no such order")
        return order


def _card(number: str, channel: str) -> Card:
    payer = {"secureId": "0" * 64, "expiryDate": "1230", "holder": "Test Payer", "cvv": "123"}
    with _naming("card_number"):
        return presented(checked("cc_pfpurchase", {**payer, "cardNum": number}), channel)


@contextmanager
def _naming(member: str) -> Iterator[None]:
    """Turn the gateway's refusal into an error of the control interface."""
    try:
        yield
    except Refused as refused:
        raise ValueError(f"{member}: {refused}") from None
