"""Notifications."""

import socket

import pytest

import paycore
from paycore_iotpay.simulator.checking import genuine
from paycore_iotpay.simulator.notify import Notifier
from paycore_iotpay.simulator.records import Delivery, Order

KEY = "simulatedKey00000000000000000000"
DAY_S = 24 * 3600


def told(shop):
    return [message["mchOrderNo"] for message in shop.messages()]


def test_a_success_is_told(merchant, simulator, shop):
    """A signed order object, to the very address, with its query."""
    order = merchant.paid("o-1")
    simulator.settle()
    (message,) = shop.messages()
    sign = message.pop("sign")

    assert message == order
    assert genuine({**message, "sign": sign}, KEY)
    assert shop.paths == ["/notify?shop=1"]


def test_what_is_not_told(merchant, simulator, shop):
    """Declines, voids and stored cards."""
    merchant.paid("o-1", card="4000000000000002")
    paid = merchant.paid("o-2")
    merchant.done("cc_void", mchRefundNo="v-1", payOrderId=paid["payOrderId"])
    simulator.settle()

    assert told(shop) == ["o-2"]


def test_a_refund_is_told(merchant, simulator, shop):
    """To the address of its payment, or of its own."""
    payment = merchant.paid("o-1")["payOrderId"]
    simulator.advance(DAY_S)
    asked = {"payOrderId": payment, "refundAmount": 1}
    merchant.done("cc_refund", mchRefundNo="r-1", **asked)
    merchant.done("cc_refund", mchRefundNo="r-2", notifyUrl=shop.url + "&own=1", **asked)
    simulator.settle()

    assert told(shop) == ["o-1", "r-1", "r-2"]
    assert shop.paths[1:] == ["/notify?shop=1", "/notify?shop=1&own=1"]


@pytest.mark.parametrize("answer", [b"SUCCESS", b"success", b" Success\r\n"])
def test_an_acknowledgement_ends_it(merchant, simulator, shop, answer):
    """In any case, with blanks around."""
    shop.answers.append((200, answer))
    merchant.paid("o-1")
    simulator.settle()
    simulator.advance(DAY_S)
    simulator.settle()

    assert told(shop) == ["o-1"]


@pytest.mark.parametrize("answer", [(200, b"FAIL"), (200, b""), (503, b"SUCCESS"), (200, b"OK")])
def test_anything_else_is_no_acknowledgement(merchant, simulator, shop, answer):
    """It is tried again after a minute."""
    shop.answers.append(answer)
    merchant.paid("o-1")
    simulator.settle()
    first = told(shop)
    simulator.advance(59)
    simulator.settle()
    second = told(shop)
    simulator.advance(1)
    simulator.settle()

    assert (first, second, told(shop)) == (["o-1"], [], ["o-1"])


def test_six_tries_and_no_more(merchant, simulator, shop):
    """The pauses grow: 1, 2, 3, 4 and 5 minutes."""
    shop.answers += [(500, b"")] * 9
    merchant.paid("o-1")
    tries = []
    for minutes in (0, 1, 2, 3, 4, 5, 6, 600):
        simulator.advance(60 * minutes - 1 if minutes else 0)
        simulator.settle()
        early = len(told(shop))
        simulator.advance(1 if minutes else 0)
        simulator.settle()
        tries.append((early, len(told(shop))))

    assert tries == [(1, 0), *[(0, 1)] * 5, (0, 0), (0, 0)]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://127.0.0.1:99999/", "http://a..b/", "http://[/"]
)
def test_a_shop_that_is_not_there(merchant, simulator, url):
    """Is given up for now, however impossible its address."""
    merchant.paid("o-1", notifyUrl=url)

    simulator.settle()

    assert len(simulator.effects()) == 1


def test_an_https_address_is_spoken_to_in_tls(merchant, simulator, shop):
    """A shop that only speaks plain HTTP does not hear of it."""
    merchant.paid("o-1", notifyUrl=shop.url.replace("http:", "https:"))
    simulator.settle()

    assert shop.paths == []


@pytest.mark.parametrize(
    ("kind", "at_once", "a_minute_later"),
    [
        ("duplicate_notification", ["o-1", "o-1", "o-2"], []),
        ("late_notification", ["o-2"], ["o-1"]),
        ("reordered_notifications", ["o-2", "o-1"], []),
        ("lost_notification", ["o-2"], []),
    ],
)
def test_the_faults_of_a_notification(merchant, simulator, shop, kind, at_once, a_minute_later):
    """Twice, late, overtaken by the next one, never; the payment's own endpoint names it."""
    simulator.fault(kind, endpoint="cc_purchasewithtoken")
    merchant.paid("o-1")
    merchant.paid("o-2")
    simulator.settle()
    first = told(shop)
    simulator.advance(60)
    simulator.settle()

    assert first == at_once
    assert told(shop) == a_minute_later


def test_a_late_card_s_success_is_told_by_the_clock(merchant, simulator, shop):
    """Without anybody asking."""
    merchant.paid("o-1", card="6205500000000000004")
    simulator.settle()
    before = told(shop)
    simulator.advance(60)
    simulator.settle()

    assert (before, told(shop)) == ([], ["o-1"])


def test_the_passing_of_time_is_noticed(merchant, simulator, shop, monkeypatch):
    """Even where nobody moves the clock: what was late is told while the simulator only runs."""
    monkeypatch.setattr("paycore_iotpay.simulator.till.LATE_AFTER_MS", 30)
    merchant.paid("o-1", card="6205500000000000004")

    assert paycore.parse_json(shop.heard.get(timeout=10))["status"] == 2


def test_stopping_does_not_wait_for_the_shop(merchant, simulator):
    """A delivery under way is cut, and made again by the next run."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        deaf.settimeout(10)
        merchant.paid("o-1", notifyUrl=f"http://127.0.0.1:{deaf.getsockname()[1]}/")
        first, _ = deaf.accept()
        simulator.__exit__(None, None, None)
        with simulator, first, deaf.accept()[0] as second:
            heard = second.recv(65536)

    assert heard.startswith(b"POST / HTTP/1.1\r\n")


def test_nothing_is_sent_while_it_does_not_run(book, shop):
    """A notifier that was not started, or was stopped, neither sends nor waits."""
    notifier = Notifier(book)
    order = Order("PC1", "o-1", "charge", "cc_purchase", 1500, "CAD", "PF_CC", shop.url)
    book.records.deliveries.append(Delivery("PC1", due_ms=0))
    notifier.settle()
    notifier.stop()

    assert notifier.send(order) is False
    assert shop.paths == []


def test_what_was_forgotten_meanwhile_is_not_told(book):
    """A delivery of an order that is no more is dropped."""
    notifier = Notifier(book)
    book.records.deliveries.append(Delivery("PC1", due_ms=0))
    notifier.start()
    notifier.settle()
    notifier.stop()

    assert book.records.deliveries == []
