"""What a person settles keeps its reason, and takes no other charge's money."""

from __future__ import annotations

import pytest

from paycore.errors import Conflict
from paycore.ledger.by_hand import settled
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


def test_a_charge_needs_none():
    """It takes money; nothing has to be there."""
    declined = operation(state=State.DECLINED)

    assert settled(declined, State.SUCCEEDED, 1, payment(declined), NOW).late
