"""Twenty transport faults x {charge, refund, void}, through the gateway, over real sockets (R4).

Each ends NOT_SENT or UNKNOWN as `tests.faults.FAULTS` says, with one request at most; money stays
reserved while a refund may have moved it; the same key tries again only where nothing left us.
"""

from __future__ import annotations

from typing import Any

import pytest

import paycore
from paycore import Money, PaymentStatus, State
from paycore.errors import Conflict, NotSent
from paycore.report import Report
from paycore.states import Kind
from paycore.wire.transport import Transport
from tests.fault_server import Guest, answer
from tests.faults import FAULTS, MORE, Site, arranged, standing
from tests.stage import Effect, Stage, Teller

VERBS = ("charge", "refund", "void")
BOTH = {**FAULTS, **MORE}


class Wired(Teller):
    """The till's plugin, over a network: the talk is one call, to wherever the test stands."""

    base_url = ""

    def _say(self, hook: str, request: Any) -> paycore.Talk[Report]:
        said = {"reference": request.reference, "amount": request.amount.minor, "kind": hook}
        said["currency"] = "CAD"
        reply = yield paycore.Call(f"{self.base_url}/{hook}", said)
        told = reply.json
        return Report(told["reference"], State.SUCCEEDED, Money(told["amount"], "CAD"), Kind(hook))

    @paycore.hookimpl
    def charge(self, account, request):
        return (yield from self._say("charge", request))

    @paycore.hookimpl
    def refund(self, account, request):
        return (yield from self._say("refund", request))

    @paycore.hookimpl
    def void(self, account, request):
        return (yield from self._say("void", request))


class Line:
    """What carries the calls of the stage: the till itself, or a real transport to a site."""

    def __init__(self, till: Any) -> None:
        self.till = till
        self.transport: Transport | None = None
        self.requests: list[str] = []

    def send(self, call: paycore.Call) -> paycore.Reply:
        if self.transport is None:
            return self.till.send(call)
        self.requests.append(call.payload["reference"])
        return self.transport.send(call)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()
            self.transport = None


class Scene:
    """A stage whose line can go bad, with a paid payment where money is to be given back."""

    def __init__(self, verb: str) -> None:
        self.verb = verb
        self.plugin = Wired()
        self.stage = Stage(plugin=self.plugin)
        self.line = Line(self.stage.till)
        object.__setattr__(self.stage.accounts["main"], "sender", self.line)
        self.key = "k-1"
        if verb != "charge":
            self.stage.paid()

    def over(self, site: Site) -> None:
        """Let calls go to `site` from now on."""
        self.line.close()
        self.plugin.base_url = site.base_url
        self.line.transport = Transport(site.connection)

    def act(self) -> Any:
        """Do what the scene is about, always with the same key."""
        if self.verb == "charge":
            return self.stage.charge(key=self.key)
        if self.verb == "refund":
            return self.stage.gateway.refund("o-1", Money(600, "CAD"), key=self.key)
        return self.stage.gateway.void("o-1", key=self.key)

    def tried(self) -> bool:
        """Do it, and return whether it was told that nothing was sent."""
        try:
            self.act()
        except NotSent:
            return True
        return False

    @property
    def operation(self) -> paycore.Operation:
        found = self.stage.ledger.by_key(Kind(self.verb), self.key)
        assert found is not None
        return found

    @property
    def reserved(self) -> int:
        return self.stage.find().reserved.minor


def echo(body: bytes) -> bytes:
    """Return what a healthy provider says: that it did what it was asked."""
    return body


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("fault", BOTH)
def test_a_fault_ends_in_what_is_proved(fault, verb):
    """NOT_SENT or UNKNOWN; one request at most; the money as it must be; a second try as it may."""
    scene = Scene(verb)
    with arranged(fault, echo) as site:
        scene.over(site)
        unsent = scene.tried()
        state, reference, reserved = (
            scene.operation.state,
            scene.operation.reference,
            scene.reserved,
        )
        seen = site.requests
        again = scene.tried()
        scene.line.close()

        assert state is BOTH[fault]
        assert unsent is again is (state is State.NOT_SENT)
        assert seen == site.requests == (state is State.UNKNOWN) or fault == "proxy_refuses"
        assert scene.line.requests == [reference] * (2 if unsent else 1)
        assert reserved == (0 if unsent or verb == "charge" else 600 if verb == "refund" else 1500)
    sends_on(scene)


def sends_on(scene: Scene) -> None:
    """Let the line be good again: what was never sent goes out once, what is UNKNOWN does not."""
    before = scene.operation
    with standing(_good) as site:
        scene.over(site)
        scene.act()
        scene.line.close()

        assert site.requests == (before.state is State.NOT_SENT)
    assert scene.operation.reference == before.reference
    assert scene.operation.state is (
        State.SUCCEEDED if before.state is State.NOT_SENT else State.UNKNOWN
    )


def _good(guest: Guest) -> None:
    while (body := guest.hear()) is not None:
        guest.say(answer(echo(body)))


@pytest.mark.parametrize("fault", [name for name, state in BOTH.items() if state is State.UNKNOWN])
@pytest.mark.parametrize("executed", [True, False])
def test_an_unknown_charge_is_found_out_and_never_doubled(fault, executed):
    """Another key is refused meanwhile; the query says what is true."""
    scene = Scene("charge")
    with arranged(fault, echo) as site:
        scene.over(site)
        scene.act()
        scene.line.close()
    stage = scene.stage
    with pytest.raises(Conflict):
        stage.charge(key="k-2")
    if executed:
        order = {"kind": "charge", "reference": "o-1", "amount": 1500, "currency": "CAD"}
        stage.till.orders["o-1"] = {**order, "state": "succeeded"}
    payment = stage.gateway.query("o-1")

    assert payment.status is (PaymentStatus.PAID if executed else PaymentStatus.UNKNOWN)
    assert stage.till.effects == []


def test_nothing_is_wrong_where_the_line_is_good():
    """The matrix would notice: the same scenes succeed over a healthy line."""
    for verb in VERBS:
        scene = Scene(verb)
        with standing(_good) as site:
            scene.over(site)
            scene.act()
            scene.line.close()

            assert scene.operation.state is State.SUCCEEDED
            assert scene.line.requests == [scene.operation.reference]
    assert scene.stage.till.effects == [Effect("charge", "o-1", 1500)]
    assert scene.stage.find().status is PaymentStatus.VOIDED
