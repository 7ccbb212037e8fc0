"""A shop in its own environment: told on its input what to do, it tells on its output how it went.

    {"settings": {...}, "do": [["charge", "o-1", 1500], ["refund", "o-1", 500], ...]}

Prints a list with what each came to, or a mapping with the refusal of the settings.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import paycore
from paycore.plain import plain


def refusal(error: paycore.PaycoreError) -> dict[str, Any]:
    """Return an error as JSON."""
    return {"refused": type(error).__name__, "told": str(error), "field": error.field}


def done(gateway: paycore.Gateway, what: str, *more: Any) -> Any:
    """Do one thing, and return what it came to."""
    if what == "charge":
        reference, minor = more
        card = paycore.StoredToken("visa-1")
        return gateway.charge(reference, paycore.Money(minor, "EUR"), card)
    if what == "refund":
        reference, minor = more
        return gateway.refund(reference, paycore.Money(minor, "EUR"), key=f"r-{minor}")
    if what == "receive":
        headers, body = more
        message = paycore.WebhookMessage("POST", headers, "", body.encode(), "127.0.0.1")
        return gateway.receive("cards", message)
    return getattr(gateway, what)(*more)


def shop(order: dict[str, Any]) -> Any:
    """Open the gateway that the order names, and do what it says."""
    try:
        gateway = paycore.open_gateway(order["settings"])
    except paycore.SettingsError as error:
        return refusal(error)
    told = []
    with gateway:
        for what in order["do"]:
            try:
                told.append(plain(done(gateway, *what)))
            except paycore.PaycoreError as error:
                told.append(refusal(error))
    return told


if __name__ == "__main__":
    orders = json.load(sys.stdin)
    print(json.dumps({"told": [shop(order) for order in orders], "loaded": sorted(sys.modules)}))
