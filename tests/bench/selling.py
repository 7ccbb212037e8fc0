"""A gateway that sells: an IOTPay in this process, which knows every order by its name alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import paycore
from paycore import HostedPage, Money, StoredToken, WebhookMessage
from paycore.events import Event, EventType
from paycore.ledger.protocol import Ledger
from paycore_iotpay.signing import sign

KEY: Final = "0123456789abcdef0123456789abcdef"
AMOUNT: Final = Money(1500, "CAD")
CARD: Final = StoredToken("visa-1")
PAGE: Final = HostedPage("https://shop.example/thanks")
BEGUN: Final = datetime(2026, 1, 1, tzinfo=UTC)
ACCOUNT: Final = "cards"
_ORDER: Final[Mapping[str, Any]] = {
    "mchId": "10000701",
    "originalOrderId": "",
    "amount": AMOUNT.minor,
    "currency": "CAD",
    "payType": "pay",
    "refundable": AMOUNT.minor,
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


def reference_of(number: int) -> str:
    """Return the reference of a payment; later ones sort behind."""
    return f"order-{number:010}"


def theirs_of(reference: str) -> str:
    """Return what the provider calls it."""
    return f"PC2026{reference.removeprefix('order-').zfill(22)}"


def order(reference: str, **changed: Any) -> dict[str, Any]:
    """Return the provider's order object of a payment that succeeded."""
    told = {**_ORDER, "mchOrderNo": reference, "payOrderId": theirs_of(reference)}
    return {**told, **changed}


def message(reference: str, **changed: Any) -> WebhookMessage:
    """Return a genuine notification."""
    told = order(reference, **changed)
    body = json.dumps({**told, "sign": sign(told, KEY)}).encode()
    return WebhookMessage("POST", {"Content-Type": "application/json"}, "", body, "192.0.2.1")


class Iotpay:
    """Answers at once; what `next_said` holds is said once instead, or raised."""

    def __init__(self) -> None:
        self.next_said: Mapping[str, Any] | Exception = {}

    def send(self, call: paycore.Call) -> paycore.Reply:
        """Answer as if everything succeeded."""
        said, told = call.payload, self.next_said
        self.next_said = {}
        if isinstance(told, Exception):
            raise told
        data = order(str(said.get("mchRefundNo") or said.get("mchOrderNo")))
        if call.name == "cc_purchase":
            data = {"redirectUrl": f"https://ccapi.iotpaycloud.com/cc/purchase?key={'0' * 64}"}
        if call.name == "cc_refund":
            data |= {"payType": "refund", "originalOrderId": said["payOrderId"]}
            data |= {"amount": said["refundAmount"], "refundable": 0}
        whole = {"retCode": "SUCCESS", "retMsg": "", "retData": {**data, **told}}
        return paycore.Reply(200, json.dumps(whole).encode())

    def close(self) -> None:
        """Nothing is held."""


class Seller:
    """One gateway on one ledger; its clock is moved by hand, its events are heard at once."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.provider = Iotpay()
        self.time = BEGUN
        account = {
            "provider": "iotpay",
            "merchant_id": "10000701",
            "merchant_key": KEY,
            "login_name": "bench",
            "notify_url": "https://shop.example/webhooks/cards",
        }
        settings = {"return_hosts": ["shop.example"], "accounts": {ACCOUNT: account}}
        self.gateway = paycore.open_gateway(
            settings, ledger=ledger, now=lambda: self.time, sender=lambda _: self.provider
        )
        self.heard = 0
        for kind in EventType:
            self.gateway.on(kind, self._hear)

    def _hear(self, event: Event) -> None:
        self.heard += 1

    def advance(self, seconds: float) -> None:
        """Move the clock on."""
        self.time += timedelta(seconds=seconds)

    def told(self, reference: str, **changed: Any) -> None:
        """Hear what the provider says by itself."""
        answer = self.gateway.receive(ACCOUNT, message(reference, **changed))
        assert answer.body == b"SUCCESS", answer

    def play(self, kind: str, reference: str) -> None:
        """Sell one thing, and let it go as its kind says."""
        self._acts()[kind](reference)

    def _acts(self) -> Mapping[str, Callable[[str], None]]:
        return {
            "card": lambda reference: self.charge(reference, CARD),
            "page": self._page,
            "refunded": self._refunded,
            "declined": lambda reference: self.charge(reference, CARD, status=9),
            "open": lambda reference: self.charge(reference, PAGE),
            "unknown": self._unknown,
            "parked": self._parked,
            "review": self._review,
        }

    def charge(self, reference: str, method: paycore.Method, **told: Any) -> None:
        """Charge; the provider says `told` instead of a success."""
        self.provider.next_said = told
        self.gateway.charge(reference, AMOUNT, method)

    def _page(self, reference: str) -> None:
        self.charge(reference, PAGE)
        self.advance(60)
        self.told(reference)

    def _refunded(self, reference: str) -> None:
        self.charge(reference, CARD)
        self.gateway.refund(reference, Money(500, "CAD"), key=f"refund-{reference}")

    def _unknown(self, reference: str) -> None:
        self.provider.next_said = paycore.OutcomeUnknown("lost")
        self.gateway.charge(reference, AMOUNT, CARD)

    def _parked(self, reference: str) -> None:
        self.charge(reference, CARD)
        self.told(f"{reference}-x")

    def _review(self, reference: str) -> None:
        self.charge(reference, PAGE)
        self.provider.next_said = {"amount": 1}
        self.told(reference, amount=1)
