"""The faults of one call, as its client meets them."""

import json
import socket
from contextlib import suppress

import pytest

from paycore_iotpay.simulator import IotpaySimulator, breaking
from paycore_iotpay.simulator.faults import AFTER, BEFORE, KINDS

ON_THE_WIRE = [(kind, moment) for kind, (moment, _) in KINDS.items() if moment in (BEFORE, AFTER)]
SILENT = ["timeout_before_effect", "timeout_after_effect", "close_without_answer"]
RESET = ["reset_before_effect", "reset_after_effect"]


def charge(merchant, number="o-1"):
    """Return a charge of a stored card as bytes for the wire."""
    merchant.control("cards", card_id="card-9", card_number="4111111111111111")
    said = merchant.signed(mchOrderNo=number, cardId="card-9", amount=1500, currency="CAD")
    body = json.dumps(said).encode()
    head = (
        "POST /v3/cc_purchasewithtoken HTTP/1.1\r\nHost: simulator\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def heard(simulator, sent, *, ending=True):
    """Send bytes, end our side where we are to, and return all that comes until the other ends."""
    port = int(simulator.base_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(sent)
        if ending:
            line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65536), b""))


def answered(simulator, merchant, kind):
    """Return status, headers and body of a charge's answer under a fault."""
    sent = charge(merchant)
    simulator.fault(kind)
    head, _, body = heard(simulator, sent).partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(status.split()[1]), headers, body


@pytest.mark.parametrize("kind", SILENT)
def test_no_answer_comes(simulator, merchant, kind):
    """Not one byte, until one side ends."""
    sent = charge(merchant)
    simulator.fault(kind)

    assert heard(simulator, sent) == b""
    assert simulator.requests()[-1]["fault"] == kind


def test_silence_swallows_what_else_is_said(simulator, merchant):
    """A second request on the same connection is neither answered nor played."""
    simulator.fault("timeout_before_effect")
    sent = charge(merchant)

    assert heard(simulator, sent + b" " * 100_000) == b""
    assert len(simulator.requests()) == 1


@pytest.mark.parametrize("kind", RESET)
def test_the_connection_is_reset(simulator, merchant, kind):
    """What the client sees is no clean end."""
    sent = charge(merchant)
    simulator.fault(kind)

    with pytest.raises(ConnectionResetError):
        heard(simulator, sent, ending=False)


@pytest.mark.parametrize(("kind", "moment"), ON_THE_WIRE)
def test_money_moves_before_or_not_at_all(simulator, merchant, monkeypatch, kind, moment):
    """As the dial says; the next call meets no fault, and finds what happened."""
    monkeypatch.setattr(breaking, "DRIP_S", 0)
    sent = charge(merchant)
    simulator.fault(kind, endpoint="cc_purchasewithtoken")
    with suppress(ConnectionResetError):
        heard(simulator, sent, ending=kind not in RESET)
    moved = [effect.reference for effect in simulator.effects()]

    assert moved == ([] if moment == BEFORE else ["o-1"])
    assert merchant.call("cc_query", mchOrderNo="o-1")["retCode"] == (
        "FAIL" if moment == BEFORE else "SUCCESS"
    )


@pytest.mark.parametrize(
    ("kind", "status", "content"),
    [
        ("error_500", 500, "application/json"),
        ("error_502_html", 502, "text/html"),
        ("rate_limited_429", 429, "application/json"),
    ],
)
def test_an_error_status(simulator, merchant, kind, status, content):
    """With a body that an optimist might read."""
    code, headers, body = answered(simulator, merchant, kind)

    assert code == status
    assert headers["content-type"].startswith(content)
    assert body


def test_when_to_come_back(simulator, merchant):
    """A rate limit says when."""
    assert answered(simulator, merchant, "rate_limited_429")[1]["retry-after"] == "60"


@pytest.mark.parametrize(("kind", "status"), [("redirect_302", 302), ("redirect_307", 307)])
def test_a_redirect_leads_back_here(simulator, merchant, kind, status):
    """A client that follows it would charge after all, and is found out."""
    code, headers, body = answered(simulator, merchant, kind)

    assert (code, body) == (status, b"")
    assert headers["location"] == "/v3/cc_purchasewithtoken"


def test_half_a_body(simulator, merchant):
    """Less than was promised, and then the end."""
    status, headers, body = answered(simulator, merchant, "truncated_body")

    assert status == 200
    assert 0 < len(body) < int(headers["content-length"])
    assert body.startswith(b'{"retCode":"SUCCESS"')


def test_no_body(simulator, merchant):
    """An empty one, correctly announced."""
    status, headers, body = answered(simulator, merchant, "empty_body")

    assert (status, headers["content-length"], body) == (200, "0", b"")


def test_a_body_of_another_kind(simulator, merchant):
    """An HTML page, and every second time a list."""
    simulator.fault("wrong_json", times=3)
    bodies = [merchant.post("/v3/cc_query", json={}).content for _ in range(3)]

    assert [body[:1] for body in bodies] == [b"<", b"[", b"<"]


def test_a_drip_is_one_byte_at_a_time(simulator, merchant):
    """Slow, but no silence: a timeout between bytes never strikes."""
    sent = charge(merchant)
    simulator.fault("drip")
    port = int(simulator.base_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(sent)

        assert [line.recv(65536) for _ in range(3)] == [b"H", b"T", b"T"]


def test_a_drip_is_a_whole_answer(simulator, merchant, monkeypatch):
    """Whoever waits for it gets it."""
    monkeypatch.setattr(breaking, "DRIP_S", 0)
    status, headers, body = answered(simulator, merchant, "drip")

    assert (status, int(headers["content-length"])) == (200, len(body))
    assert json.loads(body)["retData"]["status"] == 2


def test_a_drip_ends_with_the_simulator(shop):
    """It waits for nobody."""
    with IotpaySimulator() as simulator:
        simulator.fault("drip")
        port = int(simulator.base_url.rpartition(":")[2])
        line = socket.create_connection(("127.0.0.1", port), timeout=10)
        line.sendall(b"POST /v3/cc_query HTTP/1.1\r\nHost: s\r\nContent-Length: 2\r\n\r\n{}")
        first = line.recv(1)
    rest = b"".join(iter(lambda: line.recv(65536), b""))
    line.close()

    assert first + rest != b""
    assert b"\r\n\r\n" not in first + rest


def test_a_refusal_that_proves_nothing(simulator, merchant):
    """`system error`, though the money has moved."""
    status, _, body = answered(simulator, merchant, "fail_text")

    assert status == 200
    assert json.loads(body) == {"retCode": "FAIL", "retMsg": "system error"}


def test_an_unknown_status(simulator, merchant):
    """The order is there, but its outcome is not."""
    _, _, body = answered(simulator, merchant, "status_unknown")
    data = json.loads(body)["retData"]

    assert (data["mchOrderNo"], data["status"]) == ("o-1", 1)


def test_an_unknown_page(simulator, merchant):
    """An answer without a status loses what it had: nobody can pay there."""
    simulator.fault("status_unknown")

    assert merchant.page() == {"status": 1}


def test_a_wrong_amount(simulator, merchant):
    """One cent more than was asked for."""
    _, _, body = answered(simulator, merchant, "wrong_amount")

    assert json.loads(body)["retData"]["amount"] == 1501


def test_a_wrong_amount_of_a_page(simulator, merchant):
    """An answer without an amount gets a wrong one."""
    simulator.fault("wrong_amount", times=2)
    page = merchant.page()
    card = merchant.done(
        "cc_addcard", cardId="c", channel="PF_CC", returnUrl="https://shop.example/"
    )

    assert (page["amount"], card["amount"]) == (1501, 1)


@pytest.mark.parametrize("kind", ["status_unknown", "wrong_amount"])
def test_a_refusal_stays_one(simulator, merchant, kind):
    """Where nothing succeeded, there is no outcome to alter."""
    simulator.fault(kind)

    assert merchant.call("cc_query", mchOrderNo="o-9") == {
        "retCode": "FAIL",
        "retMsg": "order not found",
    }


def test_a_name_twice(simulator, merchant):
    """The first one says FAIL, the second one what is true."""
    _, _, body = answered(simulator, merchant, "duplicate_json_names")
    pairs = json.loads(body, object_pairs_hook=list)

    assert [pair for pair in pairs if pair[0] == "retCode"] == [
        ("retCode", "FAIL"),
        ("retCode", "SUCCESS"),
    ]


def test_every_fault_of_a_call_is_played():
    """The dial and its deeds are the same list."""
    assert list(breaking._FAULTS) == [kind for kind, _ in ON_THE_WIRE]
