"""The fault dial: what can go wrong, and which calls are to meet it."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from typing import Final

BEFORE, AFTER, NOTIFICATION = "before", "after", "notification"

KINDS: Final = {
    "timeout_before_effect": (BEFORE, "nothing happens; the connection stays open, silent"),
    "timeout_after_effect": (AFTER, "it happens; the connection stays open, silent"),
    "reset_before_effect": (BEFORE, "nothing happens; the connection is reset"),
    "reset_after_effect": (AFTER, "it happens; the connection is reset"),
    "close_without_answer": (AFTER, "it happens; the connection is closed without a status line"),
    "error_500": (AFTER, "it happens; 500 with a JSON body that says FAIL"),
    "error_502_html": (AFTER, "it happens; 502 with an HTML body"),
    "truncated_body": (AFTER, "it happens; half the promised body, then the end"),
    "wrong_json": (AFTER, "it happens; 200 with an HTML page, every second time with a JSON list"),
    "empty_body": (AFTER, "it happens; 200 without a body"),
    "drip": (AFTER, "it happens; the whole answer, one byte every 100 ms"),
    "redirect_302": (BEFORE, "nothing happens; 302 to the same address"),
    "redirect_307": (BEFORE, "nothing happens; 307 to the same address"),
    "rate_limited_429": (BEFORE, "nothing happens; 429 with Retry-After"),
    "fail_text": (AFTER, "it happens; retCode FAIL, retMsg `system error`"),
    "status_unknown": (AFTER, "it happens; a success is answered with status 1"),
    "wrong_amount": (AFTER, "it happens; a success is answered with one cent more"),
    "duplicate_json_names": (AFTER, "it happens; the body says retCode twice"),
    "duplicate_notification": (NOTIFICATION, "the notification is sent twice"),
    "late_notification": (NOTIFICATION, "its first try waits until the clock has moved 60 s"),
    "reordered_notifications": (
        NOTIFICATION,
        "it is held back until the next one was sent, or the clock has moved 60 s",
    ),
    "lost_notification": (NOTIFICATION, "it is never sent"),
}
"""Every kind, when it strikes, and what it does: the closed list."""

MERCHANT_ENDPOINTS: Final = (
    "cc_purchase",
    "cc_addcard",
    "cc_directaddcard",
    "cc_directpurchase",
    "cc_querycard",
    "cc_purchasewithtoken",
    "cc_purchasewithwallet",
    "cc_refund",
    "cc_void",
    "cc_query",
)
FORM_PATHS: Final = {
    "cc_pfaddcard": "/v3/cc_pfaddcard",
    "cc_pfpurchase": "/v3/cc_pfpurchase",
    "queryorder": "/cc/queryorder",
}
ENDPOINTS: Final = (*MERCHANT_ENDPOINTS, *FORM_PATHS)


@dataclass(frozen=True)
class _Fault:
    kind: str
    endpoint: str
    times: int

    def strikes(self, endpoint: str, *, notifying: bool) -> bool:
        if (KINDS[self.kind][0] == NOTIFICATION) != notifying:
            return False
        if self.endpoint:
            return self.endpoint == endpoint
        return endpoint in MERCHANT_ENDPOINTS


class Faults:
    """The faults that are still to come, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Fault] = []
        self.struck: Counter[str] = Counter()

    def add(self, kind: str, endpoint: str = "", times: int = 1) -> None:
        """Let the next `times` calls of `endpoint`, or of any of a merchant's, meet a fault.

        Kind and endpoint are read without case, an endpoint with or without its folder.

        Raises:
            ValueError: no such kind or endpoint, or `times` is under 1; the message lists them.
        """
        kind, endpoint = kind.strip().lower(), endpoint.strip().lower().rpartition("/")[2]
        if kind not in KINDS:
            raise ValueError(f"kind: want one of {', '.join(KINDS)}")
        if endpoint and endpoint not in ENDPOINTS:
            raise ValueError(f"endpoint: want one of {', '.join(ENDPOINTS)}")
        if times < 1:
            raise ValueError("times: want 1 or more")
        with self._lock:
            self._waiting.append(_Fault(kind, endpoint, times))

    def take(self, endpoint: str, *, notifying: bool = False) -> str:
        """Return the kind of fault that a call of `endpoint` meets now; empty for none.

        With `notifying`, the one that its notification meets.
        """
        with self._lock:
            for place, fault in enumerate(self._waiting):
                if fault.strikes(endpoint, notifying=notifying):
                    rest = fault.times - 1
                    left = [_Fault(fault.kind, fault.endpoint, rest)] if rest else []
                    self._waiting[place : place + 1] = left
                    self.struck[fault.kind] += 1
                    return fault.kind
        return ""

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._waiting.clear()
            self.struck.clear()
