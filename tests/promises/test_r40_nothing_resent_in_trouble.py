"""R40: what stands in a ledger's way is repeated or looked up here, and never causes a send.

An error is injected at every statement, and before and after every commit, of a charge, a refund,
a void and a message received. Contention and a lost acknowledgement must not even be noticed; a
statement that fails for good may be told, and is mended by `reconcile` and the same key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import NamedTuple

import psycopg
import pytest

from paycore import Money, PaymentStatus, State
from paycore.errors import LedgerError, OutcomeUnknown
from paycore.ledger.durable import upgrade
from paycore.ledger.protocol import InboxState, Source
from tests.paycore.ledger.durable.faulty import Engine, Plan, broken, busy, open_faulty
from tests.promises.databases import DATABASES, place
from tests.promises.proof import Proof
from tests.stage import PAGE, Stage

VERBS = ("charge", "refund", "void", "receive")
STEPS = {"execute": "at a statement", "before": "before a commit", "after": "after a commit"}
ENDS = {
    "charge": PaymentStatus.PAID,
    "refund": PaymentStatus.PAID,
    "void": PaymentStatus.VOIDED,
    "receive": PaymentStatus.PAID,
}
_LEASE_S = 3600
EVERY = 600
"""How many cases are enough to come through every place."""


def deadlock(kind: str) -> Exception:
    """Return what the driver raises for whom it sacrificed."""
    if kind == "postgresql":
        return psycopg.errors.DeadlockDetected("canary")
    error = sqlite3.OperationalError("canary")
    error.sqlite_errorcode, error.sqlite_errorname = 6, "SQLITE_LOCKED"
    return error


ERRORS: dict[str, Callable[[str], Exception]] = {
    "contention": busy,
    "deadlock": deadlock,
    "a broken line": broken,
}


class Injected(NamedTuple):
    """One case: what goes wrong, and where."""

    verb: str
    error: str
    step: str
    at: int

    @property
    def heals(self) -> bool:
        """Whether the caller must not notice."""
        return self.error != "a broken line" or self.step != "execute"

    def __str__(self) -> str:
        return f"{self.verb}: {self.error} {STEPS[self.step]}, number {self.at}"


class Case:
    """One payment on a stage of its own, brought to where the verb begins."""

    def __init__(self, verb: str, ledger: object, engine: Engine, number: int) -> None:
        self.verb, self.engine, self.owner = verb, engine, f"o-{number}"
        self.stage = Stage(ledger=ledger)
        self.till = self.stage.till
        self.till.watch = lambda _: None  # it would read through the same driver
        self.key = f"{self.owner}-key"
        if verb == "receive":
            self.stage.charge(self.owner, method=PAGE)
            self.till.orders[self.owner]["state"] = "succeeded"
        elif verb != "charge":
            self.stage.paid(self.owner)
        self.begun = list(self.till.calls)

    def act(self) -> None:
        """Do it, always with the same key or the same message."""
        gateway = self.stage.gateway
        if self.verb == "charge":
            self.stage.charge(self.owner, key=self.key)
        elif self.verb == "refund":
            gateway.refund(self.owner, Money(600, "CAD"), key=self.key)
        elif self.verb == "void":
            gateway.void(self.owner, key=self.key)
        else:
            self.status = self.stage.tell(reference=self.owner).status

    def stumble(self, plan: Plan) -> Exception | None:
        """Do it while the driver follows `plan`; return what the caller was told of it."""
        self.engine.plan = plan
        try:
            self.act()
        except (LedgerError, OutcomeUnknown) as told:
            return told
        finally:
            self.engine.plan = Plan()
        return None

    def mend(self) -> None:
        """Do what callers and their timers do: ask again, and say again what was said."""
        self.stage.clock.advance(_LEASE_S)
        self.stage.gateway.reconcile(ahead=True)
        self.act()

    @property
    def sends(self) -> list[str]:
        """What moved money, or tried to, since the case began."""
        return [name for name, _ in self.till.calls[len(self.begun) :] if name != "query"]

    @property
    def heard(self) -> int:
        """How often the provider's last answer stands in the evidence."""
        last = self.stage.find(self.owner).operations[-1]
        source = Source.QUERY if self.verb == "receive" else Source.RESPONSE
        return [seen.source for seen in self.stage.ledger.evidence(last.id)].count(source)

    @property
    def is_held_back(self) -> bool:
        """Whether nothing was sent, nobody can prove it, and the money waits until somebody can."""
        payment = self.stage.find(self.owner)
        open_now = [operation for operation in payment.operations if operation.state.is_open]
        return (
            not self.sends
            and [operation.state for operation in open_now] == [State.UNKNOWN]
            and payment.reserved == open_now[0].amount
        )

    def check(self) -> None:
        """Compare the books with what was to be done: once, and told once."""
        payment = self.stage.find(self.owner)
        assert payment.status is ENDS[self.verb], payment.status
        assert payment.refunded.minor == (600 if self.verb == "refund" else 0)
        assert payment.reserved.minor == 0
        assert self.sends == ([] if self.verb == "receive" else [self.verb]), self.sends
        if self.verb == "receive":
            rows = [
                row for row in self.stage.ledger.messages() if self.owner in str(row.notification)
            ]
            done = {InboxState.APPLIED, InboxState.DUPLICATE}  # where `reconcile` was faster
            assert len(rows) == 1, rows
            assert rows[0].state in done, rows


def play(case: Case, injected: Injected, kind: str) -> None:
    """Play one case to its end."""
    plan = Plan(injected.step, injected.at, ERRORS[injected.error](kind))
    told = case.stumble(plan)
    assert plan.failed == 1, "nothing went wrong"
    if injected.heals:
        assert told is None, f"the caller was told: {told!r}"
        assert case.verb != "receive" or case.status == 200
        case.check()
        assert case.heard == 1, f"one answer was recorded {case.heard} times"
    assert len(case.sends) <= 1, case.sends
    case.mend()
    if injected.heals or not case.is_held_back:
        case.check()


def every_place(ledger: object, engine: Engine) -> list[Injected]:
    """Return every place where something can go wrong, counted while nothing does."""
    found = []
    for number, verb in enumerate(VERBS):
        for step in STEPS:
            plan = Plan(step)
            Case(verb, ledger, engine, -1 - number * len(STEPS) - len(found)).stumble(plan)
            found += [
                Injected(verb, error, step, at)
                for at in range(1, plan.seen + 1)
                for error in ERRORS
            ]
    return found


def injections(kind: str, first: int, count: int) -> None:
    """Play so many cases, one after the other through every place, over and over."""
    with place(kind) as spot:
        upgrade(spot.url)
        ledger, engine = open_faulty(spot.url)
        with closing(ledger):
            places = every_place(ledger, engine)
            assert 200 < len(places) <= EVERY
            for number in range(first, first + count):
                injected = places[number % len(places)]
                try:
                    play(Case(injected.verb, ledger, engine, number), injected, kind)
                except Exception as broke:
                    raise AssertionError(
                        f"r40 on {kind}, {number}: {injected}: {broke!r}"
                    ) from broke


PROOFS = tuple(
    Proof("r40", "errors", EVERY, 2000, partial(injections, kind), batch=500, where=kind)
    for kind in DATABASES
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r40_no_error_of_the_ledger_sends_again(proof):
    """0 resends, and the right outcome, wherever it happens."""
    proof.check()
