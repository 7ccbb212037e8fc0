"""The description of every address."""

import re

import pytest

from paycore_iotpay.simulator import openapi
from paycore_iotpay.simulator.app import URLS
from paycore_iotpay.simulator.openapi import document


def test_it_describes_every_address_and_no_other(merchant):
    """As the server routes them; it is served as it is."""
    served = {
        (rule.rule, method.lower())
        for rule in URLS.iter_rules()
        for method in rule.methods - {"HEAD"}
    }
    paths = document()["paths"]

    assert {(path, method) for path, methods in paths.items() for method in methods} == served
    assert merchant.control("openapi.json") == document()


def test_what_a_merchant_has_to_say():
    """The required members, the signature among them, each with its shape."""
    call = document()["paths"]["/v3/cc_refund"]["post"]
    schema = call["requestBody"]["content"]["application/json"]["schema"]

    assert schema["required"] == [
        *("mchId", "loginName", "mchRefundNo", "refundAmount", "payOrderId", "sign"),
    ]
    assert list(schema["properties"]) == schema["required"]
    assert re.search(schema["properties"]["refundAmount"]["pattern"], "500")


@pytest.mark.parametrize("name", openapi.CONTROL)
def test_what_the_control_interface_answers(merchant, name):
    """The names that the description gives are those that are there."""
    page = merchant.page()
    order = merchant.paid("o-2")
    bodies = {
        "faults": {"kind": "drip", "endpoint": "queryorder"},
        "clock": {"advance_s": 1},
        "cards": {"card_id": "c", "card_number": "4111111111111111"},
        "pay": {"secure_id": page["secureId"]},
        "notify": {"pay_order_id": order["payOrderId"]},
    }
    act = openapi.CONTROL[name]
    path = f"/_simulator/{name}"
    answer = (
        merchant.get(path) if act.method == "GET" else merchant.post(path, json=bodies.get(name))
    )

    assert answer.status_code == 200
    assert tuple(answer.json()) == act.answers


def test_every_answer_is_described():
    """A summary and a response for each."""
    operations = [each for path in document()["paths"].values() for each in path.values()]

    assert all(each["summary"] and each["responses"]["200"] for each in operations)
