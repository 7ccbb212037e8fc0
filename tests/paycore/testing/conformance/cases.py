"""Bramble's other side: what it answers and sends, and the `Case` that says so."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from paycore.report import WebhookMessage
from paycore.secret import mask_card
from paycore.testing.conformance import Case
from paycore.wire.talk import Call, Reply
from tests.paycore.testing.conformance import bramble

SEAL_KEY = "bramble-seal-key-0001"
FORGED_KEY = "another-seal-key-0001"
WHOLE = ("minor", "currency")
PAID = {
    "order": "order-77",
    "id": "B-77",
    "type": "charge",
    "status": "paid",
    "minor": 1537,
    "currency": "CAD",
    "card": "411111******1111",
}


class Bramble:
    """Answers as Bramble does on a good day: a page is paid as soon as it is asked about."""

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}

    def __call__(self, call: Call) -> Reply:
        said = dict(call.payload)
        if call.name == "orders":
            return self._found(said["order"])
        order = {name: said[name] for name in ("order", "minor", "currency") if name in said}
        order |= {"id": f"B-{len(self.orders)}", "status": "paid"}
        order["type"] = {"charges": "charge", "refunds": "refund", "voids": "void"}.get(call.name)
        if call.name == "cards":
            order |= {"type": "token", "status": "stored"}
        if call.name == "voids":
            order |= {name: self._called(said["of"])[name] for name in WHOLE}
        if call.name == "captures":
            taken = said["tenths"] // 10 if "tenths" in said else said["minor"]
            order |= {"type": "capture", "minor": taken}
            self._called(said["hold"]).update(status="paid", minor=taken)
        if call.name == "charges" and "hold" in said:
            order["status"] = "held"
        if "card" in said:
            order["card"] = mask_card(said["card"])
        self.orders[said["order"]] = order
        page = {"status": "waiting", "page": "https://pay.bramble.example/1"}
        return answer({**order, **page} if "back_to" in said else order)

    def _called(self, name: str) -> dict[str, Any]:
        """Return the order that Bramble calls so."""
        return next(order for order in self.orders.values() if order["id"] == name)

    def _found(self, reference: str) -> Reply:
        if reference not in self.orders:
            return answer({"error": "no_such_order"}, 404)
        return answer(self.orders[reference])


def answer(said: dict[str, Any], status: int = 200) -> Reply:
    """Return an answer as it comes in."""
    return Reply(status, json.dumps(said).encode())


def sealed(body: bytes, key: str = SEAL_KEY) -> WebhookMessage:
    """Return a message as Bramble signs it."""
    seal = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
    return WebhookMessage("POST", {"Bramble-Seal": seal}, "", body, "203.0.113.9")


def told(said: dict[str, Any], key: str = SEAL_KEY) -> WebhookMessage:
    """Return a message that says something."""
    return sealed(json.dumps(said).encode(), key)


def bramble_case(plugin: object = bramble) -> Case:
    """Return the case of Bramble, or of a copy of it."""
    return Case(
        provider="bramble",
        plugin=plugin,
        settings={"api_key": "bramble-api-key-00001", "seal_key": SEAL_KEY},
        secrets=("api_key", "seal_key"),
        answers=Bramble,
        messages=(
            told(PAID),
            told({**PAID, "status": "waiting"}),
            told({**PAID, "order": "order-78", "id": "B-78", "status": "held"}),
        ),
        forged=(told(PAID, FORGED_KEY),),
        sealed=sealed,
        refusal=lambda kind, code: answer({"error": code}, 422),
    )


CASE = bramble_case()
