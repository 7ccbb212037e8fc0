"""How an object is said: without what is ours alone, and expanded where that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from paycore.wire.strict import JsonObject
from paycore_stripe.simulator.records import public
from paycore_stripe.simulator.refusing import wrong

if TYPE_CHECKING:
    from paycore_stripe.simulator.book import Book

DEEPEST: Final = 4
_LINKS: Final = {
    "charge": {"customer": "customer", "payment_intent": "payment_intent", "refunds": "refund"},
    "checkout.session": {
        "customer": "customer",
        "payment_intent": "payment_intent",
        "setup_intent": "setup_intent",
    },
    "payment_intent": {
        "customer": "customer",
        "latest_charge": "charge",
        "payment_method": "payment_method",
    },
    "payment_method": {"customer": "customer"},
    "refund": {"charge": "charge", "payment_intent": "payment_intent"},
    "setup_intent": {"customer": "customer", "payment_method": "payment_method"},
}
"""What each object holds by its id only, and of which kind that is."""


def listed(url: str, things: Sequence[JsonObject], limit: int, kind: str = "list") -> JsonObject:
    """Return the first `limit` of many as a list object."""
    more = len(things) > limit
    said = {"object": kind, "url": url, "has_more": more, "data": list(things[:limit])}
    return {**said, "next_page": None} if kind == "search_result" else said


def check_paths(kind: str, paths: Sequence[str]) -> None:
    """Check what is to be expanded in an object of that kind, before anything is done.

    Raises:
        Refused: a path names nothing that can be expanded.
    """
    for path in paths:
        names, of = path.split("."), kind
        for name in names:
            if name not in _LINKS.get(of, {}) or len(names) > DEEPEST:
                raise wrong("expand", f"{path} cannot be expanded")
            of = _LINKS[of][name]


def expanded(book: Book, thing: JsonObject, paths: Sequence[str]) -> JsonObject:
    """Return `thing` as it is said, with what each dotted path names put in place of its id."""
    if isinstance(thing.get("data"), list):
        return {**thing, "data": [expanded(book, each, paths) for each in thing["data"]]}
    said = public(thing)
    for path in paths:
        said = _expanded(book, said, path.split("."))
    return said


def _expanded(book: Book, said: JsonObject, names: Sequence[str]) -> JsonObject:
    if not names:
        return said
    name, rest = names[0], names[1:]
    if name == "refunds":
        ours = [public(each) for each in book.of("refund") if each["charge"] == said["id"]]
        return {**said, name: listed("/v1/refunds", ours, 10)}
    link = said[name]
    if isinstance(link, str):
        link = public(book.records.things[link])
    return said if link is None else {**said, name: _expanded(book, link, rest)}
