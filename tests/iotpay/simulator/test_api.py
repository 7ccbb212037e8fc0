"""The endpoints that a merchant's server calls."""

import base64
import json
from dataclasses import replace

import pytest

from paycore_iotpay.simulator.api import answer
from paycore_iotpay.simulator.checking import sign
from paycore_iotpay.simulator.records import UNDECIDED, Order

CARD = {"expiryDate": "1230", "holder": "Test Payer", "cvv": "123"}
ORDER = {"amount": 1500, "currency": "CAD"}
DAY_S = 24 * 3600


def kinds(simulator):
    return [(effect.kind, effect.reference, effect.amount_minor) for effect in simulator.effects()]


def test_cc_purchase_opens_a_page(merchant, simulator):
    """The answer holds its address and its key; nothing has moved."""
    page = merchant.page()

    assert page["redirectUrl"] == f"{simulator.base_url}/cc/purchase?key={page['secureId']}"
    assert len(page["secureId"]) == 64
    assert not simulator.effects()


def test_cc_addcard_opens_a_page(merchant, simulator):
    """As cc_purchase does, with the channel beside it."""
    page = merchant.done(
        "cc_addcard", cardId="card-9", channel="UPI_EX", returnUrl="https://shop.example/"
    )

    assert page["redirectUrl"] == f"{simulator.base_url}/cc/addcard?key={page['secureId']}"
    assert page["channel"] == "UPI_EX"


def test_cc_directaddcard_stores_a_card(merchant):
    """It is bound at once, and shown masked; its name is taken then."""
    asked = {"cardId": "card-9", "cardNum": "4111111111111111", "channel": "PF_CC", **CARD}
    stored = merchant.done("cc_directaddcard", **asked)
    again = merchant.call("cc_directaddcard", **asked)
    page = merchant.call(
        "cc_addcard", cardId="card-9", channel="PF_CC", returnUrl="https://shop.example/"
    )

    assert stored["cardNum"] == "411111******1111"
    assert stored["cvv"] == "***"
    assert again == page == {"retCode": "FAIL", "retMsg": "cardId already exists"}


def test_cc_directaddcard_does_without_an_expiry_date(merchant):
    """It is the one member of a card that is optional there."""
    asked = {"cardId": "card-9", "cardNum": "4111111111111111", "channel": "PF_CC", **CARD}

    assert merchant.done("cc_directaddcard", **{**asked, "expiryDate": None})["expiryDate"] == ""


@pytest.mark.parametrize(
    ("number", "status", "moved"),
    [("5555555555554444", 2, [("charge", "d-1", 1500)]), ("4000000000000002", 9, [])],
)
def test_cc_directpurchase_charges_a_card(merchant, simulator, number, status, moved):
    """By what the card does; a decline is a success with status 9."""
    order = merchant.done(
        "cc_directpurchase", mchOrderNo="d-1", channel="PF_CC", cardNum=number, **ORDER, **CARD
    )

    assert order["status"] == status
    assert kinds(simulator) == moved


def test_cc_querycard(merchant):
    """A bound card is shown masked; another name is not binding."""
    merchant.control("cards", card_id="card-9", card_number="4111111111111111")

    assert merchant.done("cc_querycard", cardId="card-9")["cardNum"] == "411111******1111"
    assert merchant.call("cc_querycard", cardId="card-8") == {
        "retCode": "FAIL",
        "retMsg": "cardId is not binding",
    }


def test_cc_purchasewithtoken_charges_a_stored_card(merchant, simulator):
    """The card decides on the channel and on the outcome."""
    paid = merchant.paid("o-1")
    declined = merchant.paid("o-2", card="4000000000000002")
    late = merchant.paid("o-3", card="6205500000000000004")

    assert [order["status"] for order in (paid, declined, late)] == [2, 9, 1]
    assert [order["channel"] for order in (paid, declined, late)] == ["PF_CC", "PF_CC", "UPI_EX"]
    assert kinds(simulator) == [("charge", "o-1", 1500)]


def test_cc_purchasewithtoken_needs_a_card_that_is_bound(merchant):
    """And, for a UnionPay card, an address to notify."""
    unbound = merchant.call("cc_purchasewithtoken", mchOrderNo="o-1", cardId="card-8", **ORDER)
    merchant.control("cards", card_id="card-9", card_number="6200000000000005")
    silent = merchant.call("cc_purchasewithtoken", mchOrderNo="o-1", cardId="card-9", **ORDER)

    assert unbound["retMsg"] == "cardId is not binding"
    assert silent["retMsg"] == "parameter error: notifyUrl"


@pytest.mark.parametrize(("kind", "channel"), [("ApplePay", "CC_CA"), ("GooglePay", "CC_CG")])
def test_cc_purchasewithwallet(merchant, simulator, kind, channel):
    """Each wallet has a channel of its own, and its payments are captured."""
    _, data = simulator.wallet("iotpay")
    order = merchant.done(
        "cc_purchasewithwallet", mchOrderNo="w-1", walletType=kind, walletData=data, **ORDER
    )

    assert (order["status"], order["channel"], order["capture"]) == (2, channel, "Y")
    assert kinds(simulator) == [("charge", "w-1", 1500)]


@pytest.mark.parametrize(
    ("token", "status"),
    [(b'{"simulated":"decline"}', 9), (b'{"simulated":1}', 2), (b"[]", 2), (b"\xff", 2)],
)
def test_a_wallet_s_token_decides(merchant, token, status):
    """Any Base64 pays, but an object that says to decline."""
    data = base64.b64encode(token).decode()
    order = merchant.done(
        "cc_purchasewithwallet", mchOrderNo="w-1", walletType="ApplePay", walletData=data, **ORDER
    )

    assert order["status"] == status


@pytest.mark.parametrize(
    ("member", "told"),
    [
        ({"walletData": "a"}, "parameter error: walletData"),
        ({"walletData": "{}"}, "parameter error: walletData"),
        ({"walletType": "ChequePay"}, "parameter error: walletType"),
        ({"channel": "UPI_EX"}, "wallet is not supported on this channel"),
    ],
)
def test_a_wallet_that_cannot_be(merchant, member, told):
    """No Base64, no such wallet, no such channel."""
    asked = {"mchOrderNo": "w-1", "walletType": "ApplePay", "walletData": "aaaa", **ORDER}

    assert merchant.call("cc_purchasewithwallet", **{**asked, **member})["retMsg"] == told


def test_cc_refund_after_settlement(merchant, simulator):
    """In parts, up to what is left; each is an order of its own that points at its payment."""
    payment = merchant.paid("o-1")["payOrderId"]
    simulator.advance(DAY_S)
    asked = {"payOrderId": payment, "refundAmount": 500}
    refund = merchant.done("cc_refund", mchRefundNo="r-1", **asked)
    merchant.done("cc_refund", mchRefundNo="r-2", **asked)
    over = merchant.call("cc_refund", mchRefundNo="r-3", payOrderId=payment, refundAmount=501)

    assert (refund["payType"], refund["status"], refund["amount"]) == ("refund", 2, 500)
    assert (refund["mchOrderNo"], refund["originalOrderId"]) == ("r-1", payment)
    assert refund["payOrderId"].startswith("RP")
    assert over["retMsg"] == "refund amount exceeds refundable"
    assert merchant.done("cc_query", payOrderId=payment)["refundable"] == 500
    assert kinds(simulator)[1:] == [("refund", "r-1", 500), ("refund", "r-2", 500)]


def test_cc_void_before_settlement(merchant, simulator):
    """Whole; afterwards nothing is left, and the payment cannot be voided again."""
    payment = merchant.paid("o-1")["payOrderId"]
    early = merchant.call("cc_refund", mchRefundNo="r-1", payOrderId=payment, refundAmount=1)
    void = merchant.done("cc_void", mchRefundNo="v-1", payOrderId=payment)
    again = merchant.call("cc_void", mchRefundNo="v-2", payOrderId=payment)

    assert early["retMsg"] == "order is not settled, please use void"
    assert (void["payType"], void["amount"], void["refundable"]) == ("refund", 1500, 0)
    assert again["retMsg"] == "order is voided"
    assert merchant.done("cc_query", mchOrderNo="o-1")["refundable"] == 0
    assert kinds(simulator)[1:] == [("void", "v-1", 1500)]


def test_a_settled_payment_is_not_voided(merchant, simulator):
    """It is refunded."""
    payment = merchant.paid("o-1")["payOrderId"]
    simulator.advance(DAY_S)
    void = merchant.call("cc_void", mchRefundNo="v-1", payOrderId=payment)

    assert void["retMsg"] == "order is settled, please use refund"


def test_only_a_paid_payment_is_refunded(merchant, simulator):
    """Not an open one, not a refund, not one that nobody knows."""
    merchant.page("o-1")
    opened = merchant.done("cc_query", mchOrderNo="o-1")["payOrderId"]
    payment = merchant.paid("o-2")["payOrderId"]
    simulator.advance(DAY_S)
    asked = {"refundAmount": 1}
    refund = merchant.done("cc_refund", mchRefundNo="r-1", payOrderId=payment, **asked)

    def refunded(pay_order_id):
        return merchant.call("cc_refund", mchRefundNo="r-2", payOrderId=pay_order_id, **asked)

    assert refunded(opened)["retMsg"] == "order is not paid"
    assert refunded(refund["payOrderId"])["retMsg"] == "order not found"
    assert refunded("PC0")["retMsg"] == "order not found"
    assert refunded("o-2")["retMsg"] == "order not found"


def test_a_number_is_never_used_twice(merchant, simulator):
    """Payments, refunds and voids share one namespace."""
    payment = merchant.paid("o-1")["payOrderId"]
    again = merchant.call("cc_purchasewithtoken", mchOrderNo="o-1", cardId="of-o-1", **ORDER)
    simulator.advance(DAY_S)
    refund = merchant.call("cc_refund", mchRefundNo="o-1", payOrderId=payment, refundAmount=1)

    assert again == {"retCode": "FAIL", "retMsg": "mchOrderNo already exists"}
    assert refund == {"retCode": "FAIL", "retMsg": "mchRefundNo already exists"}
    assert kinds(simulator) == [("charge", "o-1", 1500)]


def test_cc_query_by_either_number(merchant):
    """Both at once must be of one order."""
    first, second = merchant.paid("o-1"), merchant.paid("o-2")

    assert merchant.done("cc_query", mchOrderNo="o-1") == first
    assert merchant.done("cc_query", payOrderId=second["payOrderId"], loginName=None) == second
    both = {"mchOrderNo": "o-1", "payOrderId": first["payOrderId"]}
    assert merchant.done("cc_query", **both) == first
    assert merchant.call("cc_query", **{**both, "mchOrderNo": "o-2"})["retMsg"] == "order not found"


def test_cc_query_of_a_refund(merchant, simulator):
    """By the merchant's refund number, and by the gateway's."""
    payment = merchant.paid("o-1")["payOrderId"]
    simulator.advance(DAY_S)
    refund = merchant.done("cc_refund", mchRefundNo="r-1", payOrderId=payment, refundAmount=500)

    assert merchant.done("cc_query", mchOrderNo="r-1") == refund
    assert merchant.done("cc_query", payOrderId=refund["payOrderId"]) == refund


def test_cc_query_of_what_is_open_or_unknown(merchant):
    """A page that nobody has paid has status 0; of anything else nothing is known."""
    merchant.page("o-1")

    assert merchant.done("cc_query", mchOrderNo="o-1")["status"] == 0
    assert merchant.call("cc_query", mchOrderNo="o-2") == {
        "retCode": "FAIL",
        "retMsg": "order not found",
    }
    assert merchant.call("cc_query")["retMsg"] == "parameter error: mchOrderNo"


def test_a_query_finds_a_late_success(merchant, simulator, shop):
    """Once the clock has moved 60 seconds; and the shop is told."""
    before = merchant.paid("o-1", card="6205500000000000004")["status"]
    simulator.advance(60)
    after = merchant.done("cc_query", mchOrderNo="o-1")["status"]
    simulator.settle()

    assert (before, after) == (1, 2)
    assert [message["mchOrderNo"] for message in shop.messages()] == ["o-1"]
    assert kinds(simulator) == [("charge", "o-1", 1500)]


def test_a_query_does_not_wait_for_anybody_to_notice(book):
    """What is late succeeds with the first question after its time, by itself."""
    late = Order("PC1", "o-1", "charge", "cc_purchase", 1500, "CAD", "UPI_EX", "", "", UNDECIDED)
    book.put(replace(late, ripe_ms=book.now_ms()))
    said = {"mchId": "10000701", "mchOrderNo": "o-1"}
    raw = json.dumps({**said, "sign": sign(said, book.merchant.key.reveal())}).encode()

    assert answer(book, "cc_query", raw, "application/json")["retData"]["status"] == 2


def test_a_forged_call_moves_nothing(merchant, simulator):
    """A changed amount under a good signature is refused."""
    merchant.control("cards", card_id="card-9", card_number="4111111111111111")
    said = merchant.signed(mchOrderNo="o-1", cardId="card-9", **ORDER)
    heard = merchant.post("/v3/cc_purchasewithtoken", json={**said, "amount": 1}).json()

    assert heard == {"retCode": "FAIL", "retMsg": "signature error"}
    assert not simulator.effects()


def test_only_json_is_heard(merchant):
    """The same text under another content type is refused."""
    raw = json.dumps(merchant.signed(mchOrderNo="o-1"))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    heard = merchant.post("/v3/cc_query", data=raw, headers=headers).json()

    assert heard["retMsg"] == "parameter error: Content-Type"
