"""What is due at once: a charge whose hold has ended, though nobody may have told it."""

from __future__ import annotations

from typing import Final

from paycore.errors import Conflict
from paycore.ledger.protocol import Source
from paycore.operation import Operation
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import (
    Check,
    OpenLedger,
    after_s,
    capturing,
    given_up,
    held,
    recorded,
    refused,
    releasing,
)

LATE_S: Final = 9 * 86_400
"""When the plan asks about what is held once a week only."""


def _waiting(open_ledger: OpenLedger, kind: Kind) -> tuple[Operation, Operation]:
    """Return a charge that nobody is about to ask about, and what is to end its hold."""
    ledger = open_ledger()
    charge = held(ledger)
    ledger.claim_check(charge.id, after_s(LATE_S), 0)
    end = capturing(ledger) if kind is Kind.CAPTURE else releasing(ledger)
    return ledger.operation(charge.id), end


def a_charge_is_due_with_its_capture(open_ledger: OpenLedger) -> None:
    """R16: in the same commit; whoever dies before the charge is told puts nothing off."""
    ledger = open_ledger()
    charge, capture = _waiting(lambda: ledger, Kind.CAPTURE)
    recorded(ledger, capture, State.PENDING, at=after_s(LATE_S + 1))
    before = ledger.operation(charge.id)
    recorded(ledger, capture, source=Source.QUERY, at=after_s(LATE_S + 2))
    after = ledger.operation(charge.id)

    assert before == charge
    assert (charge.next_check_at or after_s(0)) > after_s(LATE_S + 86_400)
    assert (after.next_check_at, after.state) == (after_s(LATE_S + 2), State.AUTHORIZED)
    assert after.version == charge.version
    assert charge.id in [o.id for o in ledger.due(after_s(LATE_S + 2), None)]


def a_charge_is_due_with_its_release(open_ledger: OpenLedger) -> None:
    """R16: what was given up is held no more."""
    ledger = open_ledger()
    charge, release = _waiting(lambda: ledger, Kind.RELEASE)
    recorded(ledger, release, at=after_s(LATE_S + 1))

    assert ledger.operation(charge.id).next_check_at == after_s(LATE_S + 1)


def a_charge_is_due_with_what_a_person_settles(open_ledger: OpenLedger) -> None:
    """Whoever found out that a capture succeeded."""
    ledger = open_ledger()
    charge, capture = _waiting(lambda: ledger, Kind.CAPTURE)
    lost = given_up(ledger, capture, after_s(LATE_S))
    ledger.settle(lost.id, State.SUCCEEDED, "seen there", lost.version, after_s(LATE_S + 3))

    assert ledger.operation(charge.id).next_check_at == after_s(LATE_S + 3)


def a_charge_is_not_due_with_an_end_that_failed(open_ledger: OpenLedger) -> None:
    """Nor with one that is told twice, nor where the charge knows already."""
    ledger = open_ledger()
    charge, capture = _waiting(lambda: ledger, Kind.CAPTURE)
    recorded(ledger, capture, State.DECLINED, at=after_s(LATE_S))

    assert ledger.operation(charge.id) == charge
    second = capturing(ledger, key="c-2")
    recorded(ledger, charge, at=after_s(LATE_S + 1))
    recorded(ledger, second, at=after_s(LATE_S + 2))
    recorded(ledger, second, at=after_s(LATE_S + 3))
    assert ledger.operation(charge.id).next_check_at is None
    assert refused(Conflict, lambda: capturing(ledger, key="c-3"))


CHECKS: Final[tuple[Check, ...]] = (
    a_charge_is_due_with_its_capture,
    a_charge_is_due_with_its_release,
    a_charge_is_due_with_what_a_person_settles,
    a_charge_is_not_due_with_an_end_that_failed,
)
