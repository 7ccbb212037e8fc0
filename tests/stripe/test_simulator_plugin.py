"""The plugin and the simulator: what the ledger says, and what really moved."""

from __future__ import annotations

import pytest

import paycore
from paycore import HostedPage, Money, PaymentStatus, State, StoredToken
from paycore.demo.books import compare
from paycore.demo.endpoint import Endpoint
from paycore_stripe.simulator.faults import AFTER, BEFORE, KINDS
from tests.stripe.simulated import merchant, moved, simulator

__all__ = ["merchant", "simulator"]
PAGE = HostedPage("https://shop.example/thanks")
CALLED = [k for k, (when, _) in KINDS.items() if when in {BEFORE, AFTER} and k != "stale_search"]


@pytest.fixture
def gateway(simulator):
    """The front door, over the simulator, with an endpoint that hears its events."""
    with Endpoint() as endpoint:
        own = simulator.settings("stripe", notify_url=endpoint.notify_url("cards"))
        settings = {"ledger": "memory://", "return_hosts": ["shop.example"]}
        settings["accounts"] = {"cards": {**own, "timeout_s": 1}}
        with paycore.open_gateway(settings) as opened:
            endpoint.gateway = opened
            yield opened
            simulator.settle()
            endpoint.gateway = None


@pytest.fixture
def card(gateway, simulator):
    """A card that was stored on a page."""
    stored = gateway.tokenize("card-1", PAGE)
    simulator.pay(stored.next_action)
    return StoredToken(gateway.query_token("card-1").reference)


def agree(gateway, simulator):
    return compare(gateway.payments(limit=1000).payments, simulator.effects()).agree


def test_a_hold_on_a_page_is_captured_in_part_and_refunded(gateway, simulator):
    """The page's own payment is found; what was given up is not refundable."""
    held = gateway.charge("order-1", Money(1500, "CAD"), PAGE, capture=False)
    simulator.pay(held.next_action)
    held = gateway.query("order-1")
    taken = gateway.capture("order-1", Money(900, "CAD"), key="c-1")
    refund = gateway.refund("order-1", Money(400, "CAD"), key="r-1")
    simulator.settle()

    assert held.status is PaymentStatus.AUTHORIZED
    assert taken.status is PaymentStatus.PAID
    assert refund.state is State.SUCCEEDED
    assert gateway.find("order-1").refundable == Money(500, "CAD")
    assert [(kind, minor) for kind, _, minor in moved(simulator)] == [
        ("charge", 900),
        ("refund", 400),
    ]
    assert gateway.find("order-1").review == ""
    assert agree(gateway, simulator)


@pytest.mark.parametrize("part", [900, 1500])
def test_a_capture_after_one_made_elsewhere_takes_nothing(gateway, simulator, merchant, card, part):
    """The refusal tells a payment that was taken: a person is asked, whatever is asked again."""
    held = gateway.charge("order-4", Money(1500, "CAD"), card, capture=False)
    name = held.operations[0].provider_reference
    simulator.fault("lost_notification", endpoint="payment_intent.succeeded")
    merchant.v1.payment_intents.capture(name, {"amount_to_capture": part})
    gateway.capture("order-4", key="c-1")
    gateway.query("order-4")
    again = gateway.capture("order-4", key="c-1")

    assert again.operations[-1].state is State.UNKNOWN
    assert again.review
    assert moved(simulator)[-1:] == [("charge", "order-4", part)]


def test_a_hold_that_ended_by_itself_is_told_so(gateway, simulator, card):
    """A week later nothing can be captured, and nothing was taken."""
    gateway.charge("order-2", Money(1500, "CAD"), card, capture=False)
    simulator.advance(7 * 86_400 + 1)
    simulator.settle()
    gateway.query("order-2")

    assert gateway.find("order-2").status is PaymentStatus.EXPIRED
    assert agree(gateway, simulator)


def test_a_refund_that_fails_later_is_not_counted(gateway, simulator):
    """It was said to have succeeded, and a person is to look at it."""
    paid = gateway.charge("order-3", Money(1500, "CAD"), PAGE)
    simulator.pay(paid.next_action, card_number="4000000000005126")
    gateway.query("order-3")
    gateway.refund("order-3", Money(500, "CAD"), key="r-3")
    simulator.advance(60)
    simulator.settle()

    assert gateway.find("order-3").review


@pytest.mark.parametrize("kind", [k for k in CALLED if k != "drip"])
def test_whatever_goes_wrong_with_a_charge_it_ends_with_one_effect_at_most(
    gateway, simulator, card, kind
):
    """The answer fails; then it is asked, and both books agree. Nothing is sent a second time."""
    simulator.fault(kind, endpoint="payment_intents.create")
    first = gateway.charge("order-4", Money(1500, "CAD"), card)
    simulator.settle()
    last = gateway.query("order-4")
    sent = [r for r in simulator.requests() if r["endpoint"] == "payment_intents.create"]
    happened = KINDS[kind][0] == AFTER

    assert first.status is not PaymentStatus.FAILED
    assert len(sent) == 1
    assert len(moved(simulator)) == happened
    assert bool(last.review) is (kind == "wrong_amount")  # which a person has to look at
    assert last.paid is happened or last.review


@pytest.mark.parametrize("kind", ["timeout_after_effect", "error_500", "conflict_409", "fail_text"])
@pytest.mark.parametrize("ends", ["capture", "release"])
def test_a_hold_whose_end_was_not_heard_is_asked_about(gateway, simulator, card, kind, ends):
    """The outcome is unknown until the provider is asked; then it is known, and happened once."""
    gateway.charge("order-5", Money(1500, "CAD"), card, capture=False)
    act = "payment_intents.capture" if ends == "capture" else "payment_intents.cancel"
    simulator.fault("lost_notification", times=10)
    simulator.fault(kind, endpoint=act)
    if ends == "capture":
        gateway.capture("order-5", Money(900, "CAD"), key="e-5")
    else:
        gateway.void("order-5", key="e-5")
    last = gateway.query("order-5")

    assert last.status is (PaymentStatus.PAID if ends == "capture" else PaymentStatus.VOIDED)
    assert len(simulator.effects()) == 1
    assert agree(gateway, simulator)


def test_a_page_whose_opening_was_not_heard_is_found(gateway, simulator):
    """Nobody can pay on a page that nobody knows; it is found among the newest."""
    simulator.fault("close_without_answer")
    lost = gateway.charge("order-6", Money(1500, "CAD"), PAGE)
    found = gateway.query("order-6")

    assert lost.status is PaymentStatus.UNKNOWN
    assert found.status is PaymentStatus.AWAITING_PAYER
    assert simulator.pay(found.next_action).startswith("https://shop.example/thanks")


def test_a_page_that_expired_after_a_declined_card_ends_once_asked(gateway, simulator):
    """Its message names the payment that was tried: that it was cancelled, the query tells."""
    page = gateway.charge("order-9", Money(1500, "CAD"), PAGE)
    simulator.pay(page.next_action, "decline")
    simulator.fault("lost_notification", endpoint="payment_intent.canceled")
    simulator.advance(86_401)
    simulator.settle()
    told, asked = gateway.find("order-9"), gateway.query("order-9")

    assert told.operations[0].state is State.PENDING
    assert (asked.status, asked.review) == (PaymentStatus.EXPIRED, "")
    again = gateway.charge("order-9", Money(1500, "CAD"), PAGE, key="again")
    simulator.pay(again.next_action)
    assert gateway.query("order-9").paid
    assert agree(gateway, simulator)


def test_a_page_that_expired_untouched_ends_with_its_message(gateway, simulator):
    """It names no payment: nobody has to ask."""
    gateway.charge("order-9", Money(1500, "CAD"), PAGE)
    simulator.advance(86_401)
    simulator.settle()

    assert gateway.find("order-9").status is PaymentStatus.EXPIRED


def test_whatever_order_events_come_in_the_end_is_the_same(gateway, simulator, card):
    """Repeated, held back and late: the payment is paid, once, and nobody need look."""
    for kind in ("duplicate_notification", "reordered_notifications", "late_notification"):
        simulator.fault(kind, times=2)
    gateway.charge("order-7", Money(1500, "CAD"), card)
    page = gateway.charge("order-8", Money(1500, "CAD"), PAGE)
    simulator.pay(page.next_action)
    simulator.settle()
    simulator.advance(61)
    simulator.settle()

    for name in ("order-7", "order-8"):
        assert gateway.find(name).paid
        assert gateway.find(name).review == ""
    assert agree(gateway, simulator)


@pytest.mark.parametrize(
    ("money", "units"),
    [
        (Money(1500, "CAD"), 1500), (Money(5, "ISK"), 500), (Money(5, "UGX"), 500),
        (Money(500, "MGA"), 5), (Money(5120, "KWD"), 5120), (Money(5, "JPY"), 5),
    ],
)  # fmt: skip
def test_a_call_is_read_by_another_table(simulator, money, units):
    """What a page or a payment asks for; of a refund, in the money of its payment."""
    code = money.currency.lower()
    price = {"line_items[0][quantity]": 1, "line_items[0][price_data][currency]": code}
    price["line_items[0][price_data][unit_amount]"] = units

    assert simulator.asked(paycore.Call("x", {"amount": units, "currency": code})) == money
    assert simulator.asked(paycore.Call("x", price)) == money


@pytest.mark.parametrize(
    "said", [{}, {"amount": 5}, {"currency": "cad"}, {"amount": 550, "currency": "isk"},
             {"amount": "x", "currency": "cad"}, {"amount": 5, "payment_intent": "pi_404"},
             {"line_items[0][quantity]": 1}],
)  # fmt: skip
def test_a_call_that_asks_for_no_amount_is_not_read(simulator, said):
    """Nor one for half of a minor unit."""
    with pytest.raises(ValueError, match="amount"):
        simulator.asked(paycore.Call("https://x/v1/refunds", said))
