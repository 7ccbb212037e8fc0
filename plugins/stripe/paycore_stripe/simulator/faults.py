"""The fault dial: what can go wrong, and which calls or events are to meet it."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

BEFORE, AFTER, NOTIFICATION = "before", "after", "notification"

KINDS: Final = {
    "timeout_before_effect": (BEFORE, "nothing happens; the connection stays open, silent"),
    "timeout_after_effect": (AFTER, "it happens; the connection stays open, silent"),
    "reset_before_effect": (BEFORE, "nothing happens; the connection is reset"),
    "reset_after_effect": (AFTER, "it happens; the connection is reset"),
    "close_without_answer": (AFTER, "it happens; the connection is closed without a status line"),
    "error_500": (AFTER, "it happens; 500 with an error object of type api_error"),
    "error_502_html": (AFTER, "it happens; 502 with an HTML body"),
    "truncated_body": (AFTER, "it happens; half the promised body, then the end"),
    "wrong_json": (AFTER, "it happens; 200 with an HTML page, every second time with a JSON list"),
    "empty_body": (AFTER, "it happens; 200 without a body"),
    "drip": (AFTER, "it happens; the whole answer, one byte every 100 ms"),
    "redirect_302": (BEFORE, "nothing happens; 302 to the same address"),
    "redirect_307": (BEFORE, "nothing happens; 307 to the same address"),
    "rate_limited_429": (BEFORE, "nothing happens; 429 with Retry-After"),
    "conflict_409": (AFTER, "it happens; 409 as if the key were still in use"),
    "fail_text": (AFTER, "it happens; 400 with an error of a code that nobody knows"),
    "status_unknown": (AFTER, "it happens; a success is answered with a status nobody knows"),
    "wrong_amount": (AFTER, "it happens; a success is answered with one minor unit more"),
    "duplicate_json_names": (AFTER, "it happens; the body says object twice"),
    "stale_search": (AFTER, "a search, and no other call, finds nothing yet"),
    "duplicate_notification": (NOTIFICATION, "the event is sent twice"),
    "late_notification": (NOTIFICATION, "its first try waits until the clock has moved 60 s"),
    "reordered_notifications": (
        NOTIFICATION,
        "it is held back until the next one was sent, or the clock has moved 60 s",
    ),
    "lost_notification": (NOTIFICATION, "it is never sent"),
}
"""Every kind, when it strikes, and what it does: the closed list."""

SEARCH: Final = "payment_intents.search"
ENDPOINTS: Final = (
    "payment_intents.create",
    "payment_intents.list",
    SEARCH,
    "payment_intents.retrieve",
    "payment_intents.confirm",
    "payment_intents.capture",
    "payment_intents.cancel",
    "checkout.sessions.create",
    "checkout.sessions.list",
    "checkout.sessions.retrieve",
    "checkout.sessions.expire",
    "setup_intents.create",
    "setup_intents.list",
    "setup_intents.retrieve",
    "setup_intents.confirm",
    "setup_intents.cancel",
    "refunds.create",
    "refunds.list",
    "refunds.retrieve",
    "charges.retrieve",
    "customers.create",
    "customers.retrieve",
    "customers.payment_methods",
    "payment_methods.retrieve",
    "payment_methods.attach",
    "payment_methods.detach",
    "events.list",
    "events.retrieve",
)
"""Every call, named as client libraries name it."""

EVENTS: Final = (
    "charge.captured",
    "charge.expired",
    "charge.failed",
    "charge.refunded",
    "charge.succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "customer.created",
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.created",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "payment_method.attached",
    "payment_method.detached",
    "refund.created",
    "refund.failed",
    "refund.updated",
    "setup_intent.canceled",
    "setup_intent.created",
    "setup_intent.setup_failed",
    "setup_intent.succeeded",
)
"""Every type of event that it sends."""


@dataclass(frozen=True)
class _Fault:
    kind: str
    endpoint: str
    times: int

    def strikes(self, name: str) -> bool:
        notifies = KINDS[self.kind][0] == NOTIFICATION
        if notifies != (name in EVENTS) or (self.kind == "stale_search" and name != SEARCH):
            return False
        return self.endpoint in {"", name}


class Faults:
    """The faults that are still to come, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Fault] = []
        self.struck: Counter[str] = Counter()

    def add(self, kind: str, endpoint: str = "", times: int = 1) -> None:
        """Let the next `times` calls of `endpoint`, or of any, meet a fault.

        For an event the endpoint is its type. Kind and endpoint are read without case.

        Raises:
            ValueError: no such kind or endpoint, or `times` is under 1; the message lists them.
        """
        kind, endpoint = kind.strip().lower(), endpoint.strip().lower()
        if kind not in KINDS:
            raise ValueError(f"kind: want one of {', '.join(KINDS)}")
        names = EVENTS if KINDS[kind][0] == NOTIFICATION else ENDPOINTS
        if endpoint and endpoint not in names:
            raise ValueError(f"endpoint: want one of {', '.join(names)}")
        if times < 1:
            raise ValueError("times: want 1 or more")
        with self._lock:
            self._waiting.append(_Fault(kind, endpoint, times))

    def take(self, name: str) -> str:
        """Return the kind of fault that this call or event meets now; empty for none."""
        with self._lock:
            for place, fault in enumerate(self._waiting):
                if fault.strikes(name):
                    left = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                    self._waiting[place : place + 1] = left
                    self.struck[fault.kind] += 1
                    return fault.kind
        return ""

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._waiting.clear()
            self.struck.clear()
