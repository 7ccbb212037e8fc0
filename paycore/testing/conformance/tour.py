"""A walk through all that a provider says it can do, on its good days: once, each with a query."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from paycore.errors import PaycoreError
from paycore.intents import (
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
    if "void" in stage.provider.hooks:
        tour.void(best)
    if "refund" in stage.provider.hooks:
        tour.refund(best)
    return tuple(tour.plays)


def played(stage: Stage, label: str, hook: str, kind: Kind, request: Any) -> Play:
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
    return Play(label, hook, kind, asked, tuple(calls), tuple(replies), report, problem)


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

    def charge(self, kind: type[Method]) -> Play:
        """Charge, let the payer pay, and ask what became of it; return the better answer."""
        method = method_of(self.stage, kind, self._token)
        request = ChargeRequest(self._next(), self.stage.money, method)
        asked = self._play(f"charge by {kind.__name__}", "charge", Kind.CHARGE, request)
        self._pay(asked)
        query = QueryRequest(Kind.CHARGE, request.reference, _theirs(asked), request.amount)
        found = self._play(f"query of charge by {kind.__name__}", "query", Kind.CHARGE, query)
        return found if found.state is State.SUCCEEDED else asked

    def void(self, paid: Play) -> None:
        """Cancel a charge, and ask what became of that."""
        amount, charge, theirs = paid.request.amount, paid.request.reference, _theirs(paid)
        request = VoidRequest(self._next(), amount, charge, theirs)
        asked = self._play("void", "void", Kind.VOID, request)
        self._ask_back(asked, amount)

    def refund(self, voided: Play) -> None:
        """Give a part of another charge back, once it has settled, and ask."""
        kinds = self.stage.description.methods
        name = voided.label.rpartition(" ")[2]
        paid = self.charge(next((kind for kind in kinds if kind.__name__ == name), kinds[0]))
        if self.stage.simulator is not None:
            self.stage.simulator.advance(2 * DAY_S)
        whole = paid.request.amount
        part = Money(whole.minor // 2 or 1, whole.currency)
        request = RefundRequest(self._next(), part, paid.request.reference, _theirs(paid), whole)
        self._ask_back(self._play("refund", "refund", Kind.REFUND, request), whole)

    def _ask_back(self, asked: Play, whole: Money) -> None:
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

    def _play(self, label: str, hook: str, kind: Kind, request: Any) -> Play:
        play = played(self.stage, label, hook, kind, request)
        self.plays.append(play)
        return play


def _theirs(play: Play) -> str:
    """Return the provider's own reference, as far as it told one."""
    known: str = getattr(play.request, "provider_reference", "")
    return (play.report.provider_reference if isinstance(play.report, Report) else "") or known
