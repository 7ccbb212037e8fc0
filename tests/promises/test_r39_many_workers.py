"""R39: many workers, some of them held up past their lease: one acts, and who lost it is silent."""

from __future__ import annotations

import random
import time
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from paycore.account import Sender
from paycore.errors import NotSent, OutcomeUnknown
from paycore.ledger.durable import open_durable
from paycore.ledger.protocol import Source
from paycore.operation import Operation
from paycore.report import Conclusion
from paycore.states import State
from paycore.testing.ledgers.scene import NOW, intent, report
from paycore.wire.talk import Call, Reply
from paycore.wiring import utc_now
from tests.promises.crew import Member, crew
from tests.promises.databases import DATABASES, Place, place
from tests.promises.gateways import desk, opened
from tests.promises.proof import Proof
from tests.stage import CARD, cad

WORKERS = 8
LONGER_S = 300
"""More than the lease of a ledger's test, and than that of a gateway."""
WINDOW = 20
"""How many jobs they are all at, each in an order of its own, before the next ones."""


class Worker:
    """One process: it dispatches, it takes over from the dead, and it writes down what it did."""

    def __init__(self, member: Member, ledger: Any, first: int) -> None:
        self.ledger = ledger
        self.chance = random.Random(f"{first}-{member.number}")
        self.notes: list[tuple[str, str, int]] = []
        self._member = member

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self._member.clock.value)

    def stall(self) -> None:
        """Be held up for longer than any lease, while the others go on."""
        with self._member.clock.get_lock():
            self._member.clock.value += LONGER_S
        time.sleep(self.chance.uniform(0, 0.01))

    def note(self, what: str, operation: Operation) -> None:
        self.notes.append((what, operation.id, operation.fence))

    def dispatch(self, job: int) -> None:
        """Take a job if it is there to be taken; end it, hand it back, or be held up in it."""
        name = f"o-{job}"
        made = self.ledger.reserve(intent(owner=name, key=name), self.now())
        if not made.fresh:
            return
        operation = made.operation
        self.note("taken", operation)
        if self.chance.random() < 0.4:
            self.stall()
        if self.chance.random() < 0.4:
            self.note("unsent", operation)
            said = Conclusion(operation.reference, State.NOT_SENT)
        else:
            said = report(operation, provider_reference=f"fence {operation.fence}")
        self.ledger.record(operation.id, said, Source.RESPONSE, self.now(), operation.fence)

    def recover(self) -> None:
        """Give up whoever is held up for too long, and ask in its place."""
        for operation in self.ledger.due(self.now(), WINDOW):
            if operation.state is State.SUBMITTING:
                gone = Conclusion(operation.reference, State.UNKNOWN)
                self.ledger.record(operation.id, gone, Source.CORE, self.now())
            elif self.ledger.claim_check(operation.id, self.now(), 0, operation.checks):
                self.notes.append(("asked", operation.id, operation.checks))
                if self.chance.random() < 0.5:
                    self.stall()
                told = report(operation, provider_reference="")
                self.ledger.record(operation.id, told, Source.QUERY, self.now())


def works(member: Member, url: str, first: int, count: int) -> list[tuple[str, str, int]]:
    """Work on every job, together with all the others; return what it did."""
    worker = Worker(member, member.kept(open_durable, url), first)
    for start in range(first, first + count, WINDOW):
        member.meet()
        jobs = list(range(start, min(start + WINDOW, first + count)))
        worker.chance.shuffle(jobs)
        for job in jobs:
            worker.dispatch(job)
            if worker.chance.random() < 0.3:
                worker.recover()
    return worker.notes


def played(kind: str, first: int, count: int) -> None:
    """Let eight workers do the jobs; the database's own account decides."""
    with place(kind) as there:
        there.watch()
        runs = crew(WORKERS).each(works, there.url, first, count)
        noted = Counter(note for run in runs for note in run)
        twice = [note for note, times in noted.items() if note[0] != "unsent" and times > 1]
        assert not twice, f"two had it at once: {twice[:3]}"
        check_writes(there, noted)
        check_questions(there, noted)


def check_writes(there: Place, noted: Counter[tuple[str, str, int]]) -> None:
    """Compare every write with the fence that the row had then."""
    moves = there.run(
        "SELECT operation, before, after, fence, theirs_before, theirs FROM seen ORDER BY id"
    )
    for operation, before, after, fence, theirs_before, theirs in moves:
        if theirs != theirs_before:
            assert theirs == f"fence {fence}", f"{operation}: written with {theirs} at {fence}"
        if (before, after) == ("submitting", "not_sent"):
            assert ("unsent", operation, fence) in noted, f"{operation}: handed back at {fence}"
        assert before != "succeeded" or after == before, f"{operation}: {after} after its end"


def check_questions(there: Place, noted: Counter[tuple[str, str, int]]) -> None:
    """Compare who asked with the questions that were counted."""
    counted = there.run("SELECT operation, checks_before FROM seen WHERE checks <> checks_before")
    claimed = [(operation, checks) for what, operation, checks in noted if what == "asked"]
    assert sorted(counted) == sorted(claimed)


class Stumbling:
    """A line to the till on which a process is out of reach, held up, or left without an answer."""

    def __init__(self, member: Member, line: Sender) -> None:
        self.worker = Worker(member, None, 0)
        self._line = line

    def send(self, call: Call) -> Reply:
        chance = self.worker.chance.random()
        if call.name == "query":
            return self._line.send(call)
        if chance < 0.3:
            raise NotSent("out of reach")
        if chance < 0.5:
            self.worker.stall()
        reply = self._line.send(call)
        if chance > 0.7:
            self.worker.stall()
        if chance > 0.9:
            raise OutcomeUnknown("no answer came")
        return reply

    def close(self) -> None:
        self._line.close()


def sells(member: Member, ledger: str, till: str, first: int, count: int) -> None:
    """Charge for every job, and reconcile in between, together with all the others."""
    lines: list[Stumbling] = []

    def through(line: Sender) -> Sender:
        lines.append(Stumbling(member, line))
        return lines[-1]

    def now() -> datetime:
        return lines[0].worker.now()

    with opened(ledger, till, now, through) as gateway:
        for start in range(first, first + count, WINDOW):
            member.meet()
            jobs = list(range(start, min(start + WINDOW, first + count)))
            lines[0].worker.chance.shuffle(jobs)
            for job in jobs:
                with suppress(NotSent):
                    gateway.charge(f"o-{job}", cad(1500), CARD)
                if lines[0].worker.chance.random() < 0.2:
                    gateway.reconcile(WINDOW)


def sold(kind: str, first: int, count: int) -> None:
    """Let eight gateways charge and reconcile; the till's own account decides."""
    with place(kind) as there, desk() as till:
        crew(WORKERS).each(sells, there.url, till.url, first, count)
        calls = Counter(till.till.calls)
        sent = {name: times for (what, name), times in calls.items() if what == "charge"}
        assert set(sent.values()) <= {1}, "two sent the same"
        asked = sum(times for (what, _), times in calls.items() if what == "query")
        ((claimed,),) = there.run("SELECT sum(checks) FROM paycore_operation")
        assert asked <= claimed, "somebody asked who had not claimed to"
        with opened(there.url, till.url, lambda: utc_now() + timedelta(days=30)) as later:
            later.reconcile()
            for number in range(first, first + count):
                payment = later.find(f"o-{number}")
                assert payment.paid == (payment.reference in sent), payment.reference


LEASES = tuple(
    Proof("r39", "jobs of 8 workers", 100, 10_000, partial(played, kind), 500, kind)
    for kind in DATABASES
)
SALES = tuple(
    Proof("r39", "jobs of 8 gateways", 40, 10_000, partial(sold, kind), 500, kind)
    for kind in DATABASES
)
PROOFS = (*LEASES, *SALES)


@pytest.mark.parametrize("proof", LEASES, ids=str)
def test_r39_one_worker_at_a_time(proof):
    """Nobody has what another has, and nobody writes with a fence that is not the row's."""
    proof.check()


@pytest.mark.parametrize("proof", SALES, ids=str)
def test_r39_one_dispatcher_at_a_time(proof):
    """Whole gateways: what was not sent is sent by one of them, and every question was claimed."""
    proof.check()
