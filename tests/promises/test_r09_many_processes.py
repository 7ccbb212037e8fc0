"""R9: two attempts of one payment are both paid, and many processes hear of it at once."""

from __future__ import annotations

from functools import partial

import pytest

from tests.promises.crew import Member, crew
from tests.promises.databases import DATABASES, place
from tests.promises.gateways import PROVEN, desk, opened, pays
from tests.promises.proof import Proof
from tests.stage import PAGE, cad, message

PROCESSES = 64


def hears(member: Member, ledger: str, till: str, first: int, count: int) -> None:
    """Hear in every round, with all the others, that the one page or the other was paid."""
    gateway = member.kept(opened, ledger, till)
    for number in range(first, first + count):
        name = f"o-{number}"
        pages = name, f"{name}-2"
        if member.number == 0:
            gateway.charge(name, cad(1500), PAGE)
            gateway.supersede(name, PAGE, key=f"second {number}")
            for page in pages:
                pays(till, page)
        member.meet()
        page = pages[member.number % 2]
        told = message(reference=page, theirs=f"T-{page}", event=f"e-{page}")
        assert gateway.receive(PROVEN, told).status == 200


def played(kind: str, first: int, count: int) -> None:
    """Let both pages of every payment be paid: one is fulfilled, the other is an alarm."""
    with place(kind) as ledger, desk() as till:
        crew(PROCESSES).each(hears, ledger.url, till.url, first, count)
        for number in range(first, first + count):
            about = f"WHERE owner = 'o-{number}'"
            told = f"SELECT facts FROM paycore_outbox {about} AND type = "
            taken = ledger.run(f"SELECT state FROM paycore_operation {about}")
            assert taken == [("succeeded",)] * 2, number
            assert len(ledger.run(f"{told} 'payment.paid'")) == 1, number
            ((alarm,),) = ledger.run(f"{told} 'payment.captured_twice'")
            assert all(f'"{page}"' in str(alarm) for page in (f"o-{number}", f"o-{number}-2"))
            assert '"other"' in str(alarm), alarm


PROOFS = tuple(
    Proof("r09", "payments of two pages, 64 processes", 3, 200, partial(played, kind), 20, kind)
    for kind in DATABASES
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r09_one_is_fulfilled_and_both_are_named(proof):
    """Whichever is heard first: one success, one alarm that names both."""
    proof.check()
