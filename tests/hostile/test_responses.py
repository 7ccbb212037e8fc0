"""Hostile answers, over real sockets: each ends as its line says, and nothing is sent twice."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

import paycore
from paycore import HostedPage, Money, State
from paycore.errors import NotSent
from paycore.events import EventType
from paycore.ledger.memory import MemoryLedger
from paycore.payment import Payment
from paycore.wire.transport import Transport
from tests.fault_server import Guest, answer
from tests.faults import Site, arranged, standing
from tests.hostile.world import N0, PAYMENTS, THANKS, cases, params, settings, success, value
from tests.stage import CARD, Clock, Stage, cad

CASES = cases("responses.jsonl")
P1 = PAYMENTS["P1"]
FAULTS = {
    "connection refused": "connection_refused",
    "DNS failure": "name_lookup",
    "TLS: self-signed certificate": "tls_self_signed",
    "TLS: valid certificate for another host": "tls_wrong_name",
    "request written, read timeout": "read_timeout",
    "reset after request written": "reset_after_request",
    "peer closes without a status line": "close_without_status",
}
REASONS = {200: "OK", 302: "Found", 307: "Temporary Redirect", 401: "Unauthorized"}


def order(reference: str, **changed: Any) -> dict[str, Any]:
    """Return the order object of a payment that succeeded, with what a case changes in it."""
    return {**N0, "mchOrderNo": reference, **changed}


def settled(body: bytes) -> bytes:
    """Return what a healthy IOTPay answers to any call of these tests."""
    said = json.loads(body)
    if "refundAmount" in said:
        refund = {"payType": "refund", "originalOrderId": said["payOrderId"], "refundable": 0}
        refund |= {"amount": said["refundAmount"], "payOrderId": "RP20260101000000000000000001"}
        return success(order(said["mchRefundNo"], **refund)).body
    return success(order(said.get("mchOrderNo", P1))).body


class Over:
    """A gateway over a real transport to a site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.clock = Clock()
        mode = "sandbox" if site.base_url.startswith("http:") else "live"
        self.ledger = MemoryLedger()
        self.gateway = paycore.open_gateway(
            settings(base_url=site.base_url, mode=mode),
            ledger=self.ledger,
            now=self.clock,
            sender=lambda _: Transport(site.connection),
        )

    def charge(self, minor: int = 1500, method: Any = CARD) -> Payment:
        """Charge, and return the payment whatever comes of it."""
        try:
            return self.gateway.charge(P1, cad(minor), method)
        except NotSent:
            return self.payment()

    def payment(self) -> Payment:
        """Return the payment as it stands."""
        found = self.gateway.find(P1)
        assert found is not None
        return found

    @property
    def charged(self) -> paycore.Operation:
        """The charge."""
        return self.payment().operations[0]


def raw(case: Mapping[str, Any]) -> bytes:
    """Return the whole answer that a case describes, as it goes over the line."""
    said = case["input"]
    status = said.get("status", 200)
    headers = dict(said.get("headers", {}))
    if "retData" in said:
        body = success(order(P1, **said["retData"])).body
    elif "gzip of 1 GiB" in said.get("raw_expr", ""):
        body = bomb()
    elif "raw_expr" in said:
        body = value(f"expr:{said['raw_expr']}")
    else:
        body = said.get("raw", said.get("body", "")).encode()
    lines = [f"{name}: {text}" for name, text in headers.items()]
    return answer(body, f"{status} {REASONS.get(status, 'Told')}", *lines)


def bomb() -> bytes:
    """Return 1 GiB of zeros as gzip has it: one member of 16 MiB, 64 times."""
    packer = zlib.compressobj(1, wbits=31)
    return (packer.compress(bytes(1 << 24)) + packer.flush()) * 64


def answering(charge: bytes | None, query: bytes) -> Callable[[Guest], None]:
    """Return a play: one answer for a charge (None: the line goes dead), one for a query."""

    def play(guest: Guest) -> None:
        while guest.hear() is not None:
            reply = query if b"/cc_query " in guest.head else charge
            if reply is None:
                return
            guest.say(reply)
            if reply.startswith(b"HTTP/1.1 200") and len(reply) < 200:
                return  # it may be short of what it promised: that is its end

    return play


@contextmanager
def lost_then(query: bytes, minor: int = 1500) -> Iterator[Over]:
    """Yield a gateway whose charge is UNKNOWN, and whose provider answers queries so."""
    with standing(answering(None, query)) as site:
        over = Over(site)
        assert over.charge(minor).status is paycore.PaymentStatus.UNKNOWN
        yield over
        over.gateway.close()


def chosen(test: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    return [case for case in CASES if test(case["input"])]


LINES = chosen(lambda said: "transport" in said)
CHARGES = chosen(lambda said: "hook" not in said and "transport" not in said)
GIVEN = chosen(lambda said: "given" in said)
ABSENT = chosen(lambda said: "answer" in said)
QUERIES = chosen(lambda said: "hook" in said and "answer" not in said and "given" not in said)


@params([case for case in LINES if case["input"].get("op") != "refund"])
def test_a_line_that_fails(case):
    """NOT_SENT where nothing left us, else UNKNOWN; never a second request."""
    with arranged(FAULTS[case["input"]["transport"]], settled) as site:
        over = Over(site)
        over.charge()

        assert over.charged.state is State[case["expect"]["outcome"]]
        assert site.requests == (over.charged.state is State.UNKNOWN)
        over.gateway.close()


@params([case for case in LINES if case["input"].get("op") == "refund"])
def test_a_refund_whose_line_fails_stays_reserved(case):
    """The charge came through before the line went bad; its money is not there for another."""
    with standing(answering(answer(settled(b"{}")), b"")) as site:
        healthy = Over(site)
        healthy.charge()
        healthy.gateway.close()
    with arranged(FAULTS[case["input"]["transport"]], settled) as site:
        over = Over(site)
        over.ledger = healthy.ledger
        over.gateway = paycore.open_gateway(
            settings(base_url=site.base_url, mode="sandbox"),
            ledger=healthy.ledger,
            sender=lambda _: Transport(site.connection),
        )
        refund = over.gateway.refund(P1, Money(600, "CAD"), key="r-1")

        assert refund.state is State[case["expect"]["outcome"]]
        assert over.payment().refundable == cad(900)
        assert site.requests == 1
        over.gateway.close()


@params(CHARGES)
def test_an_answer_to_a_charge(case):
    """Whatever is not a proof leaves it UNKNOWN: not shown to the payer, not sent again."""
    with standing(answering(raw(case), b"")) as site:
        over = Over(site)
        page = "redirectUrl" in case["input"].get("retData", {})
        payment = over.charge(method=HostedPage(THANKS) if page else CARD)
        again = over.charge(method=HostedPage(THANKS) if page else CARD)

        assert over.charged.state is State[case["expect"]["outcome"]]
        assert payment.next_action is None
        assert again == payment
        assert site.requests == case["expect"].get("server_requests", 1)
        over.gateway.close()


@params(QUERIES)
def test_an_answer_to_a_query(case):
    """From UNKNOWN; what is about something else is reviewed, what is no answer changes nothing."""
    minor = case["input"].get("ledger_refundable", 1500)
    told = dict(case)
    if minor != 1500:
        told["input"] = {"retData": {"amount": minor, **case["input"]["retData"]}}
    with lost_then(raw(told), minor) as over:
        over.gateway.query(P1)
        seen = over.charged
        evidence = repr(over.ledger.evidence(seen.id))

        assert seen.state is State[case["expect"]["outcome"]]
        assert bool(seen.review) is any(
            word in case["why"] for word in ("review", "another", "other currency")
        )
        assert over.site.requests == 2
        if "stored" in case["expect"]:
            assert seen.instrument.masked == case["expect"]["stored"]
            assert case["input"]["retData"]["cardNum"] not in evidence
            assert case["input"]["retData"]["cardNum"] not in repr(over.payment())
        if "refundable" in case["input"].get("retData", {}):
            with pytest.raises(paycore.PaycoreError):
                over.gateway.refund(P1, Money(1, "CAD"), key="r-1")


@params(GIVEN)
def test_a_late_answer_to_a_query(case):
    """A declined payment that succeeded after all: recorded, alarmed, told once."""
    with lost_then(raw(declined_of(case))) as over:
        over.gateway.query(P1)
        assert over.charged.state is State.DECLINED
        over.site.server.play = answering(None, raw(late_of(case)))
        over.clock.advance(60)
        over.gateway.close()
        over.gateway = paycore.open_gateway(
            settings(base_url=over.site.base_url, mode="sandbox"),
            ledger=over.ledger,
            sender=lambda _: Transport(over.site.connection),
        )
        over.gateway.query(P1)

        assert over.charged.state is State[case["expect"]["outcome"]]
        assert (over.charged.late, bool(over.charged.review)) == (True, True)
        told = [event.type for event in over.ledger.events_of(P1)]
        assert told.count(EventType.PAYMENT_LATE_SUCCESS) == 1
        assert EventType.PAYMENT_PAID not in told


def declined_of(case: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer that declined it, before."""
    return {"input": {"retData": {**late_of(case)["input"]["retData"], "status": 9}}}


def late_of(case: Mapping[str, Any]) -> dict[str, Any]:
    """Return the case about the payment of these tests, whichever of P1 to P6 it names."""
    return {"input": {"retData": {**case["input"]["retData"], "mchOrderNo": P1}}}


@params(ABSENT)
def test_a_provider_that_does_not_know_it(case):
    """Absence proves something only where the provider says so, after the window, thrice."""
    said = case["input"]
    stage = Stage(description={"absence_is_proof": said.get("absence_is_authoritative", False)})
    stage.till.next("lost_before")
    stage.charge()
    stage.clock.advance(said["after_s"])
    for _ in range(3 if "x3" in said["answer"] else 1):
        stage.gateway.query("o-1")
        stage.clock.advance(60)

    assert stage.find().operations[0].state is State[case["expect"]["outcome"]]
    if "NEEDS_REVIEW" in case["why"]:
        stage.clock.advance(8 * 86_400)
        stage.gateway.reconcile()
        charge = stage.find().operations[0]
        assert (charge.state, bool(charge.review)) == (State.UNKNOWN, True)
    assert stage.till.count("charge") == 1
