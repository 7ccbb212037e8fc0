"""Behind the counter."""

import pytest

from paycore_iotpay.simulator import form
from paycore_iotpay.simulator.desk import Desk, UnknownError
from paycore_iotpay.simulator.records import Order

RETURN_URL = "https://shop.example/thanks"


@pytest.fixture
def desk(book):
    return Desk(book)


def page(desk, channel="PF_CC", number="o-1"):
    """Open a page for 15.00 CAD and return its key."""
    book = desk.book
    order = Order(book.new_id("PC"), number, "charge", "cc_purchase", 1500, "CAD", channel)
    book.put(order)
    fields = {"channel": channel, "returnUrl": RETURN_URL}
    return form.opened_page(book, "purchase", order.pay_order_id, fields)["secureId"]


def card_page(desk, card_id="card-9"):
    fields = {"channel": "PF_CC", "returnUrl": RETURN_URL}
    return form.opened_page(desk.book, "addcard", card_id, fields)["secureId"]


@pytest.mark.parametrize("channel", ["PF_CC", "UPI_EX"])
def test_the_payer_succeeds(desk, channel):
    """With the channel's own test card."""
    location = desk.pay(page(desk, channel))

    assert location == f"{RETURN_URL}?retCode=SUCCESS&status=2"
    assert [effect.reference for effect in desk.effects()] == ["o-1"]


@pytest.mark.parametrize("number", ["", "4111111111111111"])
def test_the_payer_is_declined(desk, number):
    """Even with a card that succeeds otherwise."""
    location = desk.pay(page(desk), "decline", number)

    assert location == f"{RETURN_URL}?retCode=FAIL&retMsg=Declined&status=9"
    assert not desk.effects()


def test_the_card_decides(desk):
    """A declining card declines, whatever luck the payer was to have; a late one is late."""
    declined = desk.pay(page(desk), "success", "4000000000000002")
    late = desk.pay(page(desk, "UPI_EX", "o-2"), "success", "6205500000000000004")

    assert declined.endswith("status=9")
    assert late.endswith("retCode=SUCCESS&status=1")


def test_the_payer_leaves(desk):
    """The browser goes nowhere, and the page can still be paid."""
    key = page(desk)

    assert desk.pay(key, "abandon") == ""
    assert desk.pay(key).endswith("status=2")


def test_a_card_is_stored_or_refused(desk):
    """A refused one leaves its name free; a declining one is stored, and declines later."""
    refused = desk.pay(card_page(desk), "decline")
    stored = desk.pay(card_page(desk), "success", "4000000000000002")

    assert refused == f"{RETURN_URL}?retCode=FAIL&retMsg=Card%20refused"
    assert stored == f"{RETURN_URL}?retCode=SUCCESS"
    assert desk.book.records.cards["card-9"].behaviour == "decline"


def test_what_cannot_be_paid(desk):
    """An unknown page, a used one, an odd card, an odd outcome: each is named."""
    key = page(desk)
    with pytest.raises(UnknownError, match="secure_id: no such page"):
        desk.pay("f" * 64)
    with pytest.raises(ValueError, match="outcome: want one of success, decline, abandon"):
        desk.pay(key, "late")
    with pytest.raises(ValueError, match="card_number: parameter error: cardNum"):
        desk.pay(key, "success", "41x1")
    with pytest.raises(ValueError, match="card_number: card is not supported"):
        desk.pay(key, "success", "6200000000000005")
    desk.pay(key)
    with pytest.raises(ValueError, match="secure_id: secureId is used"):
        desk.pay(key)


def test_a_card_is_bound_in_place_of_another(desk):
    """The last one counts; it is shown masked."""
    first = desk.store_card("card-9", "4111111111111111")
    second = desk.store_card("card-9", "6200000000000047")

    assert (first, second) == ("411111******1111", "620000******0047")
    assert desk.book.records.cards["card-9"].channel == "UPI_EX"


@pytest.mark.parametrize(
    ("card_id", "number", "told"),
    [
        ("", "4111111111111111", "card_id: parameter error: cardId"),
        ("c" * 31, "4111111111111111", "card_id: parameter error: cardId"),
        ("card-9", "4111111111111112", "card_number: card number error"),
    ],
)
def test_what_cannot_be_bound(desk, card_id, number, told):
    """A name or a number that the gateway would not take; the number is not quoted."""
    with pytest.raises(ValueError, match=told) as caught:
        desk.store_card(card_id, number)

    assert number not in str(caught.value)


@pytest.mark.parametrize("seconds", [-1, 10**9 + 1, float("nan")])
def test_the_clock_only_moves_on(desk, seconds):
    """Neither back, nor out of the calendar."""
    with pytest.raises(ValueError, match="advance_s: want seconds"):
        desk.advance(seconds)


def test_the_clock_says_where_it_is(desk):
    """ISO 8601, UTC."""
    now = desk.advance(0.5)

    assert now.endswith("+00:00")
    assert desk.book.records.offset_ms == 500


def test_what_is_late_comes_true_with_the_clock(desk):
    """At once, not when somebody looks."""
    desk.pay(page(desk, "UPI_EX"), "success", "6205500000000000004")
    before = desk.effects()
    desk.advance(60)

    assert before == ()
    assert [effect.kind for effect in desk.effects()] == ["charge"]


def test_only_a_success_can_be_told(desk):
    """An open order has nothing to tell, one without an address nobody; an unknown one neither."""
    key = page(desk)
    with pytest.raises(ValueError, match="nothing to notify, or nobody"):
        desk.notify("o-1")
    desk.pay(key)
    with pytest.raises(ValueError, match="nothing to notify, or nobody"):
        desk.notify("o-1")
    with pytest.raises(UnknownError, match="pay_order_id: no such order"):
        desk.notify("o-2")
