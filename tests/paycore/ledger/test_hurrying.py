"""A charge is due at once when its hold ended, and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from paycore.ledger.hurrying import hurried
from paycore.ledger.memory import MemoryLedger
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import captured, capturing, held, intent, releasing, reserved

ENDS = {Kind.CAPTURE: (capturing, State.SUCCEEDED), Kind.RELEASE: (releasing, State.EXPIRED)}


@pytest.mark.parametrize("kind", ENDS)
def test_it_is_hurried_by_a_success_that_it_does_not_know_of(kind):
    """Whatever else it is: what would follow from it may have been told to nobody."""
    ledger = MemoryLedger()
    charge = held(ledger)
    begin, proves = ENDS[kind]
    end = begin(ledger)
    payment = ledger.payment("o-1")
    for before, after, at in product(State, State, State):
        here = replace(payment, operations=(replace(charge, state=at), end))
        found = hurried(replace(end, state=before), replace(end, state=after), here)
        news = after is State.SUCCEEDED and before is not State.SUCCEEDED and at is not proves

        assert (found is not None) == news
        assert found is None or (found.id, found.state) == (charge.id, at)


@pytest.mark.parametrize("kind", [Kind.REFUND, Kind.VOID])
def test_what_gives_back_hurries_nobody(kind):
    """Its charge took the money, and stays as it is."""
    ledger = MemoryLedger()
    captured(ledger)
    given = reserved(ledger, intent(kind, "g-1", None))

    assert hurried(given, replace(given, state=State.SUCCEEDED), ledger.payment("o-1")) is None


def test_what_belongs_to_no_payment_hurries_nobody():
    """A stored card."""
    token = reserved(MemoryLedger(), intent(Kind.TOKEN, "t-1", None))

    assert hurried(token, replace(token, state=State.SUCCEEDED), None) is None
