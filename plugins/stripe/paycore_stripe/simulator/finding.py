"""Lists and the search: which objects a question is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from paycore.wire.strict import JsonObject
from paycore_stripe.simulator.book import Book
from paycore_stripe.simulator.reading import AMOUNT, ID, TEXT, checked, whole
from paycore_stripe.simulator.refusing import wrong
from paycore_stripe.simulator.saying import listed

USUAL: Final = 10
MOST: Final = 100
_PAGED: Final = {"limit": AMOUNT, "starting_after": ID}
_CLAUSE: Final = re.compile(
    r"""\s*(metadata\[(?P<q>["'])(?P<key>[^"']{1,40})(?P=q)\]|(?P<field>currency|customer|status))"""
    r"""\s*:\s*(?P<quote>["'])(?P<value>(?:\\.|[^"'\\])*)(?P=quote)\s*"""
)


def found(book: Book, said: JsonObject) -> JsonObject:
    """Return the payments that a search finds: clauses `metadata['name']:'text'`, all of them.

    Stripe's own search is behind by up to a minute; here only the fault `stale_search` is.

    Raises:
        Refused: it is no such search.
    """
    said = checked(said, {"query": TEXT, "limit": AMOUNT, "page": TEXT}, "query")
    clauses = [_clause(each) for each in re.split(r"(?<=[\"'])\s+AND\s+", said["query"])]
    things = [t for t in book.of("payment_intent") if all(_fits(t, *each) for each in clauses)]
    return listed("/v1/payment_intents/search", things, _limit(said), "search_result")


def _clause(text: str) -> tuple[str, str, str]:
    match = _CLAUSE.fullmatch(text)
    if match is None:
        raise wrong("query", "is no search that is understood here")
    return match["field"] or "", match["key"] or "", re.sub(r"\\(.)", r"\1", match["value"])


def _fits(thing: JsonObject, field: str, key: str, value: str) -> bool:
    return bool((thing[field] if field else thing["metadata"].get(key)) == value)


def intents(book: Book, said: JsonObject) -> JsonObject:
    """Return the payments, newest first."""
    return _listed(book, said, "payment_intent", "/v1/payment_intents", "customer")


def sessions(book: Book, said: JsonObject) -> JsonObject:
    """Return the pages, newest first."""
    names = ("customer", "payment_intent", "status")
    return _listed(book, said, "checkout.session", "/v1/checkout/sessions", *names)


def setups(book: Book, said: JsonObject) -> JsonObject:
    """Return the SetupIntents, newest first."""
    return _listed(book, said, "setup_intent", "/v1/setup_intents", "customer", "payment_method")


def refunds(book: Book, said: JsonObject) -> JsonObject:
    """Return the refunds, newest first."""
    return _listed(book, said, "refund", "/v1/refunds", "charge", "payment_intent")


def methods(book: Book, said: JsonObject, name: str) -> JsonObject:
    """Return the payment methods that are kept for a customer, newest first."""
    book.get("customer", name)
    said = checked(said, {**_PAGED, "type": "[a-z_]+"})
    of = {key: value for key, value in said.items() if key == "type"} | {"customer": name}
    return _page(said, book.of("payment_method"), f"/v1/customers/{name}/payment_methods", of)


def events(book: Book, said: JsonObject) -> JsonObject:
    """Return what was told, newest first."""
    said = checked(said, {**_PAGED, "type": "[a-z_.]+"})
    of = {key: value for key, value in said.items() if key == "type"}
    return _page(said, list(reversed(book.records.events.values())), "/v1/events", of)


def _listed(book: Book, said: JsonObject, kind: str, url: str, *names: str) -> JsonObject:
    said = checked(said, {**_PAGED, **dict.fromkeys(names, ID)})
    of = {name: said[name] for name in names if name in said}
    for name in ("payment_intent", "charge"):
        if name in of:
            book.get(name, of[name], name)
    return _page(said, book.of(kind), url, of)


def _page(said: JsonObject, things: Sequence[JsonObject], url: str, of: JsonObject) -> JsonObject:
    ours = [each for each in things if all(each[name] == value for name, value in of.items())]
    if after := said.get("starting_after"):
        names = [each["id"] for each in ours]
        if after not in names:
            raise wrong("starting_after", "names nothing in this list", "resource_missing")
        ours = ours[names.index(after) + 1 :]
    return listed(url, ours, _limit(said))


def _limit(said: JsonObject) -> int:
    limit = whole(said, "limit", USUAL)
    if not 1 <= limit <= MOST:
        raise wrong("limit", f"must be from 1 to {MOST}", "parameter_invalid_integer")
    return limit
