"""The stage of `tests.stage` over a network: whatever is sent goes to a server of the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

import paycore
from paycore import HostedPage, Money, State
from paycore.errors import NotSent
from paycore.ledger.protocol import Ledger
from paycore.report import Report
from paycore.states import Kind
from paycore.wire.attempt import Attempt
from paycore.wire.attempt import Line as Wire
from paycore.wire.transport import Transport
from tests.fault_server import Guest, answer
from tests.faults import Site
from tests.stage import Stage, Teller

VERBS = ("charge", "refund", "void")
"""What moves money."""
PAGE = HostedPage("https://shop.example/thanks")


class Wired(Teller):
    """The till's plugin, over a network: a talk of one call, or of two, to wherever we stand."""

    base_url = ""
    asks_first = False

    def _say(self, hook: str, request: Any) -> paycore.Talk[Report]:
        said = {"reference": request.reference, "kind": hook, "amount": None, "currency": None}
        if hook != "tokenize":
            said |= {"amount": request.amount.minor, "currency": request.amount.currency}
        if self.asks_first:
            yield paycore.Call(f"{self.base_url}/hello", said)
        told = (yield paycore.Call(f"{self.base_url}/{hook}", said)).json
        money = Money(told["amount"], "CAD") if told["amount"] else None
        kind = Kind.TOKEN if hook == "tokenize" else Kind(hook)
        return Report(told["reference"], State(told.get("state", "succeeded")), money, kind)

    @paycore.hookimpl
    def charge(self, account, request):
        return (yield from self._say("charge", request))

    @paycore.hookimpl
    def tokenize(self, account, request):
        return (yield from self._say("tokenize", request))

    @paycore.hookimpl
    def refund(self, account, request):
        return (yield from self._say("refund", request))

    @paycore.hookimpl
    def void(self, account, request):
        return (yield from self._say("void", request))

    @paycore.hookimpl
    def query(self, account, request):
        talk = super().query(account, request)
        try:
            talk.send((yield replace(next(talk), url=f"{self.base_url}/query")))
        except StopIteration as told:
            return told.value


class Line:
    """What carries the calls of the stage: the till itself, or a real transport to a site."""

    def __init__(self, till: Any) -> None:
        self.till = till
        self.transport: Transport | None = None
        self.requests: list[str] = []
        self.at_the_door: Callable[[], object] = lambda: None

    def send(self, call: paycore.Call) -> paycore.Reply:
        self.at_the_door()
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

    def __init__(self, verb: str, ledger: Ledger, owner: str = "o-1") -> None:
        self.verb, self.owner, self.key = verb, owner, f"{owner}-key"
        self.plugin = Wired()
        self.stage = Stage(plugin=self.plugin, ledger=ledger)
        self.line = Line(self.stage.till)
        object.__setattr__(self.stage.accounts["main"], "sender", self.line)
        if verb in ("refund", "void"):
            self.stage.paid(owner, key=f"{owner}-first")

    def over(self, site: Site) -> None:
        """Let calls go to `site` from now on."""
        self.line.close()
        self.plugin.base_url = site.base_url
        self.line.transport = Transport(site.connection)

    def act(self) -> Any:
        """Do what the scene is about, always with the same key."""
        gateway = self.stage.gateway
        if self.verb == "charge":
            return self.stage.charge(self.owner, key=self.key)
        if self.verb == "refund":
            return gateway.refund(self.owner, Money(600, "CAD"), key=self.key)
        if self.verb == "tokenize":
            return gateway.tokenize(self.owner, PAGE, key=self.key)
        if self.verb == "query":
            return gateway.query(self.owner)
        return gateway.void(self.owner, key=self.key)

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
        return self.stage.find(self.owner).reserved.minor


def echo(body: bytes) -> bytes:
    """Return what a healthy provider says: that it did what it was asked."""
    return body


def well(guest: Guest) -> None:
    """Play a healthy provider."""
    while (body := guest.hear()) is not None:
        guest.say(answer(echo(body)))


@contextmanager
def before_the_first_byte(look: Callable[[], object]) -> Iterator[None]:
    """Call `look` whenever a request is about to begin, before one byte of it is written."""
    begin = Attempt.begin

    def looked(attempt: Attempt, wire: Wire | None) -> None:
        if not attempt.begun:
            look()
        begin(attempt, wire)

    with mock.patch.object(Attempt, "begin", looked):
        yield
