"""R7, R6: many processes with one key, or with one payment, make one charge of it."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

from paycore.errors import Conflict
from paycore.payment import PaymentStatus
from tests.promises.crew import Member, crew
from tests.promises.databases import DATABASES, place
from tests.promises.gateways import desk, opened
from tests.promises.proof import Proof
from tests.stage import CARD, Effect, cad

PROCESSES = 64
OURS, OTHER = 1500, 1700
STATUSES = {PaymentStatus.PAID, PaymentStatus.PROCESSING}


def amount_of(number: int, round_: int) -> int:
    """Return what a process asks for: every eighth means something else, now these, now those."""
    return OTHER if (number + round_) % 8 == 0 else OURS


def charges(member: Member, ledger: str, till: str, first: int, count: int) -> list[object]:
    """Charge once in every round, together with all the others; return what came of each."""
    gateway = member.kept(opened, ledger, till)
    seen: list[object] = []
    for number in range(first, first + count):
        member.meet()
        wanted = cad(amount_of(member.number, number))
        try:
            payment = gateway.charge(f"o-{number}", wanted, CARD, key=f"k-{number}")
        except Conflict as conflict:
            seen.append(conflict.field)
        else:
            (charge,) = payment.operations
            seen.append((payment.amount.minor, charge.id, payment.status))
    return seen


def attempts(member: Member, ledger: str, till: str, first: int, count: int) -> list[object]:
    """Charge in every round the same payment, each process with a key of its own."""
    gateway = member.kept(opened, ledger, till)
    seen: list[object] = []
    for number in range(first, first + count):
        member.meet()
        try:
            gateway.charge(f"p-{number}", cad(OURS), CARD, key=f"{number}-{member.number}")
        except Conflict:
            seen.append("conflict")
        else:
            seen.append("charged")
    return seen


def played(kind: str, first: int, count: int) -> None:
    """Let all charge with one key: one effect, one operation, and conflicts for the others."""
    with place(kind) as ledger, desk() as till:
        rounds = zip(
            *crew(PROCESSES).each(charges, ledger.url, till.url, first, count), strict=True
        )
        effects = till.till.effects
        for number, seen in enumerate(rounds, first):
            moved = [each for each in effects if each.reference == f"o-{number}"]
            assert len(moved) == 1, f"{number}: {moved}"
            (effect,) = moved
            for member, found in enumerate(seen):
                if amount_of(member, number) != effect.minor:
                    assert found == "key", f"{number}: {found}"
                else:
                    assert isinstance(found, tuple), f"{number}: a conflict with itself"
                    minor, _, status = found
                    assert (minor, status in STATUSES) == (effect.minor, True), f"{number}: {found}"
            assert len({found[1] for found in seen if isinstance(found, tuple)}) == 1, number
        assert len(till.till.calls) == len(effects) == count
        assert ledger.run("SELECT count(*) FROM paycore_operation") == [(count,)]


def tried(kind: str, first: int, count: int) -> None:
    """Let all charge one payment, each with its own key: one of them does."""
    with place(kind) as ledger, desk() as till:
        rounds = zip(
            *crew(PROCESSES).each(attempts, ledger.url, till.url, first, count), strict=True
        )
        for number, seen in enumerate(rounds, first):
            assert Counter(seen) == {"charged": 1, "conflict": PROCESSES - 1}, number
        wanted = [Effect("charge", f"p-{number}", OURS) for number in range(first, first + count)]
        assert sorted(till.till.effects) == sorted(wanted)


KEYS = tuple(
    Proof("r07", "rounds of 64 processes", 10, 200, partial(played, kind), 20, kind)
    for kind in DATABASES
)
ATTEMPTS = tuple(
    Proof("r06", "rounds of 64 processes", 5, 200, partial(tried, kind), 20, kind)
    for kind in DATABASES
)
PROOFS = (*KEYS, *ATTEMPTS)


@pytest.mark.parametrize("proof", KEYS, ids=str)
def test_r07_one_key_is_one_effect(proof):
    """Whoever comes second gets what the first one got, and another content is a conflict."""
    proof.check()


@pytest.mark.parametrize("proof", ATTEMPTS, ids=str)
def test_r06_one_attempt_at_a_time(proof):
    """Under keys of their own, one is let through while the others stand in its way."""
    proof.check()
