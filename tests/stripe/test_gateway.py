"""Stripe behind the front door that applications use, over a small Stripe and a memory ledger."""

from __future__ import annotations

from itertools import permutations, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import paycore
from paycore import Money, PaymentStatus
from tests.stripe import messages
from tests.stripe.conftest import Wire, opened
from tests.stripe.scripted import marks

CAD = Money(1500, "CAD")
PAGE = paycore.HostedPage("https://shop.example/thanks")
FORM = paycore.EmbeddedForm("https://shop.example/thanks")
CARD = paycore.StoredToken("cus_9:pm_9")


def now_told(what, thing, number=1):
    """Return a message that is signed as it is sent, now."""
    return messages.just_now(what, thing, id=f"evt_{number}")


def story(wire, gateway, method, *, capture):
    """Return the messages of one payment, as Stripe would send them, in their order."""
    gateway.charge("o-1", CAD, method, capture=capture)
    for thing in (*wire.stripe.named("cs"), *wire.stripe.named("pi")):
        wire.stripe.pay(thing["id"])
    payment = wire.stripe.named("pi")[0]
    waiting = {**payment, "status": "processing", "amount_received": 0, "amount_capturable": 0}
    done = "succeeded" if capture else "amount_capturable_updated"
    told = [("payment_intent.processing", waiting), (f"payment_intent.{done}", dict(payment))]
    told += [("checkout.session.completed", dict(page)) for page in wire.stripe.named("cs")]
    return [now_told(what, thing, number) for number, (what, thing) in enumerate(told)]


@pytest.mark.parametrize(("method", "capture"), [*product((PAGE, FORM), (True, False))])
def test_messages_in_any_order_and_however_often_end_the_same(method, capture):
    """The state after them is that of the payment, and a repeat moves nothing."""
    with opened(wire := Wire()) as gateway:
        count = len(story(wire, gateway, method, capture=capture))
    ends = set()
    for order in permutations(range(count)):
        with opened(wire := Wire()) as gateway:
            told = story(wire, gateway, method, capture=capture)
            for at in (*order, *order):
                assert gateway.receive("cards", told[at]).status == 200
            payment = gateway.find("o-1")
            ends.add((payment.status, payment.review))

    expected = PaymentStatus.PAID if capture else PaymentStatus.AUTHORIZED
    assert ends == {(expected, "")}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_mix_of_messages_and_queries_ends_the_same(data):
    """Whatever comes when, what was captured in part is paid in just that part."""
    with opened(wire := Wire()) as gateway:
        told = story(wire, gateway, PAGE, capture=False)
        told.append("query")
        for at in data.draw(st.lists(st.sampled_from(told), max_size=6)):
            _ = gateway.query("o-1") if at == "query" else gateway.receive("cards", at)
        gateway.query("o-1")
        gateway.capture("o-1", Money(600, "CAD"), key="c-1")
        taken = dict(wire.stripe.named("pi")[0])
        told.append(now_told("payment_intent.succeeded", taken, 9))
        for at in data.draw(st.lists(st.sampled_from(told), max_size=6)):
            _ = gateway.query("o-1") if at == "query" else gateway.receive("cards", at)
        payment = gateway.find("o-1")

    assert (payment.status, payment.review) == (PaymentStatus.PAID, "")
    assert payment.refundable == Money(600, "CAD")


def test_a_page_is_paid_by_its_message(gateway, wire):
    """Believed as it stands: it is signed, with a time."""
    payment = gateway.charge("o-1", CAD, PAGE, description="Shoes")
    page = wire.stripe.named("cs")[0]
    assert payment.next_action == paycore.Redirect(page["url"])

    calls = len(wire.stripe.calls)
    wire.stripe.pay(page["id"])
    paid = now_told("payment_intent.succeeded", wire.stripe.named("pi")[0])
    assert gateway.receive("cards", paid).body == b"ok"

    assert gateway.find("o-1").paid
    assert len(wire.stripe.calls) == calls


def test_a_form_is_paid_once_asked_about(gateway, wire):
    """The payer's browser says nothing that is believed; the query does."""
    payment = gateway.charge("o-1", CAD, FORM)
    secret = wire.stripe.named("pi")[0]["client_secret"]
    assert payment.next_action == paycore.MountForm("https://js.stripe.com/v3/", secret)
    assert not gateway.query("o-1").paid

    wire.stripe.pays = True
    paid = gateway.query("o-1")
    assert paid.paid
    assert paid.instrument == paycore.Instrument("************4242", "visa", "0430")


@pytest.mark.parametrize("method", [PAGE, FORM])
def test_a_stored_card_is_charged_without_its_payer(gateway, wire, method):
    """What a page or form stored pays later, under the reference that it was stored by."""
    gateway.tokenize("card-1", method)
    wire.stripe.pays = True
    assert gateway.query_token("card-1").instrument.masked == "************4242"
    assert gateway.charge("o-1", CAD, paycore.StoredToken("card-1")).paid

    asked = wire.stripe.calls[-1].payload
    assert asked["customer"].startswith("cus_")
    assert asked["payment_method"].startswith("pm_")


def test_a_card_that_fails_on_a_page_leaves_it_open(gateway, wire):
    """The payer may try another one: nothing is declined."""
    gateway.charge("o-1", CAD, FORM)
    failed = {**wire.stripe.named("pi")[0], "status": "requires_payment_method"}
    failed["last_payment_error"] = {"type": "card_error", "code": "card_declined"}
    gateway.receive("cards", now_told("payment_intent.payment_failed", failed))
    assert gateway.find("o-1").status is PaymentStatus.AWAITING_PAYER

    wire.stripe.pays = True
    assert gateway.query("o-1").paid


def test_a_stored_card_that_fails_is_declined(gateway):
    """With the bank's reason, and another attempt may follow."""
    payment = gateway.charge("o-1", CAD, paycore.StoredToken("cus_9:pm_poor"))

    assert payment.status is PaymentStatus.FAILED
    assert payment.decline.code is paycore.DeclineCode.INSUFFICIENT_FUNDS
    assert gateway.charge("o-1", CAD, CARD, key="again").paid


@pytest.mark.parametrize("method", [PAGE, FORM, CARD])
def test_a_lost_answer_charges_once(gateway, wire, method):
    """Stripe did it, and we never heard: the query finds it, and nothing is sent again."""
    wire.loses.append("answer")
    payment = gateway.charge("o-1", CAD, method)
    assert payment.status is PaymentStatus.UNKNOWN
    with pytest.raises(paycore.Conflict):
        gateway.charge("o-1", CAD, method, key="again")

    found = gateway.query("o-1")
    awaited = PaymentStatus.PAID if method is CARD else PaymentStatus.AWAITING_PAYER
    assert found.status is awaited
    wire.stripe.pays = True
    assert gateway.query("o-1").paid
    assert len(wire.stripe.named("pi")) == 1


def test_what_never_left_is_sent_under_the_same_key(gateway, wire):
    """Not one byte was written: the same operation, so the same key at Stripe."""
    wire.loses += ["sent", ""]
    with pytest.raises(paycore.NotSent):
        gateway.charge("o-1", CAD, CARD, key="k-1")

    assert gateway.charge("o-1", CAD, CARD, key="k-1").paid
    assert len(wire.stripe.named("pi")) == 1


@pytest.mark.parametrize("method", [PAGE, FORM, CARD])
@pytest.mark.parametrize("part", [None, Money(600, "CAD")])
def test_a_hold_is_captured(gateway, wire, method, part):
    """All of it or a part, which gives up the rest; then that much can be refunded."""
    gateway.charge("o-1", CAD, method, capture=False)
    wire.stripe.pays = True
    assert gateway.query("o-1").status is PaymentStatus.AUTHORIZED

    payment = gateway.capture("o-1", part, key="c-1")
    assert payment.paid
    assert payment.refundable == (part or CAD)
    assert gateway.refund("o-1", key="r-1").succeeded
    asked = gateway.query("o-1")
    assert (asked.refundable, asked.review) == (Money(0, "CAD"), "")


@pytest.mark.parametrize("method", [PAGE, FORM, CARD])
def test_a_hold_is_released(gateway, wire, method):
    """Nothing was taken, and nothing can be any more."""
    gateway.charge("o-1", CAD, method, capture=False)
    wire.stripe.pays = True
    gateway.query("o-1")

    assert gateway.void("o-1", key="v-1").succeeded
    assert gateway.find("o-1").status is PaymentStatus.VOIDED
    assert wire.stripe.named("pi")[0]["status"] == "canceled"
    assert gateway.query("o-1").status is PaymentStatus.VOIDED


def test_what_was_captured_is_not_voided(gateway, wire):
    """Stripe cancels nothing that it has taken: refused before anything is sent."""
    gateway.charge("o-1", CAD, CARD)
    calls = len(wire.stripe.calls)

    with pytest.raises(paycore.NotSupported):
        gateway.void("o-1", key="v-1")
    assert len(wire.stripe.calls) == calls
    assert isinstance(gateway.reverse("o-1", key="b-1"), paycore.Refund)


@pytest.mark.parametrize("method", [PAGE, CARD])
def test_a_capture_whose_answer_was_lost_is_found(gateway, wire, method):
    """Nothing else may be tried meanwhile; then the payment tells, and it was captured once."""
    gateway.charge("o-1", CAD, method, capture=False)
    wire.stripe.pays = True
    gateway.query("o-1")
    wire.loses += [""] * (method is PAGE) + ["answer"]
    gateway.capture("o-1", Money(600, "CAD"), key="c-1")
    with pytest.raises(paycore.Conflict):
        gateway.void("o-1", key="v-1")

    gateway.reconcile()
    payment = gateway.query("o-1")
    assert payment.paid
    assert payment.refundable == Money(600, "CAD")
    captures = [c for c in wire.stripe.calls if c.name == "capture"]
    assert len(captures) == 1


def test_a_refund_whose_answer_was_lost_is_found(gateway, wire):
    """Among the refunds of its payment; money goes back once."""
    gateway.charge("o-1", CAD, CARD)
    wire.loses.append("answer")
    refund = gateway.refund("o-1", Money(500, "CAD"), key="r-1")
    assert refund.state is paycore.State.UNKNOWN

    assert gateway.query_refund("o-1", "r-1").succeeded
    assert gateway.find("o-1").refundable == Money(1000, "CAD")
    assert len(wire.stripe.named("re")) == 1


def test_a_refund_that_fails_later_is_for_a_person(gateway, wire):
    """Stripe said that it succeeded, and the bank said otherwise: nothing is counted back."""
    gateway.charge("o-1", CAD, CARD)
    gateway.refund("o-1", Money(500, "CAD"), key="r-1")
    failed = {**wire.stripe.named("re")[0], "status": "failed", "failure_reason": "lost_card"}
    gateway.receive("cards", now_told("refund.failed", failed))

    assert gateway.find("o-1").refundable == Money(1000, "CAD")


def test_a_refund_in_the_dashboard_is_noticed(gateway, wire):
    """Money that went back without us: the next query raises the flag."""
    gateway.charge("o-1", CAD, CARD)
    wire.stripe.named("ch")[0]["amount_refunded"] = 500

    assert "refund" in gateway.query("o-1").review


def test_a_capture_in_the_dashboard_is_noticed(gateway, wire):
    """Not ours: the payment is not counted as paid, and a person is asked."""
    gateway.charge("o-1", CAD, CARD, capture=False)
    payment = wire.stripe.named("pi")[0]
    payment |= {"status": "succeeded", "amount_received": 900, "amount_capturable": 0}

    asked = gateway.query("o-1")
    assert not asked.paid
    assert asked.review


@pytest.mark.parametrize("method", [PAGE, FORM])
@pytest.mark.parametrize("capture", [True, False])
@pytest.mark.parametrize("whose", ["acct_1Seller", ""])
def test_a_payment_at_a_connected_account_pays_nothing_of_ours(wire, whose, method, capture):
    """Its owner writes our reference onto a payment to himself; without its name it were ours."""
    with opened(wire) as gateway:
        gateway.charge("o-1", CAD, method, capture=capture)
        calls = len(wire.stripe.calls)
        theirs = {"id": "pi_theirs", "object": "payment_intent", "currency": "cad", "amount": 1500}
        theirs |= {"metadata": marks("o-1", "page"), "amount_received": 1500 * capture}
        theirs |= {"amount_capturable": 1500 * (not capture)}
        theirs["status"] = "succeeded" if capture else "requires_capture"
        message = messages.just_now("payment_intent.succeeded", theirs, account=whose)

        assert gateway.receive("cards", message).body == b"ok"
        ours = PaymentStatus.PAID if capture else PaymentStatus.AUTHORIZED
        assert gateway.find("o-1").status is (PaymentStatus.AWAITING_PAYER if whose else ours)
        assert len(wire.stripe.calls) == calls


def test_a_message_of_another_shop_is_acknowledged_and_forgotten(gateway, wire):
    """One Stripe account, two systems: theirs is not ours to keep."""
    thing = {"id": "pi_5", "object": "payment_intent", "status": "succeeded", "metadata": {}}

    assert gateway.receive("cards", now_told("payment_intent.succeeded", thing)).status == 200
    assert not wire.stripe.calls


def test_a_forged_message_moves_nothing(gateway, wire):
    """Signed with another secret, or for a live account."""
    gateway.charge("o-1", CAD, FORM)
    paid = {**wire.stripe.named("pi")[0], "status": "succeeded", "amount_received": 1500}
    for message in (
        messages.just_now("payment_intent.succeeded", paid, "whsec_of_somebody_else_0000"),
        messages.just_now("payment_intent.succeeded", paid, livemode=True),
    ):
        assert gateway.receive("cards", message).status == 401

    assert not gateway.find("o-1").paid


def test_what_says_another_amount_moves_nothing(gateway, wire):
    """A success of a cent more is none, and is looked at."""
    gateway.charge("o-1", CAD, FORM)
    paid = {**wire.stripe.named("pi")[0], "status": "succeeded", "amount_received": 1501}
    gateway.receive("cards", now_told("payment_intent.succeeded", paid))

    assert not gateway.find("o-1").paid
