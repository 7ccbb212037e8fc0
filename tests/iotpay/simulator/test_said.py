"""How the gateway puts a payment or a card into words."""

from dataclasses import replace

from paycore_iotpay.simulator.records import OPEN, PAID, Card, Order
from paycore_iotpay.simulator.said import card_object, order_object

CARD = Card("411111******1111", "PF_CC", "success", "1230", "Test Payer", "V")
ORDER = Order(
    pay_order_id="PC20260101000000123456789012",
    number="o-1",
    kind="charge",
    endpoint="cc_purchase",
    amount=1500,
    currency="CAD",
    channel="PF_CC",
    status=PAID,
    done_ms=1_767_225_600_000,
    returned=500,
    card=CARD,
)


def test_a_paid_payment_in_full(book):
    """Every member that IOTPay documents, and none of ours."""
    assert order_object(book, ORDER) == {
        "payOrderId": "PC20260101000000123456789012",
        "mchId": "10000701",
        "mchOrderNo": "o-1",
        "originalOrderId": "",
        "amount": 1500,
        "currency": "CAD",
        "payType": "pay",
        "refundable": 1000,
        "status": 2,
        "invoiceNum": "123456789012",
        "paySuccTime": "2026-01-01 00:00:00",
        "cardNum": "411111******1111",
        "cardType": "V",
        "expiryDate": "1230",
        "authNum": "T89012",
        "transNum": "123456789012",
        "channel": "PF_CC",
    }


def test_an_unpaid_payment_has_blanks(book):
    """What is not known yet is empty, and nothing is refundable."""
    said = order_object(book, replace(ORDER, status=OPEN, card=None))
    blank = {name for name, value in said.items() if value == ""}

    assert blank == {
        *("originalOrderId", "invoiceNum", "paySuccTime", "cardNum", "cardType"),
        *("expiryDate", "authNum", "transNum"),
    }
    assert said["refundable"] == 0


def test_a_void_calls_itself_a_refund(book):
    """It points at its payment, and nothing of it is refundable."""
    said = order_object(book, replace(ORDER, kind="void", original_id="PC1"))

    assert (said["payType"], said["originalOrderId"], said["refundable"]) == ("refund", "PC1", 0)


def test_a_stored_card():
    """Masked, and its code was never kept."""
    assert card_object("card-9", CARD) == {
        "cardId": "card-9",
        "cardNum": "411111******1111",
        "expiryDate": "1230",
        "holder": "Test Payer",
        "cvv": "***",
    }
