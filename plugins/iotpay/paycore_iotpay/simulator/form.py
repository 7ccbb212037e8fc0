"""Hosted pages and embedded forms: opened by a merchant, filled in by a payer."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from paycore.wire.strict import JsonObject
from paycore_iotpay.simulator import till
from paycore_iotpay.simulator.book import Book
from paycore_iotpay.simulator.cards import DECLINE, presented
from paycore_iotpay.simulator.members import Fields, Refused
from paycore_iotpay.simulator.records import FAILED, Card, Order, Session
from paycore_iotpay.simulator.said import card_object, order_object

PAGE_LIVES_MS: Final = 3600 * 1000


def opened_page(book: Book, mode: str, subject: str, fields: Fields) -> JsonObject:
    """Open a page for a payment or a card, as a merchant asks; return where it is, and its key."""
    secure_id = secrets.token_hex(32)
    book.records.sessions[secure_id] = Session(
        secure_id=secure_id,
        mode=mode,
        subject=subject,
        title=fields.get("subject", ""),
        channel=fields["channel"],
        return_url=fields["returnUrl"],
        ends_ms=book.now_ms() + PAGE_LIVES_MS,
    )
    return {"redirectUrl": f"{book.base_url}/cc/{mode}?key={secure_id}", "secureId": secure_id}


def unbound(book: Book, card_id: str) -> None:
    """Refuse a cardId that has its card."""
    if card_id in book.records.cards:
        raise Refused("cardId already exists")


def session(book: Book, secure_id: str, mode: str = "") -> Session:
    """Return a page that can still be filled in.

    Raises:
        Refused: there is no such page (of that mode), it was used, or its hour is over.
    """
    found = book.records.sessions.get(secure_id)
    if found is None or (mode and found.mode != mode):
        raise Refused("secureId error")
    if found.location:
        raise Refused("secureId is used")
    if book.now_ms() >= found.ends_ms:
        raise Refused("secureId is expired")
    return found


def payment(book: Book, page: Session) -> Order:
    """Return the payment that a page is for."""
    return book.records.orders[page.subject]


def submitted(book: Book, page: Session, card: Card) -> str:
    """Fill a page in with `card`; return where its browser goes next.

    Raises:
        Refused: the card's name was given to another one meanwhile.
    """
    if page.mode == "purchase":
        return _left(book, page, _verdict(till.charge(book, payment(book, page), card)))
    unbound(book, page.subject)
    book.records.cards[page.subject] = card
    return _left(book, page, {"retCode": "SUCCESS"})


def declined(book: Book, page: Session, card: Card) -> str:
    """Fill a page in with `card`, declined whatever it is; return where its browser goes next."""
    if page.mode == "purchase":
        return submitted(book, page, replace(card, behaviour=DECLINE))
    return _left(book, page, {"retCode": "FAIL", "retMsg": "Card refused"})


def _verdict(order: Order) -> dict[str, str]:
    failed = {"retCode": "FAIL", "retMsg": "Declined"}
    said = failed if order.status == FAILED else {"retCode": "SUCCESS"}
    return {**said, "status": str(order.status)}


def _left(book: Book, page: Session, query: dict[str, str]) -> str:
    location = landing(page.return_url, query)
    book.records.sessions[page.secure_id] = replace(page, location=location)
    return location


def landing(return_url: str, query: dict[str, str]) -> str:
    """Return `return_url` with `query` appended; its own query and fragment stay."""
    parts = urlsplit(return_url)
    both = "&".join(part for part in (parts.query, urlencode(query, quote_via=quote)) if part)
    return parts._replace(query=both, path=parts.path or "/").geturl()


def _pfaddcard(book: Book, fields: Fields) -> JsonObject:
    return _filled_in(book, fields, "addcard")


def _pfpurchase(book: Book, fields: Fields) -> JsonObject:
    return _filled_in(book, fields, "purchase")


def _filled_in(book: Book, fields: Fields, mode: str) -> JsonObject:
    page = session(book, fields["secureId"], mode)
    card = presented(fields, page.channel)
    location = submitted(book, page, card)
    if mode == "purchase":
        return {**order_object(book, payment(book, page)), "redirectUrl": location}
    return {**card_object(page.subject, card), "redirectUrl": location}


def _queryorder(book: Book, fields: Fields) -> JsonObject:
    page = book.records.sessions.get(fields["secureId"])
    if page is None or page.mode != "purchase":
        raise Refused("secureId error")
    order = payment(book, page)
    location = landing(page.return_url, _verdict(order)) if page.location else ""
    return {**order_object(book, order), "redirectUrl": location}


ENDPOINTS: Final[dict[str, Callable[[Book, Fields], JsonObject]]] = {
    "cc_pfaddcard": _pfaddcard,
    "cc_pfpurchase": _pfpurchase,
    "queryorder": _queryorder,
}
"""What the hosted form and the mobile SDKs call; unsigned, authorised by the secureId alone."""
