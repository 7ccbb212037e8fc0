"""Where money moves."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import paycore
from paycore_iotpay.simulator import till
from paycore_iotpay.simulator.book import Book, Merchant
from paycore_iotpay.simulator.members import Refused
from paycore_iotpay.simulator.records import FAILED, OPEN, PAID, UNDECIDED, Card, Order

DAY_MS = 24 * 3600 * 1000
SUCCESS = Card("411111******1111", "PF_CC", "success")


def new_book():
    return Book(Merchant("1", paycore.Secret("k" * 32), "j"))


def open_order(book, number="o-1", amount=1500):
    made = Order(book.new_id("PC"), number, "charge", "cc_purchase", amount, "CAD", "PF_CC")
    return book.put(replace(made, notify_url="http://shop.example/"))


def paid(book, number="o-1", amount=1500):
    return till.charge(book, open_order(book, number, amount), SUCCESS)


def reversal(kind, number, amount):
    return Order(f"RP{number}", number, kind, f"cc_{kind}", amount, "CAD", "PF_CC")


def kinds(book):
    return [(effect.kind, effect.amount_minor) for effect in book.records.effects]


def posted(book):
    return [book.find(delivery.pay_order_id).number for delivery in book.records.deliveries]


def test_a_success_moves_money_once(book):
    """The payment is paid, the effect is logged, the notification is in the post."""
    order = paid(book)

    assert (order.status, till.refundable(order)) == (PAID, 1500)
    assert kinds(book) == [("charge", 1500)]
    assert posted(book) == ["o-1"]


def test_an_effect_says_what_moved(book):
    """Both numbers, the amount and the clock's time."""
    order = paid(book)
    (effect,) = book.records.effects

    assert (effect.reference, effect.provider_reference) == ("o-1", order.pay_order_id)
    assert (effect.currency, effect.at[-6:]) == ("CAD", "+00:00")


def test_a_decline_moves_nothing(book):
    """Status 9, no effect, no notification."""
    order = till.charge(book, open_order(book), replace(SUCCESS, behaviour="decline"))

    assert (order.status, till.refundable(order)) == (FAILED, 0)
    assert not book.records.effects
    assert not book.records.deliveries


def test_a_late_card_moves_money_later(book):
    """Undecided for 60 seconds of the clock, and then paid, once."""
    order = till.charge(book, open_order(book), replace(SUCCESS, behaviour="late"))
    book.records.offset_ms += 59_000
    till.ripen(book)
    early = kinds(book)
    book.records.offset_ms += 1_000
    till.ripen(book)
    till.ripen(book)

    assert order.status == UNDECIDED
    assert early == []
    assert book.find("o-1").status == PAID
    assert kinds(book) == [("charge", 1500)]


def test_late_cards_succeed_in_their_order(book):
    """The one that was used first succeeds first."""
    late = replace(SUCCESS, behaviour="late")
    second, first = open_order(book, "o-2"), open_order(book, "o-1")
    till.charge(book, first, late)
    book.records.offset_ms += 1_000
    till.charge(book, second, late)
    book.records.offset_ms += 60_000
    till.ripen(book)

    assert [effect.reference for effect in book.records.effects] == ["o-1", "o-2"]


def test_void_before_settlement_refund_after(book):
    """Each refuses the other's time, and moves nothing then."""
    order = paid(book)
    with pytest.raises(Refused, match="please use void"):
        till.refund(book, order, reversal("refund", "r-1", 500))
    book.records.offset_ms += DAY_MS
    with pytest.raises(Refused, match="please use refund"):
        till.void(book, order, reversal("void", "v-1", 1500))

    assert kinds(book) == [("charge", 1500)]


def test_a_void_takes_back_everything_once(book):
    """And is not notified."""
    order = paid(book)
    till.void(book, order, reversal("void", "v-1", 1500))

    assert till.refundable(book.find("o-1")) == 0
    assert posted(book) == ["o-1"]
    with pytest.raises(Refused, match="order is voided"):
        till.void(book, book.find("o-1"), reversal("void", "v-2", 1500))


@given(st.lists(st.integers(1, 900), max_size=6))
def test_never_more_is_refunded_than_was_paid(amounts):
    """Refunds go through while they fit, and the sums are right at any time."""
    book = new_book()
    paid(book, amount=1500)
    book.records.offset_ms += DAY_MS
    left = 1500
    for number, amount in enumerate(amounts):
        try:
            till.refund(book, book.find("o-1"), reversal("refund", f"r-{number}", amount))
        except Refused:
            fitted = False
        else:
            fitted = True

        assert fitted is (amount <= left)
        left -= amount * fitted
        assert till.refundable(book.find("o-1")) == left

    assert sum(e.amount_minor for e in book.records.effects if e.kind == "refund") == 1500 - left


def test_only_a_paid_payment_has_something_to_refund(book):
    """Neither an open one nor a refund."""
    assert till.refundable(replace(open_order(book), status=OPEN)) == 0
    assert till.refundable(replace(reversal("refund", "r", 5), status=PAID)) == 0


def test_without_an_address_nobody_is_notified(book):
    """The money moves all the same."""
    till.charge(book, replace(open_order(book), notify_url=""), SUCCESS)

    assert kinds(book) == [("charge", 1500)]
    assert not book.records.deliveries


def test_a_lost_notification(book):
    """It is never in the post; the next one is."""
    book.faults.add("lost_notification", "cc_purchase")
    paid(book, "o-1")
    paid(book, "o-2")

    assert posted(book) == ["o-2"]


def test_a_duplicate_notification(book):
    """It is in the post twice."""
    book.faults.add("duplicate_notification")
    paid(book, "o-1")

    assert posted(book) == ["o-1", "o-1"]


def test_a_late_notification(book):
    """It is due 60 seconds later than its payment, whatever else is sent."""
    book.faults.add("late_notification")
    order = paid(book, "o-1")
    paid(book, "o-2")
    first, second = book.records.deliveries

    assert first.due_ms - order.done_ms == 60_000
    assert second.due_ms <= book.now_ms()


def test_reordered_notifications(book):
    """The held ones go behind the next one, in the order in which they were held."""
    book.faults.add("reordered_notifications", times=2)
    for number in ("o-1", "o-2"):
        paid(book, number)
    held = [delivery.held for delivery in book.records.deliveries]
    paid(book, "o-3")

    assert held == [True, True]
    assert posted(book) == ["o-3", "o-1", "o-2"]
    assert all(d.due_ms <= book.now_ms() for d in book.records.deliveries)
    assert not any(d.held for d in book.records.deliveries)


def test_a_held_notification_goes_by_the_clock(book):
    """Where no other one comes, 60 seconds later."""
    book.faults.add("reordered_notifications")
    order = paid(book)
    (held,) = book.records.deliveries

    assert held.due_ms == order.done_ms + 60_000
