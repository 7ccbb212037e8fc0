"""The book: its clock, its numbers, its file."""

import json
import re

import pytest

import paycore
from paycore_iotpay.simulator.book import Book, Merchant, moment
from paycore_iotpay.simulator.records import PAID, UNDECIDED, Order

MERCHANT = Merchant("10000701", paycore.Secret("simulatedKey00000000000000000000"), "jack123")


def order(number="o-1", status=PAID):
    return Order(
        "PC1" + number, number, "charge", "cc_purchase", 1500, "CAD", "PF_CC", status=status
    )


def test_an_order_is_found_by_either_number(book):
    """The merchant's and the gateway's; the first of them is taken from then on."""
    kept = book.put(order())

    assert book.find("o-1") == book.find("PC1o-1") == kept
    assert book.find("o-2") is None
    assert (book.taken("o-1"), book.taken("o-2")) == (True, False)


def test_what_is_late_is_known(book):
    """An undecided order waits among the late ones until it is decided."""
    book.put(order(status=UNDECIDED))
    waiting = list(book.late)
    book.put(order(status=PAID))

    assert waiting == ["PC1o-1"]
    assert not book.late


def test_ids_look_as_the_gateway_s_do(book):
    """2 letters, 14 digits of the clock, 12 digits; no two alike."""
    ids = {book.new_id("PC") for _ in range(100)}

    assert len(ids) == 100
    assert all(re.fullmatch(r"PC20[0-9]{24}", each) for each in ids)


def test_the_clock_is_ours_moved_on(book):
    """It is ahead by what it was moved, and tells whole seconds in UTC."""
    before = book.now_ms()
    book.records.offset_ms += 3_600_000

    assert book.now_ms() - before >= 3_600_000
    assert moment(1_500_999).isoformat() == "1970-01-01T00:25:00+00:00"


def test_a_change_is_stored_when_it_ends(tmp_path):
    """And one that raises is not."""
    path = tmp_path / "state.json"
    book = Book(MERCHANT, str(path))
    with book.changing():
        book.put(order("o-1"))
    with pytest.raises(KeyError), book.changing() as records:
        records.orders["o-2"] = records.orders.pop("no such order")

    assert list(json.loads(path.read_text("utf-8"))["orders"]) == ["PC1o-1"]


def test_a_book_goes_on_where_its_file_ended(tmp_path):
    """Numbers stay taken, late orders stay late, and the clock stays moved."""
    path = str(tmp_path / "state.json")
    book = Book(MERCHANT, path)
    with book.changing() as records:
        records.offset_ms = 5000
        book.put(order("o-1", UNDECIDED))

    again = Book(MERCHANT, path)

    assert again.records == book.records
    assert again.taken("o-1")
    assert list(again.late) == ["PC1o-1"]


def test_a_file_that_cannot_be_written_is_noticed_at_once(tmp_path):
    """Not with the first payment."""
    with pytest.raises(OSError, match="nowhere"):
        Book(MERCHANT, str(tmp_path / "nowhere" / "state.json"))


def test_reset_forgets_everything(book):
    """Orders, requests, faults and the clock's lead."""
    book.put(order("o-1", UNDECIDED))
    book.records.offset_ms = 5000
    book.requests.append({"endpoint": "cc_query"})
    book.faults.add("drip")

    book.reset()

    assert (book.find("o-1"), book.taken("o-1"), book.late) == (None, False, {})
    assert (book.records.offset_ms, len(book.requests), book.faults.take("cc_query")) == (0, 0, "")


def test_the_key_is_not_shown(book):
    """A merchant's repr hides it."""
    assert "simulatedKey" not in repr(book.merchant)
