"""The fixture of the hostile cases: an IOTPay that does what it is told, and payments P1 to P6."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

import paycore
from paycore import HostedPage, Money, StoredToken
from paycore.events import Event, EventType
from paycore.ledger.memory import MemoryLedger
from paycore.ledger.protocol import InboxRow, InboxState
from paycore.wire.guard import in_transaction
from paycore_iotpay.signing import sign
from tests.stage import Clock

KEY = "0123456789abcdef0123456789abcdef"
PREVIOUS_KEY = "previous89abcdef0123456789abcdef"
SANDBOX_KEY = "sandbox789abcdef0123456789abcdef"
MERCHANT = "10000701"
THANKS = "https://shop.example/thanks"
SURE = {"void": ["already settled"], "charge": ["sign error"]}
PAYMENTS = {f"P{n}": f"pc000000000{n}a1" for n in range(1, 7)}
AMOUNTS = {"P2": 990_000}
N0: Mapping[str, Any] = {
    "payOrderId": "PC20260101000000000000000001",
    "mchId": MERCHANT,
    "mchOrderNo": PAYMENTS["P1"],
    "originalOrderId": "",
    "amount": 1500,
    "currency": "CAD",
    "payType": "pay",
    "refundable": 1500,
    "status": 2,
    "invoiceNum": "000000000001",
    "paySuccTime": "2026-01-01 00:00:00",
    "cardNum": "432567******2266",
    "cardType": "V",
    "expiryDate": "1230",
    "authNum": "A1B2C3",
    "transNum": "000123",
    "channel": "PF_CC",
}


def cases(name: str) -> list[dict[str, Any]]:
    """Return the cases of one file, in order."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def params(chosen: list[dict[str, Any]]) -> Any:
    """Return the mark that runs a test with each of these cases."""
    return pytest.mark.parametrize("case", chosen, ids=lambda case: case["id"])


def value(said: Any, **names: Any) -> Any:
    """Return what a case's way of writing a value means: `Decimal:`, `int:`, `expr:`, half."""
    if not isinstance(said, str):
        return said
    kind, _, rest = said.partition(":")
    if kind == "Decimal":
        return Decimal(rest)
    if kind in ("int", "expr"):
        return eval(rest, {"__builtins__": {}}, names)
    half = re.fullmatch(r"\\u(d[89a-f][0-9a-f]{2}) \(.*\)", said)
    return chr(int(half[1], 16)) if half else said


def settings(**more: Any) -> dict[str, Any]:
    """Return the settings of the fixture: one account called iotpay."""
    account = {
        "provider": "iotpay",
        "merchant_id": MERCHANT,
        "merchant_key": KEY,
        "login_name": "jack123",
        "notify_url": "https://shop.example/payments/webhooks/iotpay",
        "max_amount": "10000.00 CAD",
        "sure_refusals": SURE,
    }
    return {
        "ledger": "memory://",
        "return_hosts": ["shop.example"],
        "accounts": {"iotpay": {**account, **more}},
    }


class Iotpay:
    """The provider: it checks what it is sent, and keeps orders and a log of what really moved.

    `answers` come first, in order: a reply, or an exception instead of one (nothing is executed).
    """

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.effects: list[tuple[str, str, int]] = []
        self.answers: deque[Any] = deque()
        self.next_theirs: deque[str] = deque()
        self.before: Any = None
        self._lock = Lock()

    def send(self, call: paycore.Call) -> paycore.Reply:
        """Answer a call as IOTPay does."""
        assert not in_transaction.get()
        said = dict(call.payload)
        assert said.pop("sign") == sign(said, KEY), "badly signed"
        json.dumps(said).encode("ascii")
        if self.before is not None:
            act, self.before = self.before, None
            act()
        with self._lock:
            self.calls.append((call.name, said))
            if self.answers:
                answer = self.answers.popleft()
                if isinstance(answer, BaseException):
                    raise answer
                return answer
            return success(self._done(call.name, said))

    def close(self) -> None:
        """Nothing is held."""

    def count(self, *names: str) -> int:
        """Return how many calls of these names came in."""
        return sum(name in names for name, _ in self.calls)

    def _done(self, name: str, said: dict[str, Any]) -> dict[str, Any] | None:
        if name == "cc_query":
            return self._found(said)
        if name in ("cc_refund", "cc_void"):
            return self._given_back(name, said)
        theirs = self.next_theirs.popleft() if self.next_theirs else f"PC{len(self.calls):026}"
        page = name == "cc_purchase"
        order = {**N0, "mchOrderNo": said["mchOrderNo"], "payOrderId": theirs}
        order |= {
            "amount": said["amount"],
            "refundable": said["amount"],
            "status": 0 if page else 2,
        }
        self.orders[said["mchOrderNo"]] = order
        if page:
            return {"redirectUrl": f"https://ccapi.iotpaycloud.com/cc/purchase?key={'0' * 64}"}
        self.effects.append(("charge", said["mchOrderNo"], said["amount"]))
        return order

    def _found(self, said: dict[str, Any]) -> dict[str, Any] | None:
        named = said.get("mchOrderNo"), said.get("payOrderId")
        return next(
            (
                o
                for o in self.orders.values()
                if o["mchOrderNo"] == named[0] or o["payOrderId"] == named[1]
            ),
            None,
        )

    def _given_back(self, name: str, said: dict[str, Any]) -> dict[str, Any]:
        paid = next(o for o in self.orders.values() if o["payOrderId"] == said["payOrderId"])
        minor = said.get("refundAmount", paid["amount"])
        order = {
            **paid,
            "payOrderId": f"RP{len(self.calls):026}",
            "mchOrderNo": said["mchRefundNo"],
        }
        order |= {"originalOrderId": paid["payOrderId"], "payType": "refund", "amount": minor}
        self.orders[said["mchRefundNo"]] = {**order, "refundable": 0, "status": 2}
        paid["refundable"] = 0 if name == "cc_void" else paid["refundable"] - minor
        self.effects.append((name.removeprefix("cc_"), said["mchRefundNo"], minor))
        return self.orders[said["mchRefundNo"]]


def success(data: Mapping[str, Any] | None) -> paycore.Reply:
    """Return the envelope around an order; a refusal that proves nothing where there is none."""
    envelope: dict[str, Any] = {"retCode": "SUCCESS", "retMsg": "", "retData": data}
    if data is None:
        envelope = {"retCode": "FAIL", "retMsg": "order not found", "retData": None}
    return paycore.Reply(200, json.dumps(envelope).encode())


class World:
    """A gateway over that provider, in memory unless told otherwise, with a clock that stands."""

    def __init__(self, ledger: Any = None, provider: Iotpay | None = None, **account: Any) -> None:
        self.provider = provider or Iotpay()
        self.clock = Clock()
        self.ledger: Any = ledger or MemoryLedger()
        self.gateway = paycore.open_gateway(
            settings(**account),
            ledger=self.ledger,
            now=self.clock,
            sender=lambda connection: self.provider,
        )
        self.heard: list[Event] = []
        for kind in EventType:
            self.gateway.on(kind, self.heard.append)

    def payment(self, name: str) -> str:
        """Make one of P1 to P6 and return its reference; its provider reference is that of N0."""
        reference = PAYMENTS[name]
        minor = AMOUNTS.get(name, 1500)
        self.provider.next_theirs.append(str(N0["payOrderId"]))
        self.gateway.charge(reference, Money(minor, "CAD"), HostedPage(THANKS))
        order = self.provider.orders[reference]
        order["status"] = {"P2": 0, "P4": 9}.get(name, 2)
        if name not in ("P1", "P2"):
            self.gateway.query(reference)
        if name == "P5":
            self.gateway.void(reference, key="v-0")
        if name == "P6":
            self.gateway.refund(reference, key="r-0")
        self.provider.calls.clear()
        self.provider.effects.clear()
        self.heard.clear()
        return reference

    def state(self, reference: str) -> paycore.State:
        """Return the state of a payment's first charge."""
        return self.found(reference).operations[0].state

    def found(self, reference: str) -> paycore.Payment:
        """Return a payment that is there."""
        payment = self.gateway.find(reference)
        assert payment is not None
        return payment

    def kept(self) -> tuple[InboxRow, ...]:
        """Return the messages that were kept, oldest first."""
        return tuple(self.ledger.messages())

    def rows(self) -> list[InboxState]:
        """Return what became of them."""
        return [row.state for row in self.kept()]

    def transitions(self, name: str = "P1") -> int:
        """Return how often a payment became one that is paid, by the events that stand for it."""
        told = [event.type for event in self.ledger.events_of(PAYMENTS[name])]
        return told.count(EventType.PAYMENT_PAID)

    def app_events(self) -> int:
        """Return how often the application was told that a payment is paid."""
        return [event.type for event in self.heard].count(EventType.PAYMENT_PAID)

    def books(self) -> object:
        """Return all that the ledger knows of payments: to compare before and after."""
        return self.gateway.payments(limit=1000)


def by_card(given: Mapping[str, Any]) -> Any:
    """Return how a case pays: a page where it names an address to come back to, else a card."""
    if "return_url" in given:
        return HostedPage(given["return_url"])
    return StoredToken("visa-1")
