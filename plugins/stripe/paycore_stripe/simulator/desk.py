"""Behind the counter: what a person, a test or the control interface may do to the simulator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from paycore.simulators import Effect
from paycore.wire.strict import JsonObject
from paycore_stripe.simulator import cards, intents, sessions, setups, vault
from paycore_stripe.simulator.book import Book, iso
from paycore_stripe.simulator.events import body_of, event_of
from paycore_stripe.simulator.notify import Notifier, headers_of
from paycore_stripe.simulator.refusing import Refused
from paycore_stripe.simulator.ripening import ripen
from paycore_stripe.simulator.till import REFERENCE

OUTCOMES: Final = (cards.SUCCESS, cards.DECLINE, "abandon")
WRONG_SECRET: Final = "whsec_forged0000000000000000000000"


class UnknownError(ValueError):
    """Nothing here has that name."""


class Desk:
    """Every act raises `ValueError`, with a text that names the member, where it cannot be done."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.notifier = Notifier(book)

    def fault(self, kind: str, endpoint: str = "", times: int = 1) -> None:
        """Let the next calls or events meet a fault, as `Faults.add` has it."""
        self.book.faults.add(kind, endpoint, times)

    def advance(self, seconds: float) -> str:
        """Move the clock on, let happen what is due, and return the new time, ISO 8601."""
        if not 0 <= seconds <= 10**9:
            raise ValueError("advance_s: want seconds, from 0 to 1000000000")
        with self.book.changing() as records:
            records.offset_ms += round(seconds * 1000)
            ripen(self.book)
            return iso(self.book.now_ms())

    def listen(self, url: str) -> str:
        """Let events go to this address too, from now on; an address is heard once."""
        if not url.startswith(("http://", "https://")):
            raise ValueError("url: want an http or https address")
        with self.book.changing() as records:
            if url not in records.endpoints:
                records.endpoints.append(url)
        return url

    def pay(self, key: str, outcome: str = cards.SUCCESS, card_number: str = "") -> str:
        """Play the payer on a page (its id) or in a form (its client secret).

        The card behaves as it always does, but `decline` declines it whatever it is.

        Returns:
            Where the browser is sent; empty for a form, and where the page was left.
        """
        if outcome not in OUTCOMES:
            raise ValueError(f"outcome: want one of {', '.join(OUTCOMES)}")
        with self.book.changing(), _naming("key"):
            ripen(self.book)
            thing = self._fillable(key)
            if outcome == "abandon":
                return ""
            number = card_number or cards.number_for(outcome)
            with _naming("card_number"):
                card = cards.presented(number)
            if outcome == cards.DECLINE and card.does != cards.DECLINE:
                card = replace(card, does=cards.DECLINE, decline_code="generic_decline")
            return self._filled(thing, card)

    def notify(self, name: str) -> bool:
        """Send the last event about a thing again, once; return whether all acknowledged it."""
        with self.book.changed:
            told = [
                event
                for event in self.book.records.events.values()
                if event["data"]["object"]["id"] == name
            ]
            urls = tuple(self.book.records.endpoints)
        if not told or not urls:
            raise UnknownError("name: no event tells of that, or nobody listens")
        answers = [self.notifier.send(told[-1], url) for url in urls]
        return all(answers)

    def forge(self, name: str) -> tuple[dict[str, str], bytes]:
        """Return headers and body of an event that claims a success under a wrong secret."""
        with self.book.changed:
            thing = self._named(name)
            body = body_of(event_of(self.book, *_claimed(thing)))
        return headers_of(body, WRONG_SECRET), body

    def effects(self) -> Sequence[Effect]:
        """Return what really moved, in order."""
        with self.book.changed:
            return tuple(self.book.records.effects)

    def requests(self) -> Sequence[dict[str, Any]]:
        """Return what was asked, in order, scrubbed."""
        with self.book.changed:
            return tuple(self.book.requests)

    def _fillable(self, key: str) -> JsonObject:
        """Return the open page of that id, or what waits for a form with that client secret."""
        if key.startswith("cs_"):
            return sessions.opened(self.book, key)
        for thing in self.book.records.things.values():
            if key and thing.get("client_secret") == key:
                return thing
        raise UnknownError("key: no such page or form")

    def _filled(self, thing: JsonObject, card: cards.TestCard) -> str:
        if thing["object"] == "checkout.session":
            return sessions.filled(self.book, thing, card)
        method = vault.kept(self.book, card)
        if thing["object"] == "setup_intent":
            setups.stored(self.book, thing, method)
        else:
            intents.filled(self.book, thing, method)
        return ""

    def _named(self, name: str) -> JsonObject:
        """Return the thing of that id, or the newest that was asked for by our reference."""
        things = self.book.records.things
        if name in things:
            return things[name]
        for thing in reversed(things.values()):
            if thing.get("metadata", {}).get(REFERENCE) == name:
                return thing
        raise UnknownError("name: no such thing")


def _claimed(thing: JsonObject) -> tuple[str, JsonObject]:
    """Return the event that would tell of a thing's success, and the thing as it would be."""
    if thing["object"] == "checkout.session":
        done = {"status": "complete", "payment_status": "paid", "url": None}
        return "checkout.session.completed", {**thing, **done}
    done = {"status": "succeeded"}
    if thing["object"] == "payment_intent":
        done |= {"amount_received": thing["amount"]}
    kind = "refund.updated" if thing["object"] == "refund" else f"{thing['object']}.succeeded"
    return kind, {**thing, **done}


@contextmanager
def _naming(member: str) -> Iterator[None]:
    """Turn a refusal into an error of the control interface."""
    try:
        yield
    except Refused as refused:
        raise ValueError(f"{member}: {refused}") from None
