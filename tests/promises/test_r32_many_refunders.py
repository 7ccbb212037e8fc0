"""R32: many processes give one charge back, and never more than was taken."""

from __future__ import annotations

import random
import sqlite3
from functools import partial

import psycopg
import pytest
from sqlalchemy import Text, bindparam, update

from paycore.errors import Conflict, InvalidRequest, LedgerError
from paycore.ledger.durable import open_durable, operations, statements
from paycore.ledger.durable.tables import payment
from paycore.states import Kind
from paycore.testing.ledgers.scene import NOW, captured, intent
from tests.promises.crew import Member, crew
from tests.promises.databases import DATABASES, place
from tests.promises.gateways import desk, opened
from tests.promises.proof import Proof
from tests.stage import CARD, cad

PROCESSES = 64
TAKEN = 1500


def wish(member: int, number: int) -> int | None:
    """Return what a process wants back in a round; None is a void of the whole."""
    return random.Random(f"{number}-{member}").choice((None, 100, 250, 400, 400, 700, TAKEN))


def refunds(member: Member, ledger: str, till: str, first: int, count: int) -> list[int]:
    """Give back in every round, together with all the others; return how much was promised."""
    gateway = member.kept(opened, ledger, till)
    given = []
    for number in range(first, first + count):
        name, key = f"o-{number}", f"{number}-{member.number}"
        if member.number == 0:
            gateway.charge(name, cad(TAKEN), CARD)
        member.meet()
        minor = wish(member.number, number)
        try:
            if minor is None:
                done = gateway.void(name, key=key)
            else:
                done = gateway.refund(name, cad(minor), key=key)
        except (Conflict, InvalidRequest):
            given.append(0)
        else:
            given.append(done.amount.minor)
    return given


SUMS = "SELECT reference, captured, refunded + voided, reserved FROM paycore_payment"


def played(kind: str, first: int, count: int) -> None:
    """Let all give back of one charge: what was promised, what moved and what is stored agree."""
    with place(kind) as ledger, desk() as till:
        runs = crew(PROCESSES).each(refunds, ledger.url, till.url, first, count)
        sums = {name: rest for name, *rest in ledger.run(SUMS)}
        moved = dict.fromkeys(sums, 0)
        for effect in till.till.effects:
            if effect.kind != "charge":
                moved[till.till.orders[effect.reference]["of"]] += effect.minor
        for number, promised in enumerate(zip(*runs, strict=True), first):
            name = f"o-{number}"
            assert 0 < moved[name] <= TAKEN, f"{name}: {moved[name]} went back"
            assert sum(promised) == moved[name], f"{name}: {sum(promised)} of {moved[name]}"
            assert sums[name] == [TAKEN, moved[name], 0], f"{name}: {sums[name]}"


PROOFS = tuple(
    Proof("r32", "rounds of 64 refunders", 8, 500, partial(played, kind), 25, kind)
    for kind in DATABASES
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r32_nothing_is_given_back_twice(proof):
    """Refunds and voids of every size, at the same moment."""
    proof.check()


@pytest.mark.parametrize("kind", DATABASES)
def test_r32_the_database_refuses_what_the_code_lets_through(kind, monkeypatch):
    """The rules and the conditional update bypassed: the CHECK constraint is the last judge."""
    monkeypatch.setattr(operations, "admitted", lambda *said: True)
    columns, more = payment.c, bindparam("minor", type_=payment.c.reserved.type)
    blind = update(payment).where(columns.reference == bindparam("reference_", type_=Text))
    blind = blind.values(reserved=columns.reserved + more)
    monkeypatch.setattr(statements, "MONEY_RESERVED", blind)
    with place(kind) as there:
        ledger = open_durable(there.url)
        captured(ledger)
        assert ledger.reserve(intent(Kind.REFUND, "r-1", 1000), NOW).fresh
        with pytest.raises(LedgerError, match=r"CHECK|23514"):
            ledger.reserve(intent(Kind.REFUND, "r-2", 501), NOW)
        with pytest.raises((sqlite3.IntegrityError, psycopg.errors.CheckViolation)):
            there.run("UPDATE paycore_payment SET refunded = refunded + 501")
        ledger.close()
        assert there.run("SELECT captured, refunded, reserved FROM paycore_payment") == [
            (TAKEN, 0, 1000)
        ]
