"""Stripe on a bad day: questions that fail, payments that take days, captures by somebody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import paycore
from paycore import Money, PaymentStatus
from tests.stripe import messages
from tests.stripe.conftest import SETTINGS
from tests.stripe.scripted import answer, refused

CAD = Money(1500, "CAD")
PAGE = paycore.HostedPage("https://shop.example/thanks")
FORM = paycore.EmbeddedForm("https://shop.example/thanks")
CARD = paycore.StoredToken("cus_9:pm_9")
BUSY = refused(429, "invalid_request_error", "rate_limit")
DAY = timedelta(days=1)


class Clock:
    """A clock that runs from now on only when it is moved."""

    def __init__(self):
        self.time = datetime.now(UTC)

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def timed(wire, clock):
    """The front door, with a clock that can be moved."""
    with paycore.open_gateway(SETTINGS, sender=wire, now=clock) as gateway:
        yield gateway


def posts(wire):
    return [call for call in wire.stripe.calls if call.method == "POST"]


def under_way(wire):
    """Let the payer do all there is to do on the page, and Stripe take its time."""
    page = wire.stripe.named("cs")[0]
    wire.stripe.pay(page["id"])
    page["payment_status"] = "unpaid"
    payment = wire.stripe.named("pi")[0]
    payment |= {"status": "processing", "amount_received": 0}
    return payment


def down(call):
    raise paycore.OutcomeUnknown(f"{call.name}: 503")


@pytest.mark.parametrize("how", [lambda call: BUSY, down])
def test_a_page_that_was_lost_is_found_without_the_search(timed, wire, clock, how):
    """Where merchants have no search, and while it is down: the newest pages are looked through."""
    wire.loses.append("answer")
    timed.charge("o-1", CAD, PAGE)
    wire.answers = lambda call: how(call) if call.name == "search" else None

    assert timed.query("o-1").status is PaymentStatus.AWAITING_PAYER
    wire.stripe.pays = True
    clock.time += 2 * DAY
    assert timed.query("o-1").paid


def test_a_form_that_was_lost_is_found_without_the_pages(gateway, wire):
    """Its payment is found by search, whatever the list of pages says."""
    wire.loses.append("answer")
    gateway.charge("o-1", CAD, FORM)
    wire.answers = lambda call: BUSY if call.name == "sessions" else None

    assert gateway.query("o-1").status is PaymentStatus.AWAITING_PAYER


FAILED = {
    "busy": lambda call: BUSY,
    "down": down,
    "no such page": lambda call: refused(404, "invalid_request_error", "resource_missing"),
    "noise": lambda call: paycore.Reply(200, b"<html>"),
    "another thing": lambda call: answer({"id": "cs_1", "object": "checkout.session"}),
}
"""How a question can fail; what is to be done is not even begun then."""


@pytest.mark.parametrize("how", FAILED)
@pytest.mark.parametrize("verb", ["capture", "void", "refund"])
def test_a_look_up_that_fails_has_moved_nothing(gateway, wire, verb, how):
    """Whose payment a page's is could not be asked: not sent, and the same key may try again."""
    gateway.charge("o-1", CAD, PAGE, capture=verb == "refund")
    wire.stripe.pay(wire.stripe.named("cs")[0]["id"])
    gateway.query("o-1")
    posted = len(posts(wire))
    wire.answers = lambda call: FAILED[how](call) if call.method == "GET" else None
    with pytest.raises(paycore.NotSent):
        getattr(gateway, verb)("o-1", key="k-1")

    assert len(posts(wire)) == posted
    wire.answers = lambda call: None
    getattr(gateway, verb)("o-1", key="k-1")
    done = {"capture": "succeeded", "void": "canceled", "refund": "succeeded"}
    assert gateway.find("o-1").operations[-1].state is paycore.State.SUCCEEDED
    assert wire.stripe.named("pi")[0]["status"] == done[verb]
    assert len(posts(wire)) == posted + 1


@pytest.mark.parametrize("verb", ["capture", "void", "refund"])
def test_a_look_up_whose_answer_is_lost_has_moved_nothing(gateway, wire, verb):
    """Nor has one that never left."""
    gateway.charge("o-1", CAD, PAGE, capture=verb == "refund")
    wire.stripe.pays = True
    gateway.query("o-1")
    for lost in ("answer", "sent"):
        wire.loses.append(lost)
        with pytest.raises(paycore.NotSent):
            getattr(gateway, verb)("o-1", key="k-1")

    getattr(gateway, verb)("o-1", key="k-1")
    assert gateway.find("o-1").operations[-1].state is paycore.State.SUCCEEDED


@pytest.mark.parametrize("verb", ["capture", "void", "refund"])
def test_what_followed_its_look_up_is_unknown_once_it_is_lost(gateway, wire, verb):
    """The question was answered, and what moves money was not: it is asked about, not repeated."""
    gateway.charge("o-1", CAD, PAGE, capture=verb == "refund")
    wire.stripe.pays = True
    gateway.query("o-1")
    posted = len(posts(wire))
    wire.loses += ["", "answer"]
    getattr(gateway, verb)("o-1", key="k-1")

    assert gateway.find("o-1").operations[-1].state is paycore.State.UNKNOWN
    getattr(gateway, verb)("o-1", key="k-1")
    assert len(posts(wire)) == posted + 1


def test_a_payment_that_stripe_has_under_way_is_not_given_up(timed, wire, clock):
    """However long it takes: no other attempt may begin, and it is paid once."""
    timed.charge("o-1", CAD, PAGE)
    payment = under_way(wire)
    for _ in range(3):
        clock.time += DAY
        timed.query("o-1")
        assert timed.find("o-1").operations[0].state is paycore.State.PENDING
        with pytest.raises(paycore.Conflict):
            timed.charge("o-1", CAD, CARD, key="again")

    payment |= {"status": "succeeded", "amount_received": 1500}
    assert timed.query("o-1").paid
    assert timed.find("o-1").review == ""


def test_a_payment_that_fails_after_days_is_declined(timed, wire, clock):
    """The page is over then, and another attempt may begin."""
    timed.charge("o-1", CAD, PAGE)
    payment = under_way(wire)
    clock.time += 3 * DAY
    timed.query("o-1")
    payment |= {"status": "requires_payment_method", "last_payment_error": {"code": "x"}}

    assert timed.query("o-1").status is PaymentStatus.FAILED
    assert timed.charge("o-1", CAD, CARD, key="again").paid


def test_a_page_that_nobody_paid_is_given_up_after_a_day(timed, clock):
    """Its payer did nothing that Stripe could have under way."""
    timed.charge("o-1", CAD, PAGE)
    clock.time += DAY + timedelta(minutes=1)

    assert timed.query("o-1").status is PaymentStatus.EXPIRED


def test_a_page_that_is_under_way_does_not_give_way(timed, wire):
    """R6: only one that waits for its payer, and for nothing else, may be superseded."""
    timed.charge("o-1", CAD, PAGE)
    under_way(wire)

    with pytest.raises(paycore.Conflict):
        timed.supersede("o-1", PAGE, key="again")


def test_a_page_that_ended_with_its_payment_under_way_is_not_over(timed, wire, clock):
    """R6: the message only names the payment; what came of that, Stripe is asked."""
    timed.charge("o-1", CAD, PAGE)
    payment, page = under_way(wire), wire.stripe.named("cs")[0]
    page["status"] = "expired"
    said = messages.just_now("checkout.session.expired", dict(page))
    answered = timed.receive("cards", said).status
    for _ in range(2):
        with pytest.raises(paycore.Conflict, match="an earlier attempt is pending"):
            timed.charge("o-1", CAD, CARD, key="again")
        timed.query("o-1")

    payment |= {"status": "succeeded", "amount_received": 1500}
    clock.time += 2 * DAY
    timed.reconcile()
    assert answered == 200
    assert (timed.find("o-1").paid, timed.find("o-1").review) == (True, "")
    assert len(wire.stripe.named("pi")) == 1


@pytest.mark.parametrize("begun", ["canceled", "requires_payment_method"])
def test_a_page_that_ended_with_its_payment_unpaid_is_over_once_asked(timed, wire, clock, begun):
    """By the plan, with nobody's doing: another attempt may begin."""
    timed.charge("o-1", CAD, PAGE)
    payment, page = under_way(wire), wire.stripe.named("cs")[0]
    page["status"], payment["status"] = "expired", begun
    timed.receive("cards", messages.just_now("checkout.session.expired", dict(page)))
    heard = timed.find("o-1").operations[0].state
    clock.time += 2 * DAY
    timed.reconcile()

    assert heard is paycore.State.PENDING
    assert timed.find("o-1").status is PaymentStatus.EXPIRED
    assert timed.charge("o-1", CAD, CARD, key="again").paid


@pytest.mark.parametrize(
    ("order", "state", "refundable"),
    [("good bad", "succeeded", 1000), ("bad good", "declined", 1500)],
)
def test_a_refund_that_succeeded_and_failed_is_as_it_was_heard_first(
    gateway, wire, order, state, refundable
):
    """The one thing that messages may end differently in; the second one moves nothing."""
    gateway.charge("o-1", CAD, CARD)
    wire.loses.append("answer")
    gateway.refund("o-1", Money(500, "CAD"), key="r-1")
    refund = wire.stripe.named("re")[0]
    good = dict(refund)
    refund |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
    wire.stripe.named("ch")[0]["amount_refunded"] = 0
    for number, word in enumerate(order.split()):
        what, thing = {"good": ("created", good), "bad": ("failed", dict(refund))}[word]
        gateway.receive("cards", messages.just_now(f"refund.{what}", thing, id=f"evt_{number}"))

    [kept] = [o for o in gateway.find("o-1").operations if o.kind is paycore.Kind.REFUND]
    assert (kept.state.value, bool(kept.review)) == (state, order == "good bad")
    assert gateway.find("o-1").refundable == Money(refundable, "CAD")
    assert gateway.books.messages()[-1].reason.endswith(f"{state} true")


@pytest.mark.parametrize("part", [900, 1500])
def test_a_capture_after_one_in_the_dashboard_is_for_a_person(timed, wire, clock, part):
    """Refused, with the whole payment: nothing was taken twice, and what was taken is not ours."""
    timed.charge("o-1", CAD, CARD, capture=False)
    payment = wire.stripe.named("pi")[0]
    payment |= {"status": "succeeded", "amount_received": part, "amount_capturable": 0}
    timed.capture("o-1", key="c-1")
    clock.time += timedelta(hours=1)
    timed.reconcile()

    capture = timed.find("o-1").operations[-1]
    assert (capture.state, bool(capture.review)) == (paycore.State.UNKNOWN, True)
    assert timed.find("o-1").paid is (part == 1500)
    assert timed.find("o-1").review
    assert sum(call.name == "capture" for call in wire.stripe.calls) == 1


def test_a_release_after_a_capture_in_the_dashboard_is_declined(timed, wire, clock):
    """The refusal names a payment that was taken: the query tells, and a person is asked."""
    timed.charge("o-1", CAD, CARD, capture=False)
    payment = wire.stripe.named("pi")[0]
    payment |= {"status": "succeeded", "amount_received": 1500, "amount_capturable": 0}
    timed.void("o-1", key="v-1")
    clock.time += timedelta(hours=1)
    timed.reconcile()

    assert timed.find("o-1").operations[-1].state is paycore.State.DECLINED
    assert timed.find("o-1").review


@pytest.mark.parametrize("verb", ["capture", "void"])
def test_what_is_refused_as_the_hold_has_lapsed_is_declined(gateway, wire, verb):
    """The payment that the refusal names is cancelled: nothing can have moved."""
    gateway.charge("o-1", CAD, CARD, capture=False)
    wire.stripe.named("pi")[0] |= {"status": "canceled", "amount_capturable": 0}
    getattr(gateway, verb)("o-1", key="k-1")

    assert gateway.find("o-1").operations[-1].state is paycore.State.DECLINED
    assert gateway.query("o-1").status is PaymentStatus.EXPIRED
