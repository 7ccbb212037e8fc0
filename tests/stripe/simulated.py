"""A running Stripe simulator, Stripe's own client library as a merchant, and a shop that hears."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import stripe

from paycore import Redirect
from paycore.serving import Asked, Said, Serving
from paycore_stripe.simulator import StripeSimulator
from paycore_stripe.simulator.facade import SECRET_KEY, WEBHOOK_SECRET

DAY_S = 86_400
THANKS = "https://shop.example/thanks?s={CHECKOUT_SESSION_ID}"


class Shop:
    """A merchant's web server: hears events, checks them as Stripe's library does, and answers."""

    def __init__(self) -> None:
        self.heard: list[stripe.Event] = []
        self.answers: list[int] = []
        """The statuses it answers with, first to last; then 200 for ever."""
        self._lock = threading.Lock()
        self._serving = Serving(self._answer)

    def _answer(self, asked: Asked) -> Said:
        signed = asked.header("stripe-signature")
        event = stripe.Webhook.construct_event(asked.body, signed, WEBHOOK_SECRET)
        with self._lock:
            self.heard.append(event)
            return Said(self.answers.pop(0) if self.answers else 200)

    @property
    def url(self) -> str:
        return f"{self._serving.url}/stripe?shop=1"

    @property
    def told(self) -> list[str]:
        """The types of what was heard, in order."""
        with self._lock:
            return [event.type for event in self.heard]

    def __enter__(self) -> Shop:
        self._serving.__enter__()
        return self

    def __exit__(self, *failure: Any) -> None:
        self._serving.__exit__(*failure)


class Merchant:
    """A merchant's server, which speaks by Stripe's own client library and by nothing of ours."""

    def __init__(self, simulator: StripeSimulator) -> None:
        self.simulator = simulator
        self.session = requests.Session()
        self.session.trust_env = False
        self.client = stripe.StripeClient(
            SECRET_KEY,
            base_addresses={"api": simulator.base_url},
            http_client=stripe.RequestsClient(session=self.session),
            max_network_retries=0,
        )
        self.v1 = self.client.v1

    def paid(self, card: str = "pm_card_visa", **more: Any) -> stripe.PaymentIntent:
        """Charge a test card 15.00 CAD, and return the payment."""
        asked = {"amount": 1500, "currency": "cad", "payment_method": card, "confirm": True}
        asked |= {"payment_method_types": ["card"], "metadata": {"paycore_reference": "order-1"}}
        return self.v1.payment_intents.create({**asked, **more})  # type: ignore[typeddict-item]

    def held(self, **more: Any) -> stripe.PaymentIntent:
        """Hold 15.00 CAD."""
        return self.paid(capture_method="manual", **more)

    def page(self, **more: Any) -> Any:
        """Open a page for 15.00 CAD."""
        price = {"currency": "cad", "unit_amount": 750, "product_data": {"name": "Tea"}}
        asked: Any = {
            "mode": "payment",
            "success_url": THANKS,
            "cancel_url": "https://shop.example/cart",
            "line_items": [{"price_data": price, "quantity": 2}],
            "payment_intent_data": {"metadata": {"paycore_reference": "order-2"}},
            "customer_creation": "always",
        }
        return self.v1.checkout.sessions.create({**asked, **more})

    def card_page(self) -> Any:
        """Open a page that stores a card."""
        asked: Any = {"mode": "setup", "success_url": THANKS, "payment_method_types": ["card"]}
        asked |= {"customer_creation": "always", "setup_intent_data": {"metadata": {"a": "b"}}}
        return self.v1.checkout.sessions.create(asked)

    def fill(self, page: Any, outcome: Any = "success", card_number: str = "") -> str:
        """Play the payer on a page."""
        return self.simulator.pay(Redirect(page.url), outcome, card_number=card_number)

    def post(self, path: str, body: str = "", **headers: str) -> tuple[int, dict[str, Any]]:
        """Post a form as it stands, and return status and object."""
        reply = self.raw(path, body, **headers)
        return reply.status_code, json.loads(reply.content)

    def raw(self, path: str, body: str = "", **headers: str) -> requests.Response:
        """Post a form as it stands; a header's `_` is a `-`."""
        plain = {
            "Authorization": f"Bearer {SECRET_KEY}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        said = {**plain, **{name.replace("_", "-"): value for name, value in headers.items()}}
        url = f"{self.simulator.base_url}{path}"
        return self.session.post(url, body, headers=said, timeout=10, allow_redirects=False)

    def control(self, act: str, /, **body: Any) -> Any:
        """Ask the control interface: with a body, a POST."""
        url = f"{self.simulator.control_url}/{act}"
        if body:
            return self.session.post(url, json=body, timeout=10).json()
        return self.session.get(url, timeout=10).json()


@pytest.fixture
def simulator() -> Iterator[StripeSimulator]:
    with StripeSimulator() as running:
        yield running


@pytest.fixture
def merchant(simulator: StripeSimulator) -> Iterator[Merchant]:
    merchant = Merchant(simulator)
    yield merchant
    merchant.session.close()


@pytest.fixture
def shop(simulator: StripeSimulator) -> Iterator[Shop]:
    """A shop that events are sent to."""
    with Shop() as running:
        simulator.settings("stripe", notify_url=running.url)
        yield running
        simulator.settle()


def moved(simulator: StripeSimulator) -> list[tuple[str, str, int]]:
    """Return what really moved: kind, our reference and minor units."""
    return [(e.kind, e.reference, e.amount_minor) for e in simulator.effects()]
