"""The simulator as paycore's tools know it: one class with the protocol of `paycore.simulators`."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, ClassVar, Final, Self
from urllib.parse import parse_qs, urlsplit

from paycore.methods import MountForm, NextAction, Redirect
from paycore.secret import Secret
from paycore.simulators import Effect, Outcome, TestCards
from paycore_iotpay.simulator.app import CONTROL, Application
from paycore_iotpay.simulator.book import Book, Merchant
from paycore_iotpay.simulator.cards import DECLINE, LATE, SUCCESS, number_for
from paycore_iotpay.simulator.desk import Desk
from paycore_iotpay.simulator.notify import HEADERS
from paycore_iotpay.simulator.server import Server

CHANNELS: Final = {"iotpay": "PF_CC", "iotpay_unionpay": "UPI_EX"}
MERCHANT_ID: Final = "10000701"
MERCHANT_KEY: Final = "simulatedKey00000000000000000000"
LOGIN_NAME: Final = "jack123"
WALLET_DATA: Final = base64.b64encode(b'{"simulated":"success"}').decode()


class IotpaySimulator:
    """A local IOTPay: `with IotpaySimulator() as simulator:` starts it, and the end stops it.

    Its members are those of `paycore.simulators.Simulator`. With `state`, the name of a file,
    what it knows outlives it; card numbers are kept masked only.
    """

    providers: ClassVar[tuple[str, ...]] = tuple(CHANNELS)
    options: ClassVar[Mapping[str, str]] = {
        "merchant_id": f"the merchant it knows, digits only (default {MERCHANT_ID})",
        "merchant_key": "the key that both sides sign with (default: an obviously made-up one)",
        "login_name": f"the merchant's login (default {LOGIN_NAME})",
    }

    def __init__(
        self,
        *,
        port: int = 0,
        state: str = "",
        merchant_id: str = MERCHANT_ID,
        merchant_key: str = MERCHANT_KEY,
        login_name: str = LOGIN_NAME,
    ) -> None:
        """Prepare a simulator; `port` 0 takes a free one, `state` names a file to keep it in.

        Raises:
            ValueError: the file is not a simulator's.
        """
        self._book = Book(Merchant(merchant_id, Secret(merchant_key), login_name), state)
        self._desk = Desk(self._book)
        self._server = Server(Application(self._desk), port)

    @property
    def base_url(self) -> str:
        """Where it listens, scheme and host; empty while it does not."""
        return self._book.base_url

    @property
    def control_url(self) -> str:
        """Where its control interface is: `control_url + "/effects"` and so on."""
        return f"{self.base_url}{CONTROL}".rstrip("/")

    def __enter__(self) -> Self:
        """Start listening, and sending what is due.

        Raises:
            OSError: the port is taken.
        """
        self._server.__enter__()
        self._book.base_url = self._server.url
        self._desk.notifier.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Cut every connection and end every thread; what it knows stays with it."""
        self._desk.notifier.stop()
        self._server.__exit__(kind, error, trace)
        self._book.base_url = ""

    def settings(self, provider: str, *, notify_url: str = "") -> dict[str, Any]:
        """Return account settings under which `provider` talks to this simulator.

        Raises:
            ValueError: it serves no such provider.
        """
        _channel(provider)
        merchant = self._book.merchant
        return {
            "provider": provider,
            "base_url": self.base_url,
            "mode": "sandbox",
            "merchant_id": merchant.merchant_id,
            "merchant_key": merchant.key.reveal(),
            "login_name": merchant.login_name,
            "notify_url": notify_url,
        }

    def cards(self, provider: str) -> TestCards:
        """Return the test card numbers for `provider`."""
        channel = _channel(provider)
        return TestCards(*(number_for(channel, does) for does in (SUCCESS, DECLINE, LATE)))

    def wallet(self, provider: str) -> tuple[str, str] | None:
        """Return a wallet's kind and data that pay here; `None` on UnionPay's channel."""
        return ("apple_pay", WALLET_DATA) if _channel(provider) == "PF_CC" else None

    def pay(
        self, action: NextAction, outcome: Outcome = "success", *, card_number: str = ""
    ) -> str:
        """Play the payer on a hosted page or form; return the URL that the browser is sent to.

        The card decides, but `decline` declines any; `abandon` leaves the page: an empty URL.

        Raises:
            ValueError: there is no such page, it cannot be filled in, or not with such a card.
        """
        match action:
            case MountForm(client_secret=key):
                return self._desk.pay(key, outcome, card_number)
            case Redirect(url=url):
                key = parse_qs(urlsplit(url).query).get("key", [""])[0]
                return self._desk.pay(key, outcome, card_number)
        raise ValueError("action: want a Redirect or a MountForm")

    def fault(self, kind: str, *, endpoint: str = "", times: int = 1) -> None:
        """Let the next `times` calls (of `endpoint`, or of any of a merchant's) meet a fault.

        Raises:
            ValueError: no such kind or endpoint; the message lists them.
        """
        self._desk.fault(kind, endpoint, times)

    def advance(self, seconds: float) -> None:
        """Move its clock on; settlement, late outcomes and repeated notifications go by it."""
        self._desk.advance(seconds)

    def notify(self, provider_reference: str) -> None:
        """Send a payment's or refund's notification again, once, and wait for its answer.

        Raises:
            ValueError: there is no such payment, it has not succeeded, or named no notify URL.
        """
        self._desk.notify(provider_reference)

    def forge(self, provider_reference: str) -> tuple[dict[str, str], bytes]:
        """Return headers and body of a notification that claims a success, under a wrong key."""
        return dict(HEADERS), self._desk.forge(provider_reference)

    def effects(self) -> Sequence[Effect]:
        """Return what really moved, in order."""
        return self._desk.effects()

    def requests(self) -> Sequence[Mapping[str, Any]]:
        """Return what was asked, in order, scrubbed."""
        return self._desk.requests()

    def settle(self) -> None:
        """Wait until every notification that is due was answered or given up for now."""
        self._desk.notifier.settle()

    def reset(self) -> None:
        """Forget everything, faults included, and set the clock right."""
        self._book.reset()


def _channel(provider: str) -> str:
    """Return the channel that a provider speaks."""
    if provider not in CHANNELS:
        raise ValueError(f"provider: want one of {', '.join(CHANNELS)}")
    return CHANNELS[provider]
