"""What a person settles keeps its reason, and takes no other charge's money."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paycore.errors import Conflict
from paycore.ledger.by_hand import settled, verdict
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.report import Decline
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import NOW, cad

FULL = cad(1500)


def operation(name="c-1", kind=Kind.CHARGE, state=State.SUCCEEDED, **more):
    return Operation(
        **{
            **{"id": name, "kind": kind, "owner": "o-1", "key": name, "fingerprint": "f"},
            **{"account": "main", "reference": name, "method": "", "amount": FULL},
            **{"state": state, "created_at": NOW, "updated_at": NOW},
            **{"charge": "c-1" if kind.gives_back else "", **more},
        }
    )


def payment(*operations):
    return Payment("o-1", FULL, operations, NOW)


CHARGED = operation()


def test_a_decline_that_is_confirmed_keeps_its_reason():
    """The provider told it; a person only agreed."""
    declined = operation(state=State.DECLINED, decline=Decline(provider_code="51"), review="odd")
    after = settled(declined, State.DECLINED, 1, payment(declined), NOW)

    assert (after.decline, after.review) == (Decline(provider_code="51"), "")


@pytest.mark.parametrize("books", [payment(CHARGED), payment()], ids=["another", "none"])
def test_a_refund_of_another_charge_is_not_settled_as_done(books):
    """R32: the money that is left is not that charge's; or nothing was captured at all."""
    late = operation("r-1", Kind.REFUND, State.DECLINED, charge="c-0", review="look at it")
    with pytest.raises(Conflict, match="left to give back"):
        settled(late, State.SUCCEEDED, 1, books, NOW)


@pytest.mark.parametrize("state", [State.DECLINED, State.NOT_EXECUTED])
def test_a_refund_that_gave_nothing_back_needs_no_cover(state):
    """R33: it frees money, and takes none."""
    spent = operation("r-2", Kind.REFUND)
    late = operation("r-1", Kind.REFUND, State.DECLINED, review="look at it")

    assert settled(late, state, 1, payment(CHARGED, spent, late), NOW).state is state


def test_an_open_refund_has_its_cover():
    """Its money was reserved when it began, and is not counted twice."""
    waiting = operation("r-1", Kind.REFUND, State.UNKNOWN)

    assert settled(waiting, State.SUCCEEDED, 1, payment(CHARGED, waiting), NOW).state is (
        State.SUCCEEDED
    )


HELD = operation(state=State.AUTHORIZED, hold_only=True, review="another amount was reported")


@pytest.mark.parametrize("state", [State.AUTHORIZED, State.EXPIRED])
def test_a_flag_is_taken_down_by_who_says_what_it_is(state):
    """And only that: no state becomes one of these by hand."""
    doubted = replace(HELD, state=state)

    assert settled(doubted, state, 1, payment(doubted), NOW) == replace(doubted, review="")
    for before in State:
        row = replace(HELD, state=before, review="" if before is state else "look")
        with pytest.raises(Conflict, match="cannot become"):
            settled(row, state, 1, payment(row), NOW)


@pytest.mark.parametrize("kind", [Kind.CAPTURE, Kind.RELEASE])
@pytest.mark.parametrize("end", State)
def test_what_ended_a_hold_decides(kind, end):
    """R6: what may have been taken is not called untaken, nor held what was surely ended."""
    other = operation("e-1", kind, end, charge=HELD.id)
    books = payment(HELD, other)
    takes = kind is Kind.CAPTURE and (end.is_open or end is State.SUCCEEDED)
    for state, refused in (
        (State.DECLINED, takes),
        (State.NOT_EXECUTED, takes),
        (State.AUTHORIZED, end is State.SUCCEEDED),
    ):
        if refused:
            with pytest.raises(Conflict, match=kind.value) as told:
                settled(HELD, state, 1, books, NOW)
            assert told.value.field == "state"
        else:
            assert settled(HELD, state, 1, books, NOW).state is state
        alone = payment(HELD, replace(other, charge="c-9"))
        assert settled(HELD, state, 1, alone, NOW).state is state


def test_the_review_that_was_taken_down_is_evidence():
    """Who reads it later knows what was looked into."""
    assert verdict(HELD, State.AUTHORIZED, "seen").raw == {
        "paycore": "seen",
        "review": "another amount was reported",
    }
    assert verdict(replace(HELD, review=""), State.DECLINED, "seen").raw == {"paycore": "seen"}


def test_a_charge_needs_none():
    """It takes money; nothing has to be there."""
    declined = operation(state=State.DECLINED)

    assert settled(declined, State.SUCCEEDED, 1, payment(declined), NOW).late
