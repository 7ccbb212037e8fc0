"""The provider `fake`, as a case: it makes no calls, so what is about calls says so."""

from __future__ import annotations

import json
from typing import Final

from paycore import fake
from paycore.money import Money
from paycore.report import WebhookMessage
from paycore.testing.conformance.case import Case

_REMEMBERS: Final = "it is the provider as well, and remembers"


def sealed(body: bytes) -> WebhookMessage:
    """Return a message as the fake provider signs it."""
    return WebhookMessage("POST", {"Fake-Signature": fake._signature(body).decode()}, "", body)


_PAID: Final = {"reference": "order-1", "amount_minor": 1537, "currency": "CAD"}
CASE: Final = Case(
    provider="fake",
    messages=(fake.webhook("order-1", Money(1537, "CAD")), fake.webhook("o-2", Money(7, "JPY"))),
    forged=(WebhookMessage("POST", {"Fake-Signature": "0" * 64}, "", json.dumps(_PAID).encode()),),
    sealed=sealed,
    exempt={
        "settings_are_refused_by_name": "it takes whatever an application's tests say",
        "account_stays_as_it_is": _REMEMBERS,
    },
)
