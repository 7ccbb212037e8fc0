"""Payments at the simulator, made by Stripe's own client library."""

from __future__ import annotations

import pytest
import stripe

from paycore import MountForm
from paycore_stripe.simulator.cards import CHALLENGE, DECLINE, TEST_CARDS, TestCard
from paycore_stripe.simulator.facade import SECRET_KEY
from tests.stripe.simulated import DAY_S, merchant, moved, shop, simulator

__all__ = ["merchant", "shop", "simulator"]
NAMED = [card for card in TEST_CARDS if card.named]


def id_of(card: TestCard) -> str:
    return card.named


def test_a_card_is_charged_at_once(merchant, simulator):
    """Succeeded, with its charge; the money moved once, under our reference."""
    paid = merchant.paid(expand=["latest_charge"])

    assert (paid.status, paid.amount_received, paid.livemode) == ("succeeded", 1500, False)
    assert (paid.latest_charge.captured, paid.latest_charge.amount_captured) == (True, 1500)
    assert paid.latest_charge.payment_method_details.card.last4 == "4242"
    assert moved(simulator) == [("charge", "order-1", 1500)]


@pytest.mark.parametrize("card", [c for c in NAMED if c.does == DECLINE], ids=id_of)
def test_each_declining_card_declines_with_its_code(merchant, simulator, card):
    """HTTP 402 with a card_error; the payment waits for another card, and nothing moved."""
    with pytest.raises(stripe.CardError) as caught:
        merchant.paid(card.named)
    error = caught.value.error
    payment = merchant.v1.payment_intents.retrieve(error.payment_intent.id)

    assert (caught.value.http_status, error.code) == (402, card.code)
    assert getattr(error, "decline_code", None) == (card.decline_code or None)
    assert payment.status == "requires_payment_method"
    assert payment.last_payment_error.code == card.code
    assert moved(simulator) == []


def test_a_declined_payment_can_be_confirmed_with_another_card(merchant, simulator):
    """It is the same payment, and it takes its money once."""
    with pytest.raises(stripe.CardError) as caught:
        merchant.paid("pm_card_chargeDeclined")
    name = caught.value.error.payment_intent.id
    paid = merchant.v1.payment_intents.confirm(name, {"payment_method": "pm_card_visa"})

    assert (paid.status, paid.last_payment_error) == ("succeeded", None)
    assert moved(simulator) == [("charge", "order-1", 1500)]


def test_a_card_that_asks_its_payer_back_is_declined_without_one(merchant):
    """Off session there is nobody to ask."""
    card = next(card.named for card in NAMED if card.does == CHALLENGE)
    with pytest.raises(stripe.CardError) as caught:
        merchant.paid(card, off_session=True)

    assert caught.value.code == "authentication_required"


def test_with_its_payer_the_same_card_waits_for_the_answer(merchant, simulator):
    """The payment requires an action, and succeeds when the payer has done it."""
    card = next(card.named for card in NAMED if card.does == CHALLENGE)
    waits = merchant.paid(card)
    simulator.pay(MountForm("https://js.stripe.com/v3/", waits.client_secret))

    assert waits.status == "requires_action"
    assert merchant.v1.payment_intents.retrieve(waits.id).status == "succeeded"


def test_a_hold_is_captured_in_part_and_the_rest_is_given_up(merchant, simulator):
    """Stripe books the rest as a refund of its own: only what was captured has moved."""
    held = merchant.held(expand=["latest_charge"])
    taken = merchant.v1.payment_intents.capture(
        held.id, {"amount_to_capture": 900, "expand": ["latest_charge.refunds"]}
    )
    charge = taken.latest_charge

    assert (held.status, held.amount_capturable) == ("requires_capture", 1500)
    assert held.latest_charge.captured is False
    assert (taken.status, taken.amount_received, taken.amount_capturable) == ("succeeded", 900, 0)
    assert (charge.amount_captured, charge.amount_refunded) == (900, 600)
    assert [refund.amount for refund in charge.refunds.data] == [600]
    assert moved(simulator) == [("charge", "order-1", 900)]


@pytest.mark.parametrize("amount", [0, 1501])
def test_no_more_than_what_is_held_is_captured(merchant, simulator, amount):
    """Refused, and the hold stays."""
    held = merchant.held()
    with pytest.raises(stripe.InvalidRequestError):
        merchant.v1.payment_intents.capture(held.id, {"amount_to_capture": amount})

    assert merchant.v1.payment_intents.retrieve(held.id).status == "requires_capture"
    assert moved(simulator) == []


def test_a_hold_is_released(merchant, simulator):
    """Nothing was ever taken; a second release, or a capture after it, is refused."""
    held = merchant.held()
    freed = merchant.v1.payment_intents.cancel(held.id, {"cancellation_reason": "abandoned"})

    assert (freed.status, freed.amount_capturable) == ("canceled", 0)
    assert moved(simulator) == [("void", "order-1", 1500)]
    for act in (merchant.v1.payment_intents.cancel, merchant.v1.payment_intents.capture):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            act(held.id)
        assert caught.value.code == "payment_intent_unexpected_state"


def test_a_hold_ends_by_itself_after_a_week(merchant, simulator, shop):
    """By the simulator's clock; nobody asked for it, so nothing is said to have moved."""
    held = merchant.held()
    simulator.advance(7 * DAY_S - 60)
    before = merchant.v1.payment_intents.retrieve(held.id).status
    simulator.advance(61)
    over = merchant.v1.payment_intents.retrieve(held.id)
    simulator.settle()

    assert (before, over.status) == ("requires_capture", "canceled")
    assert over.cancellation_reason == "automatic"
    assert {"charge.expired", "payment_intent.canceled"} <= set(shop.told)
    assert moved(simulator) == []


def test_what_was_taken_cannot_be_canceled(merchant, simulator):
    """It is refunded, or it stays."""
    paid = merchant.paid()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        merchant.v1.payment_intents.cancel(paid.id)

    assert caught.value.code == "payment_intent_unexpected_state"
    assert moved(simulator) == [("charge", "order-1", 1500)]


def test_a_refusal_by_status_tells_the_whole_payment(merchant):
    """As it stands, and not as it was asked to become: the refused capture left no mark."""
    paid = merchant.paid()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        merchant.v1.payment_intents.capture(paid.id, {"metadata": {"paycore_capture": "c-1"}})

    told = caught.value.error.payment_intent
    assert told.to_dict() == merchant.v1.payment_intents.retrieve(paid.id).to_dict()
    assert (told.status, told.metadata.to_dict()) == ("succeeded", {"paycore_reference": "order-1"})


def test_a_refusal_by_status_tells_the_whole_card(merchant):
    """Of a card to store likewise."""
    ready = {"payment_method": "pm_card_visa", "confirm": True}
    stored = merchant.v1.setup_intents.create({**ready, "payment_method_types": ["card"]})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        merchant.v1.setup_intents.cancel(stored.id)

    assert caught.value.code == "setup_intent_unexpected_state"
    assert caught.value.error.setup_intent.id == stored.id


def test_refunds_up_to_what_was_taken(merchant, simulator):
    """In parts, told of one by one and as a list; not a cent more."""
    paid = merchant.paid()
    marks = {"paycore_reference": "order-1-r1"}
    create, of = merchant.v1.refunds.create, {"payment_intent": paid.id}
    first = create({**of, "amount": 500, "metadata": marks, "reason": "requested_by_customer"})
    with pytest.raises(stripe.InvalidRequestError):
        create({**of, "amount": 1001})
    create(of)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        create(of)
    charge = merchant.v1.charges.retrieve(paid.latest_charge)

    assert caught.value.code == "charge_already_refunded"
    assert merchant.v1.refunds.retrieve(first.id).metadata["paycore_reference"] == "order-1-r1"
    assert [refund.amount for refund in merchant.v1.refunds.list(of).data] == [1000, 500]
    assert (charge.amount_refunded, charge.refunded) == (1500, True)
    assert [each[0] for each in moved(simulator)] == ["charge", "refund", "refund"]


def test_after_a_partial_capture_only_that_part_can_be_refunded(merchant, simulator):
    """What was given up is not there to be given back."""
    held = merchant.held()
    merchant.v1.payment_intents.capture(held.id, {"amount_to_capture": 900})
    with pytest.raises(stripe.InvalidRequestError):
        merchant.v1.refunds.create({"payment_intent": held.id, "amount": 901})
    refund = merchant.v1.refunds.create({"payment_intent": held.id})

    assert refund.amount == 900


@pytest.mark.parametrize("open_only", ["held", "waiting"])
def test_nothing_is_refunded_that_was_not_taken(merchant, simulator, open_only):
    """A hold is released instead; a payment that waits has nothing."""
    payment = merchant.held() if open_only == "held" else merchant.paid(confirm=False)
    with pytest.raises(stripe.InvalidRequestError):
        merchant.v1.refunds.create({"payment_intent": payment.id})

    assert moved(simulator) == []


@pytest.mark.parametrize(
    ("card", "ends", "effects"),
    [("pm_card_pendingRefund", "succeeded", 2), ("pm_card_refundFail", "failed", 1)],
)
def test_a_refund_can_be_decided_late(merchant, simulator, shop, card, ends, effects):
    """It is said to go one way or to wait, and a minute later it has ended."""
    paid = merchant.paid(card)
    refund = merchant.v1.refunds.create({"payment_intent": paid.id})
    simulator.advance(60)
    simulator.settle()

    assert refund.status == ("pending" if ends == "succeeded" else "succeeded")
    assert merchant.v1.refunds.retrieve(refund.id).status == ends
    assert shop.told[-1] == ("refund.updated" if ends == "succeeded" else "refund.failed")
    assert len(simulator.effects()) == effects


def test_a_payment_is_found_by_its_metadata(merchant, simulator):
    """By the search, which is behind where that is asked for; a quote in the text is escaped."""
    paid = merchant.paid(metadata={"paycore_reference": "it's"})
    merchant.paid()
    ask = {"query": "metadata['paycore_reference']:'it\\'s' AND status:'succeeded'"}
    simulator.fault("stale_search")
    behind, found = (merchant.v1.payment_intents.search(ask).data for _ in range(2))

    assert behind == []
    assert [payment.id for payment in found] == [paid.id]


@pytest.mark.parametrize("query", ["", "paycore", "metadata['a']:'b' OR status:'x'", "amount>1"])
def test_a_search_that_nobody_understands_is_refused(merchant, query):
    """Nothing is guessed."""
    with pytest.raises(stripe.InvalidRequestError):
        merchant.v1.payment_intents.search({"query": query})


def test_lists_are_paged_newest_first(merchant):
    """By the library's own paging, through all of them."""
    names = [merchant.paid().id for _ in range(5)]
    listed = merchant.v1.payment_intents.list({"limit": 2})

    assert [each.id for each in listed.auto_paging_iter()] == names[::-1]
    assert listed.has_more


@pytest.mark.parametrize(
    ("changed", "code", "param"),
    [
        ({"amount": 49}, "amount_too_small", "amount"),
        ({"amount": 100_000_000}, "amount_too_large", "amount"),
        ({"amount": "15.00"}, "parameter_invalid_integer", "amount"),
        ({"currency": "dollars"}, None, "currency"),
        ({"payment_method": "pm_nobody"}, "resource_missing", "payment_method"),
        ({"customer": "cus_nobody"}, "resource_missing", "customer"),
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"payment_method": None}, "parameter_missing", "payment_method"),
        ({"confirm": False, "off_session": True}, None, "off_session"),
        ({"confirm": False, "return_url": "https://shop.example"}, None, "return_url"),
        ({"expand": ["invoice"]}, None, "expand"),
        ({"metadata": {"a": "b" * 501}}, None, "metadata"),
    ],
    ids=str,
)
def test_a_wrong_parameter_is_named(merchant, simulator, changed, code, param):
    """HTTP 400 with the parameter, and nothing has happened."""
    asked = {key: value for key, value in changed.items() if value is not None}
    if None in changed.values():
        asked = {"payment_method": ""}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        merchant.paid(**asked)

    assert (caught.value.http_status, caught.value.code, caught.value.param) == (400, code, param)
    assert moved(simulator) == []
    assert merchant.v1.payment_intents.list().data == []


@pytest.mark.parametrize(
    "ask",
    [
        lambda v1: v1.payment_intents.retrieve("pi_nobody"),
        lambda v1: v1.checkout.sessions.retrieve("cs_test_nobody"),
        lambda v1: v1.refunds.retrieve("pi_nobody"),
        lambda v1: v1.events.retrieve("evt_nobody"),
        lambda v1: v1.customers.payment_methods.list("cus_nobody"),
    ],
)
def test_what_is_not_there_is_missing(merchant, ask):
    """HTTP 404, resource_missing."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        ask(merchant.v1)

    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


def test_only_who_has_the_key_is_heard(merchant, simulator):
    """A wrong key, and none, are HTTP 401; a version that never was is refused too."""
    path, body = "/v1/payment_intents", "amount=1500&currency=cad"

    assert merchant.post(path, body, Authorization="Bearer sk_test_other")[0] == 401
    assert merchant.post(path, body, Authorization="")[0] == 401
    assert merchant.post(path, body, Stripe_Version="next week")[0] == 400
    assert merchant.post(path, body, Stripe_Version="2025-09-30.clover")[0] == 200
    assert merchant.post(path, body, Content_Type="application/json")[0] == 400
    assert merchant.post("/v1/sources", body)[0] == 404
    assert "sk_test_other" not in str(simulator.requests())


def names_in(said):
    """Return the name of every member, however deep."""
    if isinstance(said, list):
        return set().union(*map(names_in, said))
    if not isinstance(said, dict):
        return set()
    return set(said) | names_in(list(said.values()))


def test_what_is_the_simulators_own_is_never_said(merchant, simulator, shop):
    """Neither in an answer, expanded or listed, nor in a decline, nor in an event."""
    page = merchant.page()
    merchant.fill(page)
    ask = {"expand": ["payment_intent.latest_charge", "payment_intent.payment_method"]}
    said = [merchant.v1.checkout.sessions.retrieve(page.id, ask).to_dict()]
    said += [merchant.v1.payment_intents.list({"expand": ["data.latest_charge.refunds"]}).to_dict()]
    declines = "amount=1500&currency=cad&confirm=true&payment_method=pm_card_chargeDeclined"
    said += [merchant.post("/v1/payment_intents", declines)[1]]
    said += [merchant.post(f"/v1/payment_intents/{merchant.paid().id}/cancel")[1]]
    simulator.settle()
    said += [event.to_dict() for event in shop.heard]

    assert {name for name in names_in(said) if name.startswith("_")} == set()


@pytest.mark.parametrize(
    "query",
    [
        "expand[]=latest_charge",
        "expand[][a]=data",
        "expand[]=data.latest_charge.a.b.c",
        "limit=0",
        "limit=101",
        "starting_after=pi_nobody",
        "customer=a b",
    ],
)
def test_a_list_is_asked_for_as_lists_are(merchant, query):
    """What is expanded begins with `data`; a page has 1 to 100, and begins after what is there."""
    url = f"{merchant.simulator.base_url}/v1/payment_intents?{query}"
    auth = {"Authorization": f"Bearer {SECRET_KEY}"}

    assert merchant.session.get(url, headers=auth, timeout=10).status_code == 400


@pytest.mark.parametrize("of", [{}, {"charge": "ch_nobody"}, {"payment_intent": "pi_nobody"}])
def test_a_refund_is_of_something(merchant, of):
    """A charge or a payment that is there."""
    with pytest.raises(stripe.InvalidRequestError):
        merchant.v1.refunds.create(of)


def test_a_refund_of_a_charge(merchant):
    """By the charge's own id; one that failed or is only held has nothing to give."""
    paid, held = merchant.paid(), merchant.held()
    with pytest.raises(stripe.CardError) as caught:
        merchant.paid("pm_card_chargeDeclined")
    for name in (held.latest_charge, caught.value.error.charge):
        with pytest.raises(stripe.InvalidRequestError):
            merchant.v1.refunds.create({"charge": name})

    assert merchant.v1.refunds.create({"charge": paid.latest_charge}).amount == 1500
    assert len(merchant.v1.refunds.list({"charge": paid.latest_charge}).data) == 1


def test_a_paid_payment_cannot_be_confirmed_again(merchant, simulator):
    """It has its money."""
    paid = merchant.paid()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        merchant.v1.payment_intents.confirm(paid.id, {"payment_method": "pm_card_visa"})

    assert caught.value.code == "payment_intent_unexpected_state"
    assert len(moved(simulator)) == 1
