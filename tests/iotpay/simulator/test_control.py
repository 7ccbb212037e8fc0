"""The control interface."""

import json
from types import SimpleNamespace

import pytest

from paycore_iotpay.simulator.control import respond
from paycore_iotpay.simulator.desk import Desk

DAY_S = 24 * 3600


def test_effects(merchant):
    """What really moved, in the documented words."""
    order = merchant.paid("o-1")
    (effect,) = merchant.control("effects")["effects"]

    assert effect.pop("at").endswith("+00:00")
    assert effect == {
        "kind": "charge",
        "reference": "o-1",
        "provider_reference": order["payOrderId"],
        "amount_minor": 1500,
        "currency": "CAD",
    }


def test_requests(merchant):
    """What was asked, scrubbed, with the fault that it met; the control's own calls are not."""
    merchant.control("faults", kind="empty_body", endpoint="cc_directpurchase")
    card = {"cardNum": "4111111111111111", "expiryDate": "1230", "holder": "Test", "cvv": "987"}
    said = merchant.signed(mchOrderNo="d-1", amount=1500, currency="CAD", channel="PF_CC", **card)
    merchant.post("/v3/cc_directpurchase", json=said)
    answer = merchant.control("requests")
    (seen,) = answer["requests"]

    assert (seen["method"], seen["path"]) == ("POST", "/v3/cc_directpurchase")
    assert (seen["endpoint"], seen["fault"]) == ("cc_directpurchase", "empty_body")
    assert seen["fields"]["mchOrderNo"] == "d-1"
    for secret in ("4111111111111111", "987", said["sign"], "simulatedKey"):
        assert secret not in json.dumps(answer)


def test_faults(merchant):
    """The next call meets it, and no other; what was not said is told."""
    told = merchant.control("faults", kind="fail_text")
    answers = [merchant.call("cc_query", mchOrderNo="o-1")["retMsg"] for _ in range(2)]

    assert told == {"kind": "fail_text", "endpoint": "", "times": 1}
    assert answers == ["system error", "order not found"]


def test_clock(merchant):
    """Moved by a day, a payment is settled."""
    payment = merchant.paid("o-1")["payOrderId"]
    told = merchant.control("clock", advance_s=DAY_S)
    answer = merchant.call("cc_void", mchRefundNo="v-1", payOrderId=payment)

    assert list(told) == ["now"]
    assert answer["retMsg"] == "order is settled, please use refund"


def test_cards(merchant):
    """A card is bound; the answer shows it masked."""
    told = merchant.control("cards", card_id="card-9", card_number="4000000000000002")

    assert told == {"card_id": "card-9", "card_number": "400000******0002"}


def test_pay(merchant):
    """The payer is played; the answer says where the browser goes."""
    page = merchant.page()
    told = merchant.control("pay", secure_id=page["secureId"])

    assert told == {"location": "https://shop.example/thanks?order=1&retCode=SUCCESS&status=2#done"}


def test_pay_as_told(merchant):
    """With another outcome, and another card."""
    pages = [merchant.page(number)["secureId"] for number in ("o-1", "o-2")]
    left = merchant.control("pay", secure_id=pages[0], outcome="abandon")
    declined = merchant.control("pay", secure_id=pages[1], card_number="4000000000000002")

    assert left == {"location": ""}
    assert "status=9" in declined["location"]


def test_notify(merchant, simulator, shop):
    """The shop hears of it again, and the answer says whether it acknowledged."""
    order = merchant.paid("o-1")
    simulator.settle()
    shop.answers.append((500, b""))
    told = [merchant.control("notify", pay_order_id=order["payOrderId"]) for _ in range(2)]

    assert told == [{"acknowledged": False}, {"acknowledged": True}]
    assert len(shop.messages()) == 3


def test_reset(merchant):
    """Everything is forgotten; no body is needed."""
    merchant.paid("o-1")
    answer = merchant.post("/_simulator/reset")

    assert (answer.status_code, answer.json()) == (200, {})
    assert merchant.control("effects") == {"effects": []}
    assert merchant.control("requests") == {"requests": []}


@pytest.mark.parametrize(
    ("name", "body", "status", "told"),
    [
        ("faults", {}, 400, "kind: missing"),
        ("faults", {"kind": "meteor"}, 400, "kind: want one of "),
        ("faults", {"kind": "drip", "times": True}, 400, "times: want a integer"),
        ("faults", {"kind": "drip", "colour": "red"}, 400, "colour: no such member"),
        ("clock", {"advance_s": "1"}, 400, "advance_s: want a number"),
        ("clock", {"advance_s": -1}, 400, "advance_s: want seconds"),
        ("cards", {"card_id": "c", "card_number": "1"}, 400, "card_number: "),
        ("pay", {"secure_id": "x"}, 404, "secure_id: no such page"),
        ("notify", {"pay_order_id": "x"}, 404, "pay_order_id: no such order"),
        ("reset", {"all": True}, 400, "all: no such member"),
    ],
)
def test_an_error_is_json(merchant, name, body, status, told):
    """With one name, which says what is wrong."""
    answer = merchant.post(f"/_simulator/{name}", json=body)

    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    assert answer.json()["error"].startswith(told)


@pytest.mark.parametrize("raw", [b"[]", b"{", b'{"kind":"drip","kind":"drip"}'])
def test_a_body_that_is_no_object(merchant, raw):
    """Is an error, too."""
    answer = merchant.post("/_simulator/faults", data=raw)

    assert (answer.status_code, answer.json()["error"][:6]) == (400, "body: ")


@pytest.mark.parametrize("peer", ["203.0.113.9", None])
def test_only_for_loopback_peers(book, peer):
    """Nobody else may play the gateway."""
    answer = respond(Desk(book), "effects", SimpleNamespace(remote_addr=peer))

    assert (answer.status_code, answer.json) == (403, {"error": "only for loopback peers"})
