"""Pages at the simulator: opened by Stripe's own client library, filled in by a payer."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
import stripe

from paycore import MountForm
from tests.stripe.simulated import DAY_S, THANKS, merchant, moved, shop, simulator

__all__ = ["merchant", "shop", "simulator"]
PRICE = {"currency": "cad", "unit_amount": 750, "product_data": {"name": "Tea"}}
TEA = {"price_data": PRICE, "quantity": 2}
UNTOLD = "line_items[0][price_data][product_data]"
WHOLE = {"number": "4242 4242 4242 4242", "expiry": "12/30", "cvc": "123", "name": "Test Payer"}


def fetched(merchant, url, **form):
    """Fetch a page, or send it filled in, and do not follow."""
    if not form:
        return merchant.session.get(url, timeout=10)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode(form)
    return merchant.session.post(url, body, headers=headers, timeout=10, allow_redirects=False)


def test_a_page_is_paid(merchant, simulator, shop):
    """The browser goes back to the merchant, and the session tells of its payment."""
    page = merchant.page()
    went_to = merchant.fill(page)
    ask = {"expand": ["payment_intent.latest_charge", "customer"]}
    paid = merchant.v1.checkout.sessions.retrieve(page.id, ask)
    simulator.settle()

    assert (page.status, page.payment_status, page.payment_intent) == ("open", "unpaid", None)
    assert went_to == THANKS.replace("{CHECKOUT_SESSION_ID}", page.id)
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.payment_intent.latest_charge.amount_captured == paid.amount_total == 1500
    assert paid.customer.object == "customer"
    assert shop.told[-1] == "checkout.session.completed"
    assert moved(simulator) == [("charge", "order-2", 1500)]


def test_a_declined_card_leaves_the_page_open_for_another(merchant, simulator):
    """One payment, two tries, one effect."""
    page = merchant.page()
    stayed = merchant.fill(page, "decline")
    waits = merchant.v1.checkout.sessions.retrieve(page.id, {"expand": ["payment_intent"]})
    merchant.fill(page)

    tried = [payment.id for payment in merchant.v1.payment_intents.list().data]

    assert stayed == page.url
    assert tried == [waits.payment_intent.id]
    assert (waits.status, waits.payment_intent.status) == ("open", "requires_payment_method")
    assert moved(simulator) == [("charge", "order-2", 1500)]


def test_a_page_can_hold_only(merchant, simulator):
    """The session is complete and not paid; what is held can be released."""
    page = merchant.page(payment_intent_data={"capture_method": "manual"})
    merchant.fill(page)
    done = merchant.v1.checkout.sessions.retrieve(page.id, {"expand": ["payment_intent"]})
    merchant.v1.payment_intents.cancel(done.payment_intent.id)

    assert (done.status, done.payment_status) == ("complete", "unpaid")
    assert done.payment_intent.status == "requires_capture"
    assert [each[0] for each in moved(simulator)] == ["void"]


def test_an_open_page_is_expired_by_hand_or_by_the_clock(merchant, simulator, shop):
    """What was tried on it is given up with it, and it can be filled in no more."""
    first, second = merchant.page(), merchant.page()
    merchant.fill(first, "decline")
    tried = merchant.v1.checkout.sessions.retrieve(first.id).payment_intent
    with pytest.raises(stripe.InvalidRequestError):
        merchant.v1.payment_intents.cancel(tried)
    merchant.v1.checkout.sessions.expire(first.id)
    simulator.advance(DAY_S + 1)
    simulator.settle()

    assert merchant.v1.payment_intents.retrieve(tried).status == "canceled"
    assert merchant.v1.checkout.sessions.retrieve(second.id).status == "expired"
    assert shop.told.count("checkout.session.expired") == 2
    for page in (first, second):
        with pytest.raises(ValueError, match="expired"):
            merchant.fill(page)
        with pytest.raises(stripe.InvalidRequestError):
            merchant.v1.checkout.sessions.expire(page.id)


@pytest.mark.parametrize(
    ("account", "ends", "paid"),
    [("000123456789", "succeeded", "paid"), ("000111111116", "failed", "unpaid")],
)
def test_a_bank_account_is_decided_late(merchant, simulator, shop, account, ends, paid):
    """The page is complete before it is known; three minutes later an event tells."""
    page = merchant.page()
    merchant.fill(page, card_number=account)
    waits = merchant.v1.checkout.sessions.retrieve(page.id, {"expand": ["payment_intent"]})
    simulator.advance(180)
    simulator.settle()

    assert (waits.status, waits.payment_status) == ("complete", "unpaid")
    assert waits.payment_intent.status == "processing"
    assert shop.told[-1] == f"checkout.session.async_payment_{ends}"
    assert merchant.v1.checkout.sessions.retrieve(page.id).payment_status == paid
    assert len(moved(simulator)) == (ends == "succeeded")


def test_a_bank_account_pays_only_where_any_method_may(merchant):
    """Not where cards alone were asked for, and nothing is held on one."""
    cards = merchant.page(payment_method_types=["card"])
    hold = merchant.page(payment_intent_data={"capture_method": "manual"})
    for page in (cards, hold):
        with pytest.raises(ValueError, match="bank account"):
            merchant.fill(page, card_number="000123456789")


def test_a_page_stores_a_card_for_a_customer_of_its_own(merchant, simulator, shop):
    """Which can be charged then, off session; nothing moved for it."""
    page = merchant.card_page()
    stayed = merchant.fill(page, "decline")
    merchant.fill(page)
    done = merchant.v1.checkout.sessions.retrieve(page.id, {"expand": ["setup_intent"]})
    simulator.settle()
    before = moved(simulator)
    card = done.setup_intent.payment_method
    paid = merchant.paid(card, customer=done.customer, off_session=True)

    assert stayed == page.url
    assert (done.status, done.payment_status) == ("complete", "no_payment_required")
    assert (done.setup_intent.status, done.setup_intent.metadata["a"]) == ("succeeded", "b")
    kept = merchant.v1.customers.payment_methods.list(done.customer, {"type": "card"}).data
    assert [method.id for method in kept] == [card]
    assert {"customer.created", "payment_method.attached", "setup_intent.succeeded"} <= set(
        shop.told
    )
    assert before == []
    assert paid.status == "succeeded"


def test_a_kept_card_is_charged_for_its_customer_only(merchant):
    """Without its customer it is refused; once detached it is nobody's."""
    customer = merchant.v1.customers.create({"name": "Ann", "payment_method": "pm_card_visa"})
    (card,) = merchant.v1.customers.payment_methods.list(customer.id).data
    with pytest.raises(stripe.InvalidRequestError):
        merchant.paid(card.id)
    paid = merchant.paid(card.id, customer=customer.id)
    merchant.v1.payment_methods.detach(card.id)

    assert (paid.customer, paid.payment_method) == (customer.id, card.id)
    with pytest.raises(stripe.InvalidRequestError):
        merchant.v1.payment_methods.detach(card.id)
    with pytest.raises(stripe.InvalidRequestError):
        merchant.paid(card.id, customer=customer.id)


def test_a_card_that_cannot_be_kept_is_declined_when_it_is_attached(merchant):
    """One that fails only when it is charged can be kept."""
    customer = merchant.v1.customers.create().id
    with pytest.raises(stripe.CardError):
        merchant.v1.payment_methods.attach("pm_card_chargeDeclined", {"customer": customer})
    kept = merchant.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer})

    assert merchant.v1.payment_methods.retrieve(kept.id).customer == customer
    with pytest.raises(stripe.CardError):
        merchant.paid(kept.id, customer=customer)


def test_a_form_stores_a_card_or_pays(merchant, simulator, shop):
    """By its client secret, which the payer's browser has."""
    customer = merchant.v1.customers.create().id
    setup = merchant.v1.setup_intents.create({"customer": customer, "metadata": {"a": "b"}})
    other = merchant.v1.setup_intents.create({"customer": customer})
    payment = merchant.paid(confirm=False, payment_method="")
    for secret in (setup.client_secret, payment.client_secret):
        assert simulator.pay(MountForm("https://js.stripe.com/v3/", secret)) == ""
    merchant.v1.setup_intents.cancel(other.id)
    simulator.settle()

    assert merchant.v1.setup_intents.retrieve(setup.id).status == "succeeded"
    assert [each.status for each in merchant.v1.setup_intents.list().data] == [
        "canceled",
        "succeeded",
    ]
    assert merchant.v1.payment_intents.retrieve(payment.id).status == "succeeded"
    with pytest.raises(ValueError, match="key"):
        simulator.pay(MountForm("https://js.stripe.com/v3/", payment.client_secret))
    with pytest.raises(stripe.InvalidRequestError):
        merchant.v1.setup_intents.confirm(other.id, {"payment_method": "pm_card_visa"})


def test_a_card_is_stored_at_once_by_the_merchant(merchant):
    """Confirmed as it is created, or later; a declining one is HTTP 402."""
    create = merchant.v1.setup_intents.create
    at_once = create({"confirm": True, "payment_method": "pm_card_visa"})
    later = create()
    with pytest.raises(stripe.CardError):
        merchant.v1.setup_intents.confirm(later.id, {"payment_method": "pm_card_chargeDeclined"})
    done = merchant.v1.setup_intents.confirm(later.id, {"payment_method": "pm_card_visa"})

    assert at_once.status == done.status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError):
        create({"confirm": True})


@pytest.mark.parametrize(
    ("changed", "param"),
    [
        ({"line_items": []}, "line_items"),
        ({"line_items": [{"quantity": 1}]}, "price_data"),
        ({"line_items": [{**TEA, "price_data": {"currency": "cad"}}]}, UNTOLD),
        ({"line_items": [TEA, {**TEA, "price_data": {**PRICE, "currency": "usd"}}]}, "line_items"),
        ({"mode": "setup"}, "line_items"),
        ({"mode": "subscription"}, "mode"),
        ({"success_url": "thanks"}, "success_url"),
        ({"setup_intent_data": {"metadata": {"a": "b"}}}, "setup_intent_data"),
        ({"payment_intent_data": {"colour": "red"}}, "payment_intent_data[colour]"),
        ({"expires_at": 1}, "expires_at"),
        ({"customer": "cus_nobody"}, "customer"),
    ],
    ids=str,
)
def test_a_wrong_parameter_of_a_page_is_named(merchant, changed, param):
    """HTTP 400, and there is no page."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        merchant.page(**changed)

    assert (caught.value.http_status, caught.value.param) == (400, param)
    assert merchant.v1.checkout.sessions.list().data == []


def test_the_page_is_a_form_that_a_person_can_fill_in(merchant, simulator):
    """It says what it asks for, takes a card as people write it, and is gone when it was used."""
    page = merchant.page(client_reference_id="<order-2>")
    shown = fetched(merchant, page.url)
    sent = fetched(merchant, page.url, **WHOLE)
    used = fetched(merchant, page.url)

    assert shown.status_code == 200
    assert "1500 CAD" in shown.text
    assert "&lt;order-2&gt;" in shown.text
    assert "form-action 'self' https://shop.example" in shown.headers["Content-Security-Policy"]
    assert (sent.status_code, sent.headers["Location"][:28]) == (303, THANKS[:28])
    assert (used.status_code, "Back to the shop" in used.text) == (410, True)
    assert moved(simulator) == [("charge", "order-2", 1500)]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("number", "4242", "not complete"),
        ("number", "4242424242424241", "not a card"),
        ("number", "4000000000000002", "declined"),
        ("expiry", "13/30", "expiry"),
        ("cvc", "", "security code"),
        ("name", "", "name"),
    ],
)
def test_what_is_wrong_in_the_form_is_said_above_it(merchant, simulator, field, value, said):
    """The page stays, keeps the name and nothing else, and nothing moved."""
    page = merchant.page()
    stays = fetched(merchant, page.url, **{**WHOLE, field: value})

    assert stays.status_code == 400
    assert said in stays.text.partition('role="alert"')[2].partition("</p>")[0]
    assert "4242 4242 4242 4242" not in stays.text.partition("<h2>")[0]
    assert moved(simulator) == []


def test_nothing_of_a_card_is_remembered(merchant, simulator):
    """Requests show it masked; what is kept has four digits."""
    fetched(merchant, merchant.page().url, **WHOLE)
    seen = next(r["fields"] for r in simulator.requests() if r["fields"].get("number"))

    assert seen == {"number": "424242******4242", "expiry": "12/30", "cvc": "***", "name": "***"}


def test_the_page_of_nobody_is_not_found_and_the_style_is_there(merchant, simulator):
    """404 for a page that never was."""
    assert fetched(merchant, f"{simulator.base_url}/c/pay/cs_test_nobody").status_code == 404
    assert "body" in fetched(merchant, f"{simulator.base_url}/c/simulator.css").text


def test_a_payer_can_leave(merchant, simulator):
    """Then the browser goes nowhere, and the page waits."""
    page = merchant.page()

    assert merchant.fill(page, "abandon") == ""
    assert merchant.v1.checkout.sessions.retrieve(page.id).status == "open"


def test_a_real_card_is_never_believed_to_pay(merchant, simulator):
    """Whatever is no test card declines."""
    merchant.fill(merchant.page(), card_number="4111111111111111")

    assert moved(simulator) == []
