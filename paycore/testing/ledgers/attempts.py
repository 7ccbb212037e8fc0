"""Two attempts at one payment: what each of them has, and which of them decides."""

from __future__ import annotations

from functools import partial
from typing import Final

from paycore.errors import Conflict
from paycore.events import EventType
from paycore.ledger.protocol import Ledger, Source
from paycore.methods import Redirect
from paycore.operation import Operation
from paycore.payment import PaymentStatus
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import (
    NOW,
    Check,
    OpenLedger,
    cad,
    capturing,
    intent,
    payment,
    recorded,
    refused,
    releasing,
    reserved,
    unsent,
)

_PAGE: Final = Redirect("https://pay.example/1")


def of_two_holds_the_superseded_one_is_doubted(open_ledger: OpenLedger) -> None:
    """Whichever came last: the new one can be captured."""
    ledger = open_ledger()
    old, new = _pages(ledger)
    recorded(ledger, new, State.AUTHORIZED)
    assert recorded(ledger, old, State.AUTHORIZED).review == (
        f"held twice: {new.reference} and {old.reference}"
    )
    old, new = _pages(ledger, "o-2")
    recorded(ledger, old, State.AUTHORIZED)

    assert recorded(ledger, new, State.AUTHORIZED).review == ""
    assert [hold.id for hold in payment(ledger, "o-2").spare_holds] == [old.id]
    assert reserved(ledger, intent(Kind.CAPTURE, "c-2", owner="o-2")).charge == new.id


def a_void_gives_way_to_what_is_held(open_ledger: OpenLedger) -> None:
    """R34: the payment is not VOIDED while money is held; that is released next, and not taken."""
    ledger = open_ledger()
    old, new = _pages(ledger, new_holds=False)
    recorded(ledger, new)
    doubted = recorded(ledger, old, State.AUTHORIZED)
    recorded(ledger, reserved(ledger, intent(Kind.VOID, "v-1", None)))
    left = payment(ledger)

    assert doubted.review.startswith("held twice")
    assert (left.status, left.refundable) == (PaymentStatus.AUTHORIZED, cad(0))
    assert left.charge == doubted
    assert refused(Conflict, lambda: capturing(ledger))
    assert recorded(ledger, releasing(ledger)).charge == old.id
    recorded(ledger, old, State.EXPIRED)
    assert payment(ledger).status is PaymentStatus.VOIDED


def a_late_refund_is_measured_by_its_own_charge(open_ledger: OpenLedger) -> None:
    """R32: of two that took the money, each has its own left; by query and by hand."""
    ledger = open_ledger()
    for owner, by_hand in (("o-1", False), ("o-2", True)):
        for charge in _pages(ledger, owner, holds=False, new_holds=False):
            recorded(ledger, charge)
        wanted = [intent(Kind.REFUND, f"r-{owner}-{number}", owner=owner) for number in (1, 2)]
        refunds = [reserved(ledger, each) for each in wanted]
        assert refunds[0].charge != refunds[1].charge
        for refund in refunds:
            recorded(ledger, refund, State.DECLINED)
        for refund in refunds[::-1]:
            if by_hand:
                version = ledger.operation(refund.id).version
                ledger.settle(refund.id, State.SUCCEEDED, "seen", version, NOW)
            else:
                recorded(ledger, refund, source=Source.QUERY)
            assert ledger.operation(refund.id).state is State.SUCCEEDED
            assert payment(ledger, owner).left(refund.charge) == cad(0)
        assert payment(ledger, owner).refunded == cad(3000)


def the_end_of_a_page_is_told_where_no_other_was_sent(open_ledger: OpenLedger) -> None:
    """R17: another one took its place, and never left us; one that was sent tells of itself."""
    ledger = open_ledger()
    old, new = _pages(ledger)
    unsent(ledger, new)
    recorded(ledger, old, State.EXPIRED)
    assert [event.type for event in ledger.events_of("o-1")] == [EventType.PAYMENT_EXPIRED]
    old, new = _pages(ledger, "o-2")
    recorded(ledger, old, State.EXPIRED)

    assert ledger.events_of("o-2") == ()


def one_attempt_takes_the_money(open_ledger: OpenLedger) -> None:
    """R1: while the capture of one hold may take it, or did, the other hold is not captured."""
    ledger = open_ledger()
    for number, state in enumerate((None, State.UNKNOWN, State.SUCCEEDED)):
        owner = f"o-{number}"
        old, new = _pages(ledger, owner)
        recorded(ledger, old, State.AUTHORIZED)
        recorded(ledger, new, State.PENDING, next_action=_PAGE)
        first = reserved(ledger, intent(Kind.CAPTURE, f"c-{number}", owner=owner))
        if state is not None:
            recorded(ledger, first, state)
        recorded(ledger, new, State.AUTHORIZED)
        second = partial(ledger.reserve, intent(Kind.CAPTURE, f"d-{number}", owner=owner), NOW)
        assert first.charge == old.id
        assert refused(Conflict, second), state
        if state is State.UNKNOWN:
            recorded(ledger, first, State.DECLINED)
            assert second().operation.charge == new.id


def a_capture_that_was_voided_lets_the_other_hold_be_captured(open_ledger: OpenLedger) -> None:
    """R1: what it took went back whole; a person says that what is held beside it is meant."""
    ledger = open_ledger()
    old, new = _pages(ledger)
    recorded(ledger, old, State.AUTHORIZED)
    recorded(ledger, new, State.PENDING, next_action=_PAGE)
    recorded(ledger, capturing(ledger))
    recorded(ledger, old)
    twice = recorded(ledger, new, State.AUTHORIZED)
    recorded(ledger, reserved(ledger, intent(Kind.VOID, "v-1", None)))
    assert refused(Conflict, lambda: capturing(ledger, key="c-2"))
    ledger.settle(new.id, State.AUTHORIZED, "it is meant", twice.version, NOW)

    assert capturing(ledger, key="c-2").charge == new.id


def a_hold_waits_for_a_charge_that_may_take_the_money(open_ledger: OpenLedger) -> None:
    """R1: it is captured once that one is over, and released at any time."""
    ledger = open_ledger()
    for number, state in enumerate((None, State.UNKNOWN)):
        owner = f"o-{number}"
        old, new = _pages(ledger, owner, new_holds=False)
        recorded(ledger, old, State.AUTHORIZED)
        if state is not None:
            recorded(ledger, new, state)
        capture = partial(ledger.reserve, intent(Kind.CAPTURE, f"c-{number}", owner=owner), NOW)
        assert refused(Conflict, capture), state
        if state is None:
            assert reserved(ledger, intent(Kind.RELEASE, f"x-{number}", None, owner=owner))
        else:
            recorded(ledger, new, State.DECLINED)
            assert capture().operation.charge == old.id


def _pages(
    ledger: Ledger, owner: str = "o-1", *, holds: bool = True, new_holds: bool = True
) -> tuple[Operation, Operation]:
    """Return a page that gave way, and the charge that took its place and is being sent."""
    page = intent(owner=owner, key=owner, method="hosted_page", hold_only=holds)
    old = recorded(ledger, reserved(ledger, page), State.PENDING, next_action=_PAGE)
    old = ledger.supersede(old.id, old.version, NOW)
    return old, reserved(ledger, intent(owner=owner, key=f"new-{owner}", hold_only=new_holds))


CHECKS: Final[tuple[Check, ...]] = (
    one_attempt_takes_the_money,
    a_capture_that_was_voided_lets_the_other_hold_be_captured,
    a_hold_waits_for_a_charge_that_may_take_the_money,
    of_two_holds_the_superseded_one_is_doubted,
    a_void_gives_way_to_what_is_held,
    a_late_refund_is_measured_by_its_own_charge,
    the_end_of_a_page_is_told_where_no_other_was_sent,
)
