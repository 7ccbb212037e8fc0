"""One application, three providers, both gateways: only the settings change.

The shop below charges by page and by stored card, refunds, holds and captures where that can be
done, asks, and takes messages in, over real HTTP against each provider's simulator. Nothing in it
names a provider.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

import paycore
from paycore import HostedPage, Money, PaymentStatus, StoredToken
from paycore.demo.casting import simulator
from paycore.serving import Asked, Said, Serving

PROVIDERS = ("iotpay", "iotpay_unionpay", "stripe")
DAY_S = 86_400
OPEN_OR_TOLD = (PaymentStatus.UNKNOWN, PaymentStatus.PROCESSING, PaymentStatus.PAID)
"""Where a payment may stand whose answer was lost: its message may have been faster."""


def cad(minor: int) -> Money:
    return Money(minor, "CAD")


# The application. A shop knows a gateway, where payers come back to, and nothing else.


def sell(gateway: paycore.Gateway, order: str, price: Money, back: str) -> paycore.Payment:
    """Ask to be paid on a page."""
    return gateway.charge(order, price, HostedPage(return_url=back), description=f"Order {order}")


def remember(gateway: paycore.Gateway, card: str, back: str) -> paycore.Token:
    """Store a card for later."""
    return gateway.tokenize(card, HostedPage(return_url=back))


def renew(gateway: paycore.Gateway, order: str, price: Money, card: str) -> paycore.Payment:
    """Charge a stored card."""
    return gateway.charge(order, price, StoredToken(card))


def hold(gateway: paycore.Gateway, order: str, price: Money, card: str) -> paycore.Payment | None:
    """Hold the money until the goods leave; None where that cannot be done."""
    try:
        return gateway.charge(order, price, StoredToken(card), capture=False)
    except paycore.NotSupported:
        return None


# The same, for applications on an event loop.


async def sell_async(gateway: Any, order: str, price: Money, back: str) -> paycore.Payment:
    """Ask to be paid on a page."""
    page = HostedPage(return_url=back)
    return await gateway.charge(order, price, page, description=f"Order {order}")


async def remember_async(gateway: Any, card: str, back: str) -> paycore.Token:
    """Store a card for later."""
    return await gateway.tokenize(card, HostedPage(return_url=back))


async def renew_async(gateway: Any, order: str, price: Money, card: str) -> paycore.Payment:
    """Charge a stored card."""
    return await gateway.charge(order, price, StoredToken(card))


async def hold_async(gateway: Any, order: str, price: Money, card: str) -> paycore.Payment | None:
    """Hold the money until the goods leave; None where that cannot be done."""
    try:
        return await gateway.charge(order, price, StoredToken(card), capture=False)
    except paycore.NotSupported:
        return None


SYNC = (sell, remember, renew, hold)
ASYNC = (sell_async, remember_async, renew_async, hold_async)


@dataclass
class Street:
    """Where the shop stands: its endpoint, and whatever of the provider a test may touch."""

    gateway: Any
    simulator: Any
    endpoint: Serving
    run: Callable[[Any], Any]
    """Gives what a verb gives: of a coroutine, when it is done."""
    verbs: tuple[Callable[..., Any], ...]
    statuses: list[int] = field(default_factory=list)

    @property
    def back(self) -> str:
        return f"{self.endpoint.url}/thanks"

    def sell(self, order: str, price: Money) -> paycore.Payment:
        return self.run(self.verbs[0](self.gateway, order, price, self.back))

    def remember(self, card: str) -> paycore.Token:
        return self.run(self.verbs[1](self.gateway, card, self.back))

    def renew(self, order: str, price: Money, card: str) -> paycore.Payment:
        return self.run(self.verbs[2](self.gateway, order, price, card))

    def hold(self, order: str, price: Money, card: str) -> paycore.Payment | None:
        return self.run(self.verbs[3](self.gateway, order, price, card))

    def stored(self, card: str) -> paycore.Token:
        """Return a card whose payer filled in the page."""
        self.pay(self.remember(card).next_action)
        return self.run(self.gateway.query_token(card))

    def pay(self, action: Any) -> None:
        """Let the payer fill in the page, and the provider tell us."""
        self.simulator.pay(action)
        self.simulator.settle()

    def moved(self, payment: paycore.Payment) -> list[tuple[str, int]]:
        """Return what the provider really moved for a payment."""
        ours = {operation.reference for operation in payment.operations}
        return [(e.kind, e.amount_minor) for e in self.simulator.effects() if e.reference in ours]


def message_of(asked: Asked) -> paycore.WebhookMessage:
    return paycore.WebhookMessage(
        asked.method, asked.headers, asked.query, asked.body, peer=asked.peer
    )


@contextmanager
def opened(provider: str, kind: str, database: str) -> Iterator[Street]:
    """Open a shop on a street with one provider, by one kind of gateway."""
    streets: list[Street] = []
    loop = asyncio.new_event_loop()

    def answered(asked: Asked) -> Said:
        if asked.path == "/thanks":
            return Said(200, b"thank you")
        street = streets[0]
        answer = received(street, message_of(asked))
        street.statuses.append(answer.status)
        return Said(answer.status, answer.body, {"Content-Type": answer.content_type})

    def received(street: Street, message: paycore.WebhookMessage) -> paycore.Answer:
        told = street.gateway.receive("main", message)
        return asyncio.run_coroutine_threadsafe(told, loop).result() if kind == "async" else told

    def run(verb: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(verb, loop).result() if kind == "async" else verb

    with Serving(answered) as endpoint, simulator(provider).factory() as provided:
        account = provided.settings(provider, notify_url=f"{endpoint.url}/webhooks/main")
        settings = {"ledger": database, "accounts": {"main": account}}
        if kind == "sync":
            with paycore.open_gateway(settings) as gateway:
                streets.append(Street(gateway, provided, endpoint, run, SYNC))
                yield streets[0]
                provided.settle()
            loop.close()
            return
        with on_a_thread(loop):
            gateway = paycore.open_async_gateway(settings)
            streets.append(Street(gateway, provided, endpoint, run, ASYNC))
            try:
                yield streets[0]
                provided.settle()
            finally:
                run(gateway.close())


@contextmanager
def on_a_thread(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let a loop run elsewhere, as a web server's would."""
    from threading import Thread

    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture(params=["sync", "async"])
def kind(request):
    return request.param


@pytest.fixture(params=PROVIDERS)
def street(request, kind, tmp_path):
    with opened(request.param, kind, f"sqlite:///{tmp_path / 'shop.db'}") as street:
        yield street


def test_a_page_is_paid_and_the_message_tells(street):
    """A page, a payer, a message: the payment is paid without anybody asking again."""
    payment = street.sell("order-1", cad(1500))
    assert payment.status is PaymentStatus.AWAITING_PAYER
    street.pay(payment.next_action)

    payment = street.run(street.gateway.find("order-1"))
    assert payment.paid
    assert set(street.statuses) == {200}
    assert street.moved(payment) == [("charge", 1500)]
    assert street.run(street.gateway.query("order-1")).instrument is not None


def test_a_stored_card_pays_and_is_given_back(street):
    """Stored on a page, charged twice with one key, refunded in parts, and not a cent more."""
    assert street.stored("card-1").usable
    payments = [street.renew("order-2", cad(2000), "card-1") for _ in range(2)]
    assert all(payment.paid for payment in payments)

    street.simulator.advance(2 * DAY_S)
    for number in (1, 2):
        refund = street.run(street.gateway.refund("order-2", cad(700), key=f"r-{number}"))
        assert refund.state in (paycore.State.SUCCEEDED, paycore.State.PENDING)
    with pytest.raises(paycore.InvalidRequest):
        street.run(street.gateway.refund("order-2", cad(700), key="r-3"))
    street.simulator.settle()

    payment = street.run(street.gateway.query("order-2"))
    assert payment.refundable == cad(600)
    moved = [("charge", 2000), ("refund", 700), ("refund", 700)]
    assert street.moved(payment) == moved
    assert not payment.review


def test_money_is_held_and_captured_where_that_can_be_done(street):
    """A part is captured and the rest given up; another hold is released; else it is refused."""
    assert street.stored("card-1").usable
    held = street.hold("order-3", cad(5000), "card-1")
    if held is None:
        assert street.run(street.gateway.find("order-3")) is None
        return
    assert held.status is PaymentStatus.AUTHORIZED
    assert street.moved(held) == []
    payment = street.run(street.gateway.capture("order-3", cad(3000), key="c-1"))
    again = street.run(street.gateway.capture("order-3", cad(3000), key="c-1"))
    assert payment.paid
    assert (payment.refundable, again.refundable) == (cad(3000), cad(3000))

    street.hold("order-4", cad(800), "card-1")
    street.run(street.gateway.void("order-4", key="v-1"))
    released = street.run(street.gateway.find("order-4"))
    assert released.status is PaymentStatus.VOIDED
    effects = [(e.kind, e.amount_minor) for e in street.simulator.effects()]
    assert effects.count(("charge", 3000)) == 1
    assert ("charge", 800) not in effects
    assert ("charge", 5000) not in effects


def test_a_forged_message_changes_nothing(street):
    """Whatever the provider's messages look like, one that is not genuine is refused."""
    payment = street.sell("order-5", cad(900))
    street.pay(payment.next_action)
    effect = street.simulator.effects()[-1]
    headers, body = street.simulator.forge(effect.provider_reference)
    before = street.run(street.gateway.find("order-5"))
    message = paycore.WebhookMessage("POST", headers, "", body, peer="203.0.113.9")
    answer = street.run(street.gateway.receive("main", message))

    assert answer.status in (400, 401)
    assert street.run(street.gateway.find("order-5")) == before


def test_an_answer_that_is_lost_is_found(street):
    """The money moved, the answer did not come: UNKNOWN, asked about, and charged once."""
    assert street.stored("card-1").usable
    street.simulator.fault("reset_after_effect")
    payment = street.renew("order-6", cad(1100), "card-1")
    assert payment.status in OPEN_OR_TOLD
    with pytest.raises(paycore.Conflict):
        street.run(street.gateway.charge("order-6", cad(1100), StoredToken("card-1"), key="again"))
    street.simulator.settle()
    done = street.run(street.gateway.reconcile(ahead=True))

    assert done.needs_review == 0
    payment = street.run(street.gateway.find("order-6"))
    assert payment.paid
    assert street.moved(payment) == [("charge", 1100)]
