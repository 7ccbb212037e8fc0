"""Events of the simulator: signed as Stripe signs, and sent until somebody says yes."""

from __future__ import annotations

import json
import threading
import time

import pytest
import stripe

from paycore.serving import Said, Serving
from paycore_stripe.simulator.facade import WEBHOOK_SECRET
from paycore_stripe.simulator.notify import PAUSES_MS
from paycore_stripe.simulator.signing import signature
from tests.stripe.simulated import Shop, merchant, shop, simulator

__all__ = ["merchant", "shop", "simulator"]
PAID = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def genuine(body, header, secret=WEBHOOK_SECRET):
    """Return whether Stripe's own library believes it."""
    try:
        stripe.Webhook.construct_event(body, header, secret)
    except stripe.SignatureVerificationError:
        return False
    return True


@pytest.mark.parametrize("body", [b"{}", b'{"a": 1}', '{"name": "\u00e9"}'.encode(), b"{ }" * 1000])
def test_the_signature_is_stripes_own(body):
    """Stripe's library believes it, and nothing that differs in one byte, secret or time."""
    now = int(time.time())
    header = signature(body, WEBHOOK_SECRET, now)
    verify = stripe.WebhookSignature.verify_header
    text = body.decode()

    assert verify(text, header, WEBHOOK_SECRET, 300)
    for odd in (
        (f"{text} ", header, WEBHOOK_SECRET),
        (text, header, f"{WEBHOOK_SECRET}0"),
        (text, header.replace(f"t={now}", f"t={now - 1}"), WEBHOOK_SECRET),
        (text, signature(body, WEBHOOK_SECRET, now - 301), WEBHOOK_SECRET),
    ):
        with pytest.raises(stripe.SignatureVerificationError):
            verify(*odd, 300)


def test_each_change_is_told_in_order(merchant, simulator, shop):
    """Whole objects in events of their own; the library that hears them has checked them all."""
    paid = merchant.paid()
    merchant.v1.refunds.create({"payment_intent": paid.id, "amount": 500})
    simulator.settle()

    assert shop.told == [*PAID, "refund.created", "charge.refunded"]
    assert shop.heard[2].data.object.id == paid.id
    assert shop.heard[2].livemode is False
    assert shop.heard[2].created == pytest.approx(time.time(), abs=60)
    listed = merchant.v1.events.list({"limit": 100}).data
    assert [event.id for event in listed] == [event.id for event in reversed(shop.heard)]
    assert merchant.v1.events.retrieve(listed[0].id).type == "charge.refunded"


def test_what_is_not_acknowledged_comes_again(merchant, simulator, shop):
    """After a minute, five, half an hour: by the clock, and with a signature of its time."""
    shop.answers = [500, 503, 302]
    merchant.paid(confirm=False, payment_method="")
    simulator.settle()
    counts = [len(shop.told)]
    for pause_ms in PAUSES_MS[:3]:
        simulator.advance(pause_ms / 1000 - 5)
        simulator.settle()
        counts.append(len(shop.told))
        simulator.advance(6)
        simulator.settle()
        counts.append(len(shop.told))
    simulator.advance(3 * 86_400)
    simulator.settle()

    assert counts == [1, 1, 2, 2, 3, 3, 4]
    assert len({event.id for event in shop.heard}) == 1


def test_it_is_given_up_after_three_days(merchant, simulator, shop):
    """Eleven tries in all."""
    shop.answers = [500] * 100
    merchant.paid(confirm=False, payment_method="")
    for _ in range(100):
        simulator.settle()
        simulator.advance(12 * 3600)
    simulator.settle()

    assert len(shop.told) == len(PAUSES_MS) + 1
    assert sum(PAUSES_MS) == pytest.approx(3 * 86_400_000, rel=0.12)


def test_an_endpoint_that_is_not_there_hears_later(merchant, simulator):
    """Nobody listens at first."""
    with Shop() as early:
        url = early.url
    simulator.settings("stripe", notify_url=url)
    merchant.paid(confirm=False, payment_method="")
    simulator.settle()

    assert len(simulator._book.records.posts) == 1


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("duplicate_notification", ["payment_intent.created", *PAID]),
        ("lost_notification", PAID[1:]),
        ("reordered_notifications", [PAID[1], PAID[0], PAID[2]]),
        ("late_notification", PAID[1:]),
    ],
)
def test_events_are_repeated_lost_reordered_and_late(merchant, simulator, shop, kind, told):
    """As the dial says, for the event that it names."""
    simulator.fault(kind, endpoint="payment_intent.created")
    merchant.paid()
    simulator.settle()
    at_once = shop.told
    simulator.advance(61)
    simulator.settle()

    assert at_once == told
    late = ["payment_intent.created"] if kind == "late_notification" else []
    assert shop.told == told + late


def test_every_endpoint_hears_everything(merchant, simulator, shop):
    """Two shops, one account; an address that is named twice hears once."""
    with Shop() as other:
        for _ in range(2):
            merchant.control("endpoints", url=other.url)
        merchant.paid()
        simulator.settle()

        assert shop.told == other.told == PAID


def test_an_event_can_be_sent_again(merchant, simulator, shop):
    """The last one about a payment, once more, under a new signature."""
    paid = merchant.paid()
    simulator.settle()
    simulator.notify(paid.id)

    assert shop.told == [*PAID, "payment_intent.succeeded"]
    assert shop.heard[-1].id == shop.heard[-2].id
    with pytest.raises(ValueError, match="no event"):
        simulator.notify("pi_nobody")


@pytest.mark.parametrize("thing", ["page", "payment", "refund", "reference"])
def test_a_forgery_claims_a_success_and_is_not_genuine(merchant, simulator, thing):
    """For whatever there is; the same words under the right secret would be believed."""
    page, paid = merchant.page(), merchant.paid(confirm=False, payment_method="")
    name = {"page": page.id, "payment": paid.id, "reference": "order-1"}.get(thing)
    if thing == "refund":
        taken = merchant.paid()
        name = merchant.v1.refunds.create({"payment_intent": taken.id}).id
    headers, body = simulator.forge(name)
    claimed = json.loads(body)["data"]["object"]

    assert not genuine(body, headers["Stripe-Signature"])
    assert genuine(body, signature(body, WEBHOOK_SECRET, int(time.time())))
    assert claimed["payment_status" if thing == "page" else "status"] in {"paid", "succeeded"}


def test_nothing_can_be_forged_of_what_is_not_there(simulator):
    """No such thing."""
    with pytest.raises(ValueError, match="no such thing"):
        simulator.forge("pi_nobody")


def test_a_shop_that_never_answers_does_not_hold_the_end_up(merchant, simulator):
    """The simulator stops while a post is under way."""
    waiting, over = threading.Event(), threading.Event()

    def slow(asked):
        waiting.set()
        over.wait(30)
        return Said(200)

    with Serving(slow) as shop:
        merchant.control("endpoints", url=f"{shop.url}/")
        merchant.paid()
        assert waiting.wait(20)
        simulator.__exit__(None, None, None)
        over.set()

    assert "stripe-notifier" not in {thread.name for thread in threading.enumerate()}
