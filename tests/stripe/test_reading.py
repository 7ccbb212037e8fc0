"""paycore_stripe.reading: every status of every thing, and what of it is believed."""

from __future__ import annotations

from dataclasses import replace

import pytest

import paycore
from paycore import DeclineCode, Kind, Money, State
from paycore_stripe import schemas
from paycore_stripe.reading import is_missing, opened, read
from tests.stripe.scripted import CARD, answer, marks, refused

CAD = Money(1500, "CAD")
CHARGE = {
    "id": "ch_1",
    "object": "charge",
    "amount": 1500,
    "amount_captured": 1500,
    "amount_refunded": 0,
    "currency": "cad",
    "payment_method_details": {"type": "card", "card": CARD},
}
PAGES = "https://checkout.stripe.com/c/pay/"
FAILED = {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds"}


def payment(status: str, via: str = "token", **more: object) -> dict[str, object]:
    """Return a payment of 15.00 CAD as it stands in a status."""
    moved = {"amount_received": 1500 if status == "succeeded" else 0}
    moved["amount_capturable"] = 1500 if status == "requires_capture" else 0
    told = {"id": "pi_1", "object": "payment_intent", "status": status, "amount": 1500, **moved}
    named = {"currency": "cad", "metadata": marks("o-1", via), "client_secret": "pi_1_secret_2"}
    return {**told, **named, "latest_charge": CHARGE, "last_payment_error": None, **more}


def page(status: str, begun: object = None, **more: object) -> dict[str, object]:
    """Return a page for 15.00 CAD as it stands in a status."""
    told = {"id": "cs_1", "object": "checkout.session", "mode": "payment", "status": status}
    told |= {"payment_status": "unpaid", "amount_total": 1500, "currency": "cad"}
    url = f"{PAGES}cs_1"
    return {**told, "metadata": marks("o-1", "page"), "payment_intent": begun, "url": url, **more}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("requires_payment_method", State.PENDING),
        ("requires_confirmation", State.PENDING),
        ("requires_action", State.PENDING),
        ("processing", State.PENDING),
        ("requires_capture", State.AUTHORIZED),
        ("canceled", State.EXPIRED),
        ("succeeded", State.SUCCEEDED),
        ("unheard_of", State.UNKNOWN),
        ("", State.UNKNOWN),
        ("Succeeded", State.UNKNOWN),
    ],
)
@pytest.mark.parametrize("via", ["form", "token", "page"])
def test_each_status_of_a_payment(account, status, state, via):
    """As it stands, under our reference; Stripe's own name only where it is ours to know."""
    report = read(account, Kind.CHARGE, payment(status, via))

    assert (report.reference, report.kind, report.state) == ("o-1", Kind.CHARGE, state)
    assert report.amount == CAD
    assert report.provider_reference == ("" if via == "page" else "pi_1")
    waits = paycore.Wait() if status == "processing" else None
    form = paycore.MountForm("https://js.stripe.com/v3/", "pi_1_secret_2")
    mounted = via == "form" and state is State.PENDING and not waits
    assert report.next_action == (form if mounted else waits)


@pytest.mark.parametrize(
    ("via", "error", "state"),
    [
        ("token", FAILED, State.DECLINED),
        ("token", None, State.PENDING),
        ("token", {}, State.PENDING),
        ("form", FAILED, State.PENDING),
        ("page", FAILED, State.PENDING),
        ("", FAILED, State.PENDING),
    ],
)
def test_only_a_stored_card_that_was_tried_is_declined(account, via, error, state):
    """On a page or form the payer can try another card; before it was tried nothing is known."""
    told = payment("requires_payment_method", via, last_payment_error=error)
    report = read(account, Kind.CHARGE, told)

    assert report.state is state
    if state is State.DECLINED:
        assert report.decline == paycore.Decline(
            DeclineCode.INSUFFICIENT_FUNDS, "insufficient_funds"
        )


@pytest.mark.parametrize("status", ["succeeded", "requires_capture"])
def test_a_success_without_an_amount_is_none(account, status):
    """What does not say how much moved proves nothing."""
    told = payment(status, amount_received=None, amount_capturable=None)

    assert read(account, Kind.CHARGE, told).state is State.UNKNOWN


def test_what_moved_is_told_and_not_what_was_asked(account):
    """A part of a hold was taken: just that part."""
    part = {**CHARGE, "amount_captured": 1000}
    report = read(
        account, Kind.CHARGE, payment("succeeded", amount_received=1000, latest_charge=part)
    )

    assert report.amount == Money(1000, "CAD")
    assert report.refundable is None, "Stripe counts the rest as refunded, or does not"


@pytest.mark.parametrize(
    ("charge", "left"),
    [
        (CHARGE, CAD),
        ({**CHARGE, "amount_refunded": 1500}, Money(0, "CAD")),
        ({**CHARGE, "amount_refunded": 400}, Money(1100, "CAD")),
        ({**CHARGE, "amount_refunded": "400"}, None),
        ({**CHARGE, "amount_captured": True}, None),
        ("ch_1", None),
        (None, None),
        ({}, None),
    ],
)
def test_what_is_left_to_refund_is_told_where_it_is_known(account, charge, left):
    """Captured less refunded; where the charge is only named, nothing is claimed."""
    told = payment("succeeded", latest_charge=charge)

    assert read(account, Kind.CHARGE, told).refundable == left


@pytest.mark.parametrize(
    ("card", "shown"),
    [
        (CARD, paycore.Instrument("************4242", "visa", "0430")),
        ({"last4": "0005"}, paycore.Instrument("************0005")),
        ({**CARD, "exp_month": "?"}, paycore.Instrument("************4242", "visa")),
        ({**CARD, "exp_year": None}, paycore.Instrument("************4242", "visa")),
        ({**CARD, "last4": "4242424242424242"}, None),
        ({**CARD, "last4": None}, None),
        ("4242", None),
        (None, None),
    ],
)
def test_the_card_is_shown_masked(account, card, shown):
    """Four digits, brand and last month, as far as they are told; never more."""
    charge = {**CHARGE, "payment_method_details": {"type": "card", "card": card}}
    report = read(account, Kind.CHARGE, payment("succeeded", latest_charge=charge))

    assert report.instrument == shown


@pytest.mark.parametrize(
    ("status", "state", "amount"),
    [
        ("succeeded", State.SUCCEEDED, CAD),
        ("canceled", State.DECLINED, None),
        ("requires_capture", State.UNKNOWN, None),
        ("requires_payment_method", State.UNKNOWN, None),
        ("processing", State.UNKNOWN, None),
        ("unheard_of", State.UNKNOWN, None),
    ],
)
def test_each_status_of_a_capture(account, status, state, amount):
    """The payment tells, under the reference that the capture left there."""
    told = payment(status, metadata={**marks("o-1"), "paycore_capture": "o-1-c1"})
    told["last_payment_error"] = FAILED
    report = read(account, Kind.CAPTURE, told)

    assert (report.reference, report.kind) == ("o-1-c1", Kind.CAPTURE)
    assert (report.state, report.amount) == (state, amount)
    assert not report.provider_reference


def test_a_capture_by_somebody_else_has_another_name_or_none(account):
    """What was captured in the Dashboard is no capture of ours."""
    assert read(account, Kind.CAPTURE, payment("succeeded")).reference is None


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("canceled", State.SUCCEEDED),
        ("succeeded", State.DECLINED),
        ("requires_capture", State.UNKNOWN),
        ("unheard_of", State.UNKNOWN),
    ],
)
def test_each_status_of_a_release(account, status, state):
    """A cancelled payment holds nothing any more; one that was taken cannot be released."""
    report = read(account, Kind.RELEASE, payment(status))

    assert (report.kind, report.state, report.amount) == (Kind.RELEASE, state, CAD)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", State.PENDING),
        ("requires_action", State.PENDING),
        ("succeeded", State.SUCCEEDED),
        ("failed", State.DECLINED),
        ("canceled", State.DECLINED),
        ("unheard_of", State.UNKNOWN),
    ],
)
def test_each_status_of_a_refund(account, status, state):
    """A refund stands for itself, and says why it failed."""
    told = {"id": "re_1", "object": "refund", "status": status, "amount": 500, "currency": "cad"}
    told |= {"metadata": marks("o-1-r1"), "failure_reason": "lost_or_stolen_card"}
    report = read(account, Kind.REFUND, told)

    assert (report.reference, report.kind, report.state) == ("o-1-r1", Kind.REFUND, state)
    assert (report.provider_reference, report.amount) == ("re_1", Money(500, "CAD"))
    declined = report.decline and report.decline.provider_code
    assert declined == ("lost_or_stolen_card" if state is State.DECLINED else None)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("requires_payment_method", State.PENDING),
        ("requires_confirmation", State.PENDING),
        ("requires_action", State.PENDING),
        ("processing", State.PENDING),
        ("canceled", State.EXPIRED),
        ("succeeded", State.SUCCEEDED),
        ("requires_capture", State.UNKNOWN),
        ("unheard_of", State.UNKNOWN),
    ],
)
def test_each_status_of_a_card_to_store(account, status, state):
    """A token names the customer and the card; a form that waits can be mounted."""
    told = {"id": "seti_1", "object": "setup_intent", "status": status, "customer": "cus_1"}
    told |= {"payment_method": {"id": "pm_1", "card": CARD}, "client_secret": "seti_1_secret_2"}
    report = read(account, Kind.TOKEN, {**told, "metadata": marks("card-1", "form")})

    assert (report.reference, report.state, report.amount) == ("card-1", state, None)
    assert report.token == ("cus_1:pm_1" if state is State.SUCCEEDED else "")
    assert report.instrument == paycore.Instrument("************4242", "visa", "0430")
    form = paycore.MountForm("https://js.stripe.com/v3/", "seti_1_secret_2", "add")
    waits = paycore.Wait() if status == "processing" else form
    assert report.next_action == (waits if state is State.PENDING else None)


@pytest.mark.parametrize(
    "missing",
    [{"customer": None}, {"payment_method": None}, {"customer": "x"}, {"payment_method": ["pm_1"]}],
)
def test_a_stored_card_without_its_customer_is_no_token(account, missing):
    """Neither alone can be charged."""
    told = {"id": "seti_1", "object": "setup_intent", "status": "succeeded"}
    told |= {"customer": "cus_1", "payment_method": "pm_1", "metadata": marks("card-1", "page")}

    assert read(account, Kind.TOKEN, told).state is State.SUCCEEDED
    assert read(account, Kind.TOKEN, {**told, **missing}).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("status", "paid", "begun", "state"),
    [
        ("open", "unpaid", None, State.PENDING),
        ("expired", "unpaid", None, State.EXPIRED),
        ("expired", "unpaid", "pi_1", State.PENDING),
        ("expired", "paid", "pi_1", State.PENDING),
        ("complete", "paid", "pi_1", State.SUCCEEDED),
        ("complete", "unpaid", "pi_1", State.PENDING),
        ("complete", "unheard_of", "pi_1", State.PENDING),
        ("complete", "no_payment_required", None, State.PENDING),
        ("complete", "paid", None, State.PENDING),
        ("unheard_of", "paid", "pi_1", State.UNKNOWN),
    ],
)
def test_each_status_of_a_page_whose_payment_is_only_named(account, status, paid, begun, state):
    """As a message has it: paid, or still to come."""
    report = read(account, Kind.CHARGE, page(status, begun, payment_status=paid))

    assert (report.reference, report.provider_reference) == ("o-1", "cs_1")
    assert (report.state, report.amount) == (state, CAD)
    pending = paycore.Redirect(f"{PAGES}cs_1") if status == "open" else paycore.Wait()
    assert report.next_action == (pending if state is State.PENDING else None)


@pytest.mark.parametrize(
    ("status", "begun", "state"),
    [
        ("complete", "succeeded", State.SUCCEEDED),
        ("complete", "requires_capture", State.AUTHORIZED),
        ("complete", "canceled", State.EXPIRED),
        ("complete", "processing", State.PENDING),
        ("complete", "requires_payment_method", State.DECLINED),
        ("complete", "unheard_of", State.UNKNOWN),
        ("open", "requires_payment_method", State.PENDING),
        ("open", "requires_action", State.PENDING),
        ("expired", "requires_payment_method", State.EXPIRED),
        ("expired", "canceled", State.EXPIRED),
        ("expired", "processing", State.PENDING),
        ("expired", "requires_action", State.PENDING),
        ("expired", "succeeded", State.SUCCEEDED),
        ("unheard_of", "requires_payment_method", State.UNKNOWN),
    ],
)
def test_the_payment_of_a_page_decides_where_it_is_told(account, status, begun, state):
    """What was taken was taken; only one that still wants a card goes by its page."""
    report = read(account, Kind.CHARGE, page(status, payment(begun, "page")))

    assert (report.reference, report.provider_reference) == ("o-1", "cs_1")
    assert (report.state, report.amount) == (state, CAD)


@pytest.mark.parametrize("status", ["open", "complete", "expired"])
@pytest.mark.parametrize("begun", ["requires_action", "processing"])
def test_what_stripe_has_under_way_on_a_page_says_to_wait(account, status, begun):
    """The payer did what there was to do: nobody is sent to that page again."""
    report = read(account, Kind.CHARGE, page(status, payment(begun, "page")))

    acts = paycore.Redirect(f"{PAGES}cs_1") if status == "open" else None
    assert report.state is State.PENDING
    assert report.next_action == (paycore.Wait() if begun == "processing" else acts)


@pytest.mark.parametrize(
    "begun",
    [
        payment("succeeded", "page", metadata=marks("o-2", "page")),
        payment("succeeded", "form"),
        payment("succeeded", "page", object="charge"),
        payment("succeeded", "page", currency="xxx"),
        payment("succeeded", "page", id="pi 1"),
        payment("succeeded", "page", amount_received="15.00"),
        payment("succeeded", "page", metadata="o-1"),
    ],
)
def test_a_page_with_the_payment_of_another_proves_nothing(account, begun):
    """They must be of one order, and what they seem to be."""
    with pytest.raises(paycore.OutcomeUnknown):
        read(account, Kind.CHARGE, page("complete", begun))


def test_a_page_to_store_a_card_tells_the_customer_that_it_made(account):
    """The card may name its customer later than the page does."""
    begun = {"id": "seti_1", "object": "setup_intent", "status": "succeeded", "customer": None}
    begun |= {"payment_method": "pm_1", "metadata": marks("o-1", "page")}
    told = page("complete", setup_intent=begun, mode="setup", customer="cus_1", amount_total=None)

    report = read(account, Kind.TOKEN, told)
    assert (report.state, report.token) == (State.SUCCEEDED, "cus_1:pm_1")
    assert report.provider_reference == "cs_1"


def test_evidence_keeps_no_secret_and_no_address(account):
    """What a browser could pay or look with is hidden, and what nobody listed is not shown."""
    told = page("open", payment("requires_payment_method", "page", receipt_email="a@b.example"))
    raw = repr(read(account, Kind.CHARGE, told).raw)

    assert "succeeded" not in raw
    assert not any(text in raw for text in ("secret_2", "checkout.stripe.com", "a@b.example"))


@pytest.mark.parametrize("kind", [*schemas.SURE])
def test_each_sure_refusal_refuses_its_operation(kind):
    """By its code, at the status and of the type that it comes with."""
    for code in schemas.SURE[kind]:
        for status, of in ((402, "card_error"), (400, "invalid_request_error")):
            with pytest.raises(paycore.ProviderRefused) as told:
                opened(refused(status, of, code), schemas.SURE[kind])
            assert told.value.provider_code == code


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (refused(402, "invalid_request_error", "card_declined"), "of another type"),
        (refused(409, "card_error", "card_declined"), "at another status"),
        (refused(200, "card_error", "card_declined"), "with a good status"),
        (refused(402, "card_error", "processing_error"), "not listed"),
        (refused(402, "card_error", ""), "without a code"),
        (refused(429, "invalid_request_error", "lock_timeout"), "too many requests"),
        (refused(409, "idempotency_error", "idempotency_key_in_use"), "a repeat at work"),
        (refused(400, "idempotency_error", "resource_missing"), "another call with our key"),
        (refused(401, "invalid_request_error", "api_key_expired"), "no key of theirs"),
        (answer({"error": "card_declined"}, 402), "not as Stripe says it"),
        (answer({"error": {"code": 5, "type": "card_error"}}, 402), "no word"),
        (answer({}, 402), "nothing"),
        (answer(payment("succeeded"), 402), "a success, refused"),
        (answer({**payment("succeeded"), "error": {}}), "a success and an error"),
        (answer(payment("succeeded"), 201), "another good status"),
    ],
)
def test_no_other_refusal_proves_anything(reply, why):
    """What nobody listed may have moved money."""
    with pytest.raises(paycore.OutcomeUnknown):
        opened(reply, schemas.SURE[Kind.CHARGE])


@pytest.mark.parametrize("status", ["succeeded", "processing", "requires_capture", None])
def test_a_refusal_whose_payment_stands_otherwise_proves_nothing(status):
    """A card that was refused, and a payment that went on all the same: one of them is wrong."""
    reply = refused(402, "card_error", "card_declined", payment_intent={"status": status})

    with pytest.raises(paycore.OutcomeUnknown):
        opened(reply, schemas.SURE[Kind.CHARGE])


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("insufficient_funds", DeclineCode.INSUFFICIENT_FUNDS),
        ("expired_card", DeclineCode.EXPIRED_CARD),
        ("incorrect_cvc", DeclineCode.INVALID_CARD),
        ("stolen_card", DeclineCode.FRAUD_SUSPECTED),
        ("authentication_required", DeclineCode.AUTHENTICATION_FAILED),
        ("card_velocity_exceeded", DeclineCode.LIMIT_EXCEEDED),
        ("transaction_not_allowed", DeclineCode.NOT_PERMITTED),
        ("generic_decline", DeclineCode.CARD_DECLINED),
        ("a_new_word", DeclineCode.CARD_DECLINED),
    ],
)
def test_a_decline_has_our_word_and_stripes(word, code):
    """The bank's reason where it is told; of a card, that it was declined is the least."""
    with pytest.raises(paycore.ProviderRefused) as told:
        opened(refused(402, "card_error", "card_declined", decline_code=word), {"card_declined"})

    assert (told.value.code, told.value.provider_code) == (code.value, word)


def test_only_a_missing_thing_is_missing():
    """By status and code; any other 404 is nothing that Stripe said."""
    gone = refused(404, "invalid_request_error", "resource_missing")

    assert is_missing(gone)
    assert not is_missing(replace(gone, status=400))
    assert not is_missing(refused(404, "invalid_request_error", "else"))
    assert not is_missing(answer({"error": "resource_missing"}, 404))
