"""The fault dial: each kind does what its line says, on a real connection."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest
import requests

from paycore_stripe.simulator import faults
from paycore_stripe.simulator.api import FORM
from paycore_stripe.simulator.breaking import _FAULTS
from paycore_stripe.simulator.calls import CALLS
from paycore_stripe.simulator.cards import TEST_CARDS
from paycore_stripe.simulator.facade import SECRET_KEY
from paycore_stripe.simulator.faults import AFTER, BEFORE, ENDPOINTS, KINDS, NOTIFICATION, Faults
from tests.stripe.simulated import merchant, moved, simulator

__all__ = ["merchant", "simulator"]
PATH = "/v1/payment_intents"
BODY = "amount=1500&currency=cad&payment_method=pm_card_visa&confirm=true"
CALLED = [kind for kind, (when, _) in KINDS.items() if when != NOTIFICATION]
BROKEN = {"reset_before_effect", "reset_after_effect", "close_without_answer", "truncated_body"}
STATUS = {
    "error_500": 500,
    "error_502_html": 502,
    "redirect_302": 302,
    "redirect_307": 307,
    "rate_limited_429": 429,
    "conflict_409": 409,
    "fail_text": 400,
}


def asked(merchant, timeout=10, path=PATH):
    headers = {"Authorization": f"Bearer {SECRET_KEY}", "Content-Type": FORM}
    url = f"{merchant.simulator.base_url}{path}"
    return merchant.session.post(url, BODY, headers=headers, timeout=timeout, allow_redirects=False)


@pytest.mark.parametrize("kind", [k for k in CALLED if k not in {"stale_search", "drip"}])
def test_each_kind_breaks_the_answer_and_moves_what_it_says(merchant, simulator, kind):
    """Before: nothing moved. After: it moved once. The next call is well again."""
    simulator.fault(kind, endpoint="payment_intents.create")
    if "timeout" in kind or kind in BROKEN:
        with pytest.raises(requests.RequestException):
            asked(merchant, timeout=0.5 if "timeout" in kind else 10)
    else:
        reply = asked(merchant)
        assert reply.status_code == STATUS.get(kind, 200)

    assert len(moved(simulator)) == (KINDS[kind][0] == AFTER)
    assert asked(merchant).json()["status"] == "succeeded"
    assert [r["fault"] for r in simulator.requests()] == [kind, ""]


def test_a_dripping_answer_comes_a_byte_at_a_time(merchant, simulator):
    """It has happened, and whoever reads on would be here for minutes."""
    simulator.fault("drip")
    head = f"POST {PATH} HTTP/1.1\r\nAuthorization: Bearer {SECRET_KEY}\r\n"
    head += f"Content-Type: {FORM}\r\nContent-Length: {len(BODY)}\r\n\r\n"
    where = ("127.0.0.1", urlsplit(simulator.base_url).port)
    with socket.create_connection(where, timeout=20) as line:
        line.sendall(f"{head}{BODY}".encode())
        first = [line.recv(65536) for _ in range(3)]

    assert b"".join(first) == b"HTT"
    assert len(moved(simulator)) == 1


def test_a_status_nobody_knows_and_an_amount_that_is_one_too_much(merchant, simulator):
    """Wherever the answer says them."""
    simulator.fault("status_unknown")
    simulator.fault("wrong_amount")
    first, second = asked(merchant).json(), asked(merchant).json()

    assert first["status"] == "simulated"
    assert (second["amount"], second["amount_received"]) == (1501, 1501)
    page = merchant.page()
    merchant.fill(page)
    simulator.fault("status_unknown", endpoint="checkout.sessions.retrieve")
    simulator.fault("wrong_amount", endpoint="payment_intents.search")
    read = merchant.v1.checkout.sessions.retrieve(page.id, {"expand": ["payment_intent"]})
    found = merchant.v1.payment_intents.search({"query": "metadata['paycore_reference']:'order-2'"})

    assert read.status == read.payment_status == read.payment_intent.status == "simulated"
    assert found.data[0].amount == 1501


def test_a_body_that_is_not_what_it_says(merchant, simulator):
    """An HTML page, then a list, then one name twice, then nothing."""
    for kind in ("wrong_json", "wrong_json", "duplicate_json_names", "empty_body"):
        simulator.fault(kind)
    html, listed, twice, empty = (asked(merchant).content for _ in range(4))

    assert html.startswith(b"<!doctype html>")
    assert listed == b'["ok"]'
    assert twice.count(b'"object":') - twice.count(b'"object": ') == 1
    assert empty == b""


def test_faults_come_in_their_order_and_go():
    """So many times; each for its endpoint, in whatever case it is written."""
    dial = Faults()
    dial.add("DRIP", "Refunds.Create", 2)
    dial.add("error_500")
    dial.add("lost_notification")

    assert [dial.take("refunds.create") for _ in range(4)] == ["drip", "drip", "error_500", ""]
    assert [dial.take("charge.failed") for _ in range(2)] == ["lost_notification", ""]
    assert dial.struck["drip"] == 2
    dial.add("drip")
    dial.clear()
    assert dial.take("refunds.create") == ""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("explode",), "kind: want one of timeout_before_effect"),
        (("drip", "refund"), "endpoint: want one of payment_intents.create"),
        (("drip", "charge.failed"), "endpoint: want one of payment_intents.create"),
        (("lost_notification", "refunds.create"), "endpoint: want one of charge.captured"),
        (("drip", "", 0), "times: want 1 or more"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(simulator, wrong, said):
    """With what there is."""
    kind, endpoint, times = (*wrong, "", 1)[:3] if len(wrong) < 3 else wrong
    with pytest.raises(ValueError, match=said):
        simulator.fault(kind, endpoint=endpoint, times=times)


def test_the_lists_are_closed():
    """Each kind has what it does, each call its name, and no card stands for two things."""
    assert set(_FAULTS) == set(CALLED)
    assert {when for when, _ in KINDS.values()} == {BEFORE, AFTER, NOTIFICATION}
    assert tuple(CALLS) == ENDPOINTS
    assert set(faults.EVENTS).isdisjoint(ENDPOINTS)
    assert len({card.number for card in TEST_CARDS}) == len(TEST_CARDS)
