"""What may take or give up what is held; the rest of admission is told with the rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paycore.errors import Conflict, InvalidRequest
from paycore.ledger.admission import admitted, dispatched, reserved_amount
from paycore.states import Kind, State
from tests.paycore.ledger.test_rules import FULL, NOW, cad, intent, operation, payment

HELD = operation(state=State.AUTHORIZED, hold_only=True)
ENDS = (Kind.CAPTURE, Kind.RELEASE)


def end(kind, state, **more):
    return operation(kind, state, charge=HELD.id, **more)


def admits(wanted, *operations):
    return admitted(wanted, None, payment(*operations) if operations else None, ())


@pytest.mark.parametrize("kind", ENDS)
@pytest.mark.parametrize("state", [s for s in State if s is not State.AUTHORIZED])
def test_only_what_is_held_is_taken_or_given_up(kind, state):
    """In no other state, and of no payment that nobody knows."""
    for operations in ((operation(state=state, hold_only=True),), ()):
        with pytest.raises(InvalidRequest, match="nothing is authorized"):
            admits(intent(kind), *operations)


@pytest.mark.parametrize("kind", ENDS)
@pytest.mark.parametrize("other", ENDS)
@pytest.mark.parametrize("state", State)
def test_one_end_for_one_hold(kind, other, state):
    """R34: while another one is open or has succeeded, even before the charge knows."""
    stands = state.is_open or state is State.SUCCEEDED
    wanted, books = intent(kind, key="e-2"), (HELD, end(other, state))
    if stands:
        with pytest.raises(Conflict, match=other.value):
            admits(wanted, *books)
    else:
        assert admits(wanted, *books)


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.EXPIRED])
@pytest.mark.parametrize("kind", ENDS)
def test_what_was_ended_stays_a_conflict(kind, state):
    """Whatever its charge has become since."""
    books = (operation(state=state, hold_only=True), end(Kind.CAPTURE, State.SUCCEEDED))

    with pytest.raises(Conflict, match="done already"):
        admits(intent(kind, key="e-2"), *books)


def test_no_more_than_is_held():
    """Not by a cent."""
    assert admits(intent(Kind.CAPTURE, amount=FULL), HELD)
    with pytest.raises(InvalidRequest) as refused:
        admits(intent(Kind.CAPTURE, amount=cad(1501)), HELD)

    assert refused.value.field == "amount"


def test_nobody_pays_beside_a_hold():
    """R6: not even beside a page that gave way, and was authorized all the same."""
    for held in (HELD, operation(state=State.AUTHORIZED, hold_only=True, superseded=True)):
        with pytest.raises(Conflict, match="authorized"):
            admits(intent(key="k-2"), held)


@pytest.mark.parametrize("state", State)
def test_nobody_pays_beside_what_may_be_taking(state):
    """R6: an earlier attempt is over, it was told; its capture may take the money all the same."""
    over = operation(state=State.EXPIRED, hold_only=True)
    books = (over, end(Kind.CAPTURE, state))
    if state.is_open or state is State.SUCCEEDED:
        with pytest.raises(Conflict, match=f"capture of an earlier attempt is {state.value}"):
            admits(intent(key="k-2"), *books)
    else:
        assert admits(intent(key="k-2"), *books)
    assert admits(intent(key="k-2"), over, end(Kind.RELEASE, state))


def test_what_is_held_twice_may_be_released():
    """That is what settles it; taking it, or any other doubt, waits for a person."""
    twice = replace(HELD, review="held twice: o-1-2 and o-1")
    assert admits(intent(Kind.RELEASE), twice)
    for kind, charge in (
        (Kind.CAPTURE, twice),
        (Kind.RELEASE, replace(HELD, review="another amount was reported")),
    ):
        with pytest.raises(Conflict, match="under review"):
            admits(intent(kind), charge)


def test_a_refund_is_of_what_was_captured():
    """Not of what is held beside it, once that was voided."""
    took = operation(key="k-2")
    void = operation(Kind.VOID, key="v-1", charge=took.id)
    books = payment(HELD, took, void)
    made = dispatched(void, intent(Kind.VOID), books, NOW, again=False)

    assert (books.charge, made.charge) == (HELD, took.id)


@pytest.mark.parametrize("kind", ENDS)
def test_what_is_dispatched_names_its_charge_and_its_amount(kind):
    """All that is held where none is named; the charge keeps what it was asked for."""
    wanted = intent(kind, amount=None)
    made = dispatched(
        operation(kind, State.RESERVED, None), wanted, payment(HELD), NOW, again=False
    )

    assert (made.charge, made.amount, made.hold_only) == (HELD.id, FULL, False)
    assert reserved_amount(intent(kind, amount=cad(5)), payment(HELD)) == cad(5)
    asked = dispatched(HELD, intent(hold_only=True), None, NOW, again=True)
    assert (asked.hold_only, asked.charge) == (True, "")
