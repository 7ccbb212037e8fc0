"""The simulator as paycore's tools know it: one class with the protocol of `paycore.simulators`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, ClassVar, Final, Self
from urllib.parse import urlsplit

from paycore.methods import MountForm, NextAction, Redirect
from paycore.money import Money
from paycore.secret import Secret
from paycore.serving import Serving
from paycore.simulators import Effect, Outcome, TestCards
from paycore.wire.talk import Call
from paycore_stripe.simulator import cards
from paycore_stripe.simulator.app import Application
from paycore_stripe.simulator.asking import asked
from paycore_stripe.simulator.book import Book, Shop
from paycore_stripe.simulator.control import PREFIX
from paycore_stripe.simulator.desk import Desk
from paycore_stripe.simulator.sessions import PAGE

PROVIDER: Final = "stripe"
SECRET_KEY: Final = "sk_test_simulated00000000000000000000"
WEBHOOK_SECRET: Final = "whsec_simulated000000000000000000000"


class StripeSimulator:
    """A local Stripe: `with StripeSimulator() as simulator:` starts it, and the end stops it.

    Its members are those of `paycore.simulators.Simulator`, and `asked`, which the conformance kit
    looks for. With `state`, the name of a file, what it knows outlives it; of a card, the last
    four digits are kept.
    """

    providers: ClassVar[tuple[str, ...]] = (PROVIDER,)
    options: ClassVar[Mapping[str, str]] = {
        "secret_key": "the key of the one account (default: an obviously made-up one)",
        "webhook_secret": "the secret that events are signed with (default: made up as well)",
        "notify_url": "where events go (default: nowhere)",
    }

    def __init__(
        self,
        *,
        port: int = 0,
        state: str = "",
        secret_key: str = SECRET_KEY,
        webhook_secret: str = WEBHOOK_SECRET,
        notify_url: str = "",
    ) -> None:
        """Prepare a simulator; `port` 0 takes a free one, `state` names a file to keep it in.

        Raises:
            ValueError: the file is not a simulator's, or events cannot go there.
        """
        self._book = Book(Shop(Secret(secret_key), Secret(webhook_secret)), state)
        self._desk = Desk(self._book)
        self._serving = Serving(Application(self._desk), port=port, name="stripe-simulator")
        if notify_url:
            self._desk.listen(notify_url)

    @property
    def base_url(self) -> str:
        """Where it listens, scheme and host; empty while it does not."""
        return self._serving.url

    @property
    def control_url(self) -> str:
        """Where its control interface is: `control_url + "/effects"` and so on."""
        return f"{self.base_url}{PREFIX}".rstrip("/")

    def __enter__(self) -> Self:
        """Start listening, and sending what is due.

        Raises:
            OSError: the port is taken.
        """
        self._serving.__enter__()
        self._book.base_url = self._serving.url
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
        self._serving.__exit__(kind, error, trace)

    def settings(self, provider: str, *, notify_url: str = "") -> dict[str, Any]:
        """Return account settings under which `provider` talks to this simulator.

        Stripe is told once where its events go, and not with each payment: `notify_url` is
        listened to from now on, beside those that were named before.

        Raises:
            ValueError: it serves no such provider, or events cannot go there.
        """
        _check(provider)
        if notify_url:
            self._desk.listen(notify_url)
        return {
            "provider": provider,
            "base_url": self.base_url,
            "mode": "sandbox",
            "secret_key": self._book.shop.secret_key.reveal(),
            "webhook_secret": self._book.shop.webhook_secret.reveal(),
        }

    def cards(self, provider: str) -> TestCards:
        """Return the test card numbers for `provider`; a card is never late, a bank account is."""
        _check(provider)
        return TestCards(*map(cards.number_for, (cards.SUCCESS, cards.DECLINE)))

    def wallet(self, provider: str) -> tuple[str, str] | None:
        """Return `None`: wallets are on the page, and not a method of their own."""
        _check(provider)
        return None

    def pay(
        self, action: NextAction, outcome: Outcome = "success", *, card_number: str = ""
    ) -> str:
        """Play the payer on a hosted page or form; return the URL that the browser is sent to.

        The card decides, but `decline` declines any: then the page stays as it is, for another
        card. `abandon` leaves the page: an empty URL, as for a form.

        Raises:
            ValueError: there is no such page, it cannot be filled in, or not with such a card.
        """
        match action:
            case MountForm(client_secret=key):
                return self._desk.pay(key, outcome, card_number)
            case Redirect(url=url):
                key = urlsplit(url).path.removeprefix(PAGE)
                return self._desk.pay(key, outcome, card_number)
        raise ValueError("action: want a Redirect or a MountForm")

    def fault(self, kind: str, *, endpoint: str = "", times: int = 1) -> None:
        """Let the next `times` calls (of `endpoint`, or of any) meet a fault.

        Raises:
            ValueError: no such kind or endpoint; the message lists them.
        """
        self._desk.fault(kind, endpoint, times)

    def advance(self, seconds: float) -> None:
        """Move its clock on; late outcomes, the end of holds and repeated events go by it."""
        self._desk.advance(seconds)

    def notify(self, provider_reference: str) -> None:
        """Send the last event about a payment, page or refund again, and wait for its answer.

        Raises:
            ValueError: no event tells of it, or nobody listens.
        """
        self._desk.notify(provider_reference)

    def forge(self, provider_reference: str) -> tuple[dict[str, str], bytes]:
        """Return headers and body of an event that claims a success, under a wrong secret."""
        return self._desk.forge(provider_reference)

    def effects(self) -> Sequence[Effect]:
        """Return what really moved, in order; a `void` is a hold that was released."""
        return self._desk.effects()

    def requests(self) -> Sequence[Mapping[str, Any]]:
        """Return what was asked, in order, scrubbed."""
        return self._desk.requests()

    def asked(self, call: Call) -> Money:
        """Return what a charge, capture or refund asks for, by another table than the plugin's.

        Raises:
            ValueError: it asks for no amount.
        """
        return asked(self._book, call)

    def settle(self) -> None:
        """Wait until every event that is due was answered or given up for now."""
        self._desk.notifier.settle()

    def reset(self) -> None:
        """Forget everything but where events go, faults included, and set the clock right."""
        self._book.reset()


def _check(provider: str) -> None:
    if provider != PROVIDER:
        raise ValueError(f"provider: want {PROVIDER}")
