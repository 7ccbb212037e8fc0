"""The calls under /v1/: which address is whose, and what is done there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from paycore.wire.strict import JsonObject
from paycore_stripe.simulator import finding, intents, refunds, sessions, setups, vault
from paycore_stripe.simulator.book import Book
from paycore_stripe.simulator.faults import SEARCH
from paycore_stripe.simulator.reading import checked
from paycore_stripe.simulator.refusing import missing

Act = Callable[..., JsonObject]


@dataclass(frozen=True)
class Route:
    """One call, and the ids in its address."""

    name: str
    act: Act
    """Does it; `Refused` means that nothing has happened."""
    ids: tuple[str, ...] = ()


def route(method: str, path: str) -> Route | None:
    """Return which call an address is; `None` where it is nobody's."""
    for name, (verb, pattern, act) in CALLS.items():
        match = re.fullmatch(pattern, path)
        if match is not None and verb == method:
            return Route(name, act, match.groups())
    return None


def _retrieve(kind: str) -> Act:
    def retrieved(book: Book, said: JsonObject, name: str) -> JsonObject:
        """Return the object of that id; a client secret may be said, and is not needed."""
        checked(said, {"client_secret": ".{1,255}"})
        return book.get(kind, name)

    return retrieved


def _event(book: Book, said: JsonObject, name: str) -> JsonObject:
    checked(said, {})
    if name not in book.records.events:
        raise missing("event", name)
    return book.records.events[name]


KINDS: Final = {
    "charges": "charge",
    "checkout.sessions": "checkout.session",
    "customers": "customer",
    "events": "event",
    "payment_intents": "payment_intent",
    "payment_methods": "payment_method",
    "refunds": "refund",
    "setup_intents": "setup_intent",
}
"""Which kind of object each family of calls answers with."""
_NAME: Final = "([A-Za-z0-9_]+)"
_PI, _CS, _SETI = "/v1/payment_intents", "/v1/checkout/sessions", "/v1/setup_intents"

CALLS: Final[dict[str, tuple[str, str, Act]]] = {
    "payment_intents.create": ("POST", _PI, intents.create),
    "payment_intents.list": ("GET", _PI, finding.intents),
    SEARCH: ("GET", f"{_PI}/search", finding.found),
    "payment_intents.retrieve": ("GET", f"{_PI}/{_NAME}", _retrieve("payment_intent")),
    "payment_intents.confirm": ("POST", f"{_PI}/{_NAME}/confirm", intents.confirm),
    "payment_intents.capture": ("POST", f"{_PI}/{_NAME}/capture", intents.capture),
    "payment_intents.cancel": ("POST", f"{_PI}/{_NAME}/cancel", intents.cancel),
    "checkout.sessions.create": ("POST", _CS, sessions.create),
    "checkout.sessions.list": ("GET", _CS, finding.sessions),
    "checkout.sessions.retrieve": ("GET", f"{_CS}/{_NAME}", _retrieve("checkout.session")),
    "checkout.sessions.expire": ("POST", f"{_CS}/{_NAME}/expire", sessions.expire),
    "setup_intents.create": ("POST", _SETI, setups.create),
    "setup_intents.list": ("GET", _SETI, finding.setups),
    "setup_intents.retrieve": ("GET", f"{_SETI}/{_NAME}", _retrieve("setup_intent")),
    "setup_intents.confirm": ("POST", f"{_SETI}/{_NAME}/confirm", setups.confirm),
    "setup_intents.cancel": ("POST", f"{_SETI}/{_NAME}/cancel", setups.cancel),
    "refunds.create": ("POST", "/v1/refunds", refunds.create),
    "refunds.list": ("GET", "/v1/refunds", finding.refunds),
    "refunds.retrieve": ("GET", f"/v1/refunds/{_NAME}", _retrieve("refund")),
    "charges.retrieve": ("GET", f"/v1/charges/{_NAME}", _retrieve("charge")),
    "customers.create": ("POST", "/v1/customers", vault.customer),
    "customers.retrieve": ("GET", f"/v1/customers/{_NAME}", _retrieve("customer")),
    "customers.payment_methods": (
        "GET",
        f"/v1/customers/{_NAME}/payment_methods",
        finding.methods,
    ),
    "payment_methods.retrieve": (
        "GET",
        f"/v1/payment_methods/{_NAME}",
        _retrieve("payment_method"),
    ),
    "payment_methods.attach": ("POST", f"/v1/payment_methods/{_NAME}/attach", vault.attach),
    "payment_methods.detach": ("POST", f"/v1/payment_methods/{_NAME}/detach", vault.detach),
    "events.list": ("GET", "/v1/events", finding.events),
    "events.retrieve": ("GET", f"/v1/events/{_NAME}", _event),
}
"""Each call by its name: method, address, and what does it; the first that fits is taken."""
