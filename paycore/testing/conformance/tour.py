"""A walk through all that a provider says it can do, on its good days: once, each with a query."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from paycore.errors import PaycoreError
from paycore.intents import (
    CaptureRequest,
    ChargeRequest,
    QueryRequest,
    RefundRequest,
    TokenizeRequest,
    VoidRequest,
)
from paycore.methods import Method
from paycore.money import Money
from paycore.report import Report
from paycore.states import Kind, State
from paycore.testing.conformance.asking import card_of, method_of, reference
from paycore.testing.conformance.outcome import Play
from paycore.testing.conformance.stage import Stage
from paycore.wire.talk import Call, Reply, converse

DAY_S: Final = 86_400


def toured(stage: Stage) -> tuple[Play, ...]:
    """Return every request that the provider declares, as it went."""
    tour = _Tour(stage)
    for kind in stage.description.token_methods:
        tour.tokenize(kind)
    paid = [tour.charge(kind) for kind in stage.description.methods]
    best = next((play for play in paid if play.state is State.SUCCEEDED), paid[-1])
    hooks = stage.provider.hooks
    if "capture" in hooks:
        tour.hold()
    if "void" in hooks and stage.description.voids_captured:
        tour.void(best, Kind.VOID)
    if "refund" in hooks:
        tour.refund(best)
    return tuple(tour.plays)


def played(
    stage: Stage, label: str, hook: str, kind: Kind, request: Any, *, holds: bool = False
) -> Play:
    """Return how a request of the healthy provider went."""
    calls: list[Call] = []
    replies: list[Reply] = []

    def send(call: Call) -> Reply:
        calls.append(call)
        replies.append(stage.send(call))
        return replies[-1]

    report, problem = None, ""
    asked = replace(request)  # a plugin could write into what it is handed
    try:
        report = converse(stage.provider.talk(hook, stage.handle, request), send)
    except PaycoreError as error:
        problem = f"{type(error).__name__}: {error}"
    return Play(label, hook, kind, asked, tuple(calls), tuple(replies), report, problem, holds)


class _Tour:
    """Goes through it, one reference after the other."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.plays: list[Play] = []
        self._token = ""
        self._number = 0

    def tokenize(self, kind: type[Method]) -> None:
        """Store a card, and ask whether it is there."""
        request = TokenizeRequest(self._next(), method_of(self.stage, kind))
        asked = self._play(f"tokenize by {kind.__name__}", "tokenize", Kind.TOKEN, request)
        self._pay(asked)
        query = QueryRequest(Kind.TOKEN, request.reference, _theirs(asked))
        found = self._play(f"query of token by {kind.__name__}", "query", Kind.TOKEN, query)
        if State.SUCCEEDED in (asked.state, found.state):
            stored = next(p.report for p in (found, asked) if isinstance(p.report, Report))
            self._token = self._token or stored.token or request.reference

    def charge(self, kind: type[Method], *, holds: bool = False) -> Play:
        """Charge, let the payer pay, and ask what became of it; return the better answer."""
        method = method_of(self.stage, kind, self._token)
        request = ChargeRequest(self._next(), self.stage.money, method, capture=not holds)
        what = f"{'hold' if holds else 'charge'} by {kind.__name__}"
        asked = self._play(what, "charge", Kind.CHARGE, request, holds=holds)
        self._pay(asked)
        found = self._ask(what, asked, holds=holds)
        return found if found.state in (State.SUCCEEDED, State.AUTHORIZED) else asked

    def hold(self) -> None:
        """Hold by every method; then capture a whole hold and a part of one, and release one."""
        methods = self.stage.description.methods
        plays = [self.charge(kind, holds=True) for kind in methods]
        held = [play for play in plays if play.state is State.AUTHORIZED]
        if not held:
            return  # `declared_is_done` says so
        again = next(kind for kind in methods if kind.__name__ in held[0].label)
        while len(held) < 3:
            held.append(self.charge(again, holds=True))
        whole, part, released = held[:3]
        self.capture(whole, whole.request.amount)
        self.capture(part, _part(part.request.amount))
        if "void" in self.stage.provider.hooks:
            self.void(released, Kind.RELEASE)

    def capture(self, held: Play, amount: Money) -> None:
        """Take what is held, or a part of it; ask what became of that, and of the charge."""
        whole, charge, theirs = held.request.amount, held.request.reference, _theirs(held)
        request = CaptureRequest(self._next(), amount, charge, theirs, whole)
        label = "capture" if amount == whole else "capture of a part"
        self._ask_back(self._play(label, "capture", Kind.CAPTURE, request), None)
        self._ask(f"charge after {label}", held, holds=True)

    def void(self, paid: Play, kind: Kind) -> None:
        """Cancel a charge, or give a hold up, and ask what became of that."""
        amount, charge, theirs = paid.request.amount, paid.request.reference, _theirs(paid)
        request = VoidRequest(self._next(), amount, charge, theirs)
        asked = self._play(kind.value, "void", kind, request)
        self._ask_back(asked, amount if kind is Kind.VOID else None)

    def refund(self, voided: Play) -> None:
        """Give a part of another charge back, once it has settled, and ask."""
        kinds = self.stage.description.methods
        name = voided.label.rpartition(" ")[2]
        paid = self.charge(next((kind for kind in kinds if kind.__name__ == name), kinds[0]))
        if self.stage.simulator is not None:
            self.stage.simulator.advance(2 * DAY_S)
        whole, charge = paid.request.amount, paid.request.reference
        request = RefundRequest(self._next(), _part(whole), charge, _theirs(paid), whole)
        self._ask_back(self._play("refund", "refund", Kind.REFUND, request), whole)

    def _ask(self, what: str, asked: Play, *, holds: bool) -> Play:
        """Ask what became of a charge."""
        own, amount = asked.request.reference, asked.request.amount
        query = QueryRequest(Kind.CHARGE, own, _theirs(asked), amount)
        return self._play(f"query of {what}", "query", Kind.CHARGE, query, holds=holds)

    def _ask_back(self, asked: Play, whole: Money | None) -> None:
        request = asked.request
        query = QueryRequest(
            asked.kind,
            request.reference,
            _theirs(asked),
            request.amount,
            request.charge_reference,
            request.charge_provider_reference,
            whole,
        )
        self._play(f"query of {asked.label}", "query", asked.kind, query)

    def _next(self) -> str:
        self._number += 1
        return reference(self.stage, self._number)

    def _pay(self, asked: Play) -> None:
        """Play the payer, where there is something to do and somebody to do it with."""
        action = asked.report.next_action if isinstance(asked.report, Report) else None
        if self.stage.simulator is not None and action is not None:
            self.stage.simulator.pay(action, card_number=card_of(self.stage))

    def _play(
        self, label: str, hook: str, kind: Kind, request: Any, *, holds: bool = False
    ) -> Play:
        play = played(self.stage, label, hook, kind, request, holds=holds)
        self.plays.append(play)
        return play


def _part(whole: Money) -> Money:
    return Money(whole.minor // 2 or 1, whole.currency)


def _theirs(play: Play) -> str:
    """Return the provider's own reference, as far as it told one."""
    known: str = getattr(play.request, "provider_reference", "")
    return (play.report.provider_reference if isinstance(play.report, Report) else "") or known
