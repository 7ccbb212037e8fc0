"""R13: an event has one effect, however many deliveries of it arrive at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.promises.crew import Member, crew
from tests.promises.databases import DATABASES, Place, place
from tests.promises.gateways import ACCOUNTS, desk, opened, pays
from tests.promises.proof import Proof
from tests.stage import PAGE, cad, message

PROCESSES = 64
DELIVERIES = 100


def deliveries(member: Member, ledger: str, till: str, first: int, count: int) -> list[object]:
    """Deliver the message of every round, once or twice at once; return the answers.

    It proves, or is only a reason to ask: every other round.
    """
    gateway = member.kept(opened, ledger, till)
    twice = member.number < DELIVERIES - PROCESSES
    answers = []
    with ThreadPoolExecutor(2) as pool:
        for number in range(first, first + count):
            name, account = f"o-{number}", ACCOUNTS[number % 2]
            if member.number == 0:
                gateway.charge(name, cad(1500), PAGE, account=account)
                pays(till, name)
            member.meet()
            told = message(reference=name, theirs=f"T-{name}", event=f"e-{number}")
            given = [pool.submit(gateway.receive, account, told) for _ in range(1 + twice)]
            answers.append([each.result() for each in given])
    return answers


def played(kind: str, first: int, count: int) -> None:
    """Deliver a message a hundred times at once: one row, one transition, one event."""
    with place(kind) as ledger, desk() as till:
        ledger.watch()
        runs = crew(PROCESSES).each(deliveries, ledger.url, till.url, first, count)
        for number, seen in enumerate(zip(*runs, strict=True), first):
            answers = [answer for each in seen for answer in each]
            assert len(answers) == DELIVERIES
            assert {(answer.status, answer.body) for answer in answers} == {(200, b"thanks")}
            check(ledger, f"o-{number}")
        assert till.till.count("query") <= count  # of a hint, the first copy asks


def check(ledger: Place, name: str) -> None:
    """Check what the database holds of one round, and what it saw."""
    about = f"(SELECT id FROM paycore_operation WHERE reference = '{name}')"
    moves = f"SELECT before, after FROM seen WHERE operation = {about} AND before <> after"
    kept = f"SELECT copies, state FROM paycore_inbox WHERE reference = '{name}'"
    ((copies, state),) = ledger.run(kept)

    assert ledger.run(f"{moves} AND before <> 'submitting'") == [("pending", "succeeded")], name
    told = f"SELECT type FROM paycore_outbox WHERE owner = '{name}'"
    assert ledger.run(told) == [("payment.paid",)], name
    assert copies == DELIVERIES, name
    assert state in ("applied", "duplicate"), name  # whichever of the hundred was first to note it


PROOFS = tuple(
    Proof("r13", "rounds of 100 deliveries", 4, 200, partial(played, kind), 20, kind)
    for kind in DATABASES
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r13_one_event_is_one_transition(proof):
    """Each is acknowledged and counted; the payment moves once."""
    proof.check()
