"""What is under review: no reason hides another, and nothing like it begins beside it."""

from __future__ import annotations

from functools import partial
from typing import Final

from paycore.errors import Conflict
from paycore.events import EventType
from paycore.ledger.protocol import Ledger, Source
from paycore.operation import Operation
from paycore.report import Conclusion
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import (
    NOW,
    Check,
    OpenLedger,
    after_s,
    captured,
    held,
    intent,
    payment,
    recorded,
    refused,
    report,
    reserved,
    unsent,
)

_LIKE: Final = {
    Kind.CHARGE: (Kind.CHARGE,),
    Kind.REFUND: (Kind.REFUND, Kind.VOID),
    Kind.VOID: (Kind.VOID, Kind.REFUND),
    Kind.CAPTURE: (Kind.CAPTURE, Kind.RELEASE),
    Kind.RELEASE: (Kind.RELEASE, Kind.CAPTURE),
}
"""What could do once more what an operation may have done."""


def what_a_lost_dispatcher_did_is_not_done_again(open_ledger: OpenLedger) -> None:
    """R1, R32, R34: it says so after a person had called it undone; nobody repeats it unseen."""
    ledger = open_ledger()
    for kind, like in _LIKE.items():
        begun = _begun(ledger, kind)
        undone = ledger.settle(
            begun.id, State.NOT_EXECUTED, "not there", begun.version, after_s(61)
        )
        said = report(begun)
        after = ledger.record(begun.id, said, Source.RESPONSE, after_s(62), fence=begun.fence)
        assert after.state is State.NOT_EXECUTED
        assert after.review
        for other in like:
            assert refused(Conflict, partial(_another, ledger, other, begun)), (kind, other)
        ledger.settle(undone.id, State.NOT_EXECUTED, "really not", after.version, after_s(63))
        assert _another(ledger, like[-1], begun).state is State.SUBMITTING, kind


def what_was_done_though_never_sent_is_not_done_again(open_ledger: OpenLedger) -> None:
    """R34: nor by its like: a void is no way around a refund that a person looks into."""
    ledger = open_ledger()
    for kind, like in _LIKE.items():
        begun = _begun(ledger, kind)
        unsent(ledger, begun)
        assert recorded(ledger, begun, source=Source.QUERY).review
        for other in like:
            assert refused(Conflict, partial(_another, ledger, other, begun)), (kind, other)


def no_reason_hides_another(open_ledger: OpenLedger) -> None:
    """R35: each is told, and what one of them allows the other may forbid."""
    ledger = open_ledger()
    page = reserved(ledger, intent(method="hosted_page"))
    recorded(ledger, page, State.EXPIRED)
    late = recorded(ledger, page, source=Source.QUERY)
    denied = recorded(ledger, page, State.DECLINED, Source.QUERY)
    assert denied.review == f"declined reported after succeeded; {late.review}"
    assert ledger.events_of("o-1")[-1].type is EventType.REVIEW_NEEDED
    assert refused(Conflict, partial(ledger.reserve, intent(Kind.REFUND, "r-1", 100), NOW))
    again = recorded(ledger, page, State.DECLINED, Source.QUERY)
    assert (again.review, again.version) == (denied.review, denied.version)


def what_surely_moved_nothing_stands_in_no_way(open_ledger: OpenLedger) -> None:
    """R48: how long it took, and in which way it ended, is no doubt; another one may begin."""
    ledger = open_ledger()
    for kind, like in _LIKE.items():
        begun = _begun(ledger, kind)
        recorded(ledger, begun, State.UNKNOWN)
        for _ in range(2):
            asked = f"asked about for a day; still open, {kind.value}"
            long = Conclusion(begun.reference, State.UNKNOWN, reason=asked, review=asked)
            ledger.record(begun.id, long, Source.CORE, NOW)
        recorded(ledger, begun, State.EXPIRED, Source.QUERY)
        after = recorded(ledger, begun, State.DECLINED, Source.QUERY)
        assert after.review == (f"declined reported after expired; {asked.replace('; ', ', ')}")
        assert _another(ledger, like[-1], begun).state is State.SUBMITTING, kind


def money_that_is_held_is_told_behind_another_reason(open_ledger: OpenLedger) -> None:
    """R14: of a charge that is over; and no other one is admitted beside it."""
    ledger = open_ledger()
    charge = reserved(ledger, intent(hold_only=True))
    ledger.settle(charge.id, State.NOT_EXECUTED, "not there", charge.version, after_s(61))
    said = report(charge, State.AUTHORIZED)
    first = ledger.record(charge.id, said, Source.RESPONSE, after_s(62), fence=charge.fence)
    then = recorded(ledger, charge, State.AUTHORIZED, Source.QUERY, after_s(63))

    assert then.review == f"held after not_executed; {first.review}"
    assert refused(Conflict, partial(ledger.reserve, intent(key="k-2"), after_s(64)))


def _begun(ledger: Ledger, kind: Kind) -> Operation:
    """Return an operation of that kind that is being sent, of a payment of its own."""
    owner = f"o-{kind.value}"
    if kind.gives_back:
        captured(ledger, owner)
    elif kind.ends_a_hold:
        held(ledger, owner)
    amount = None if kind in (Kind.VOID, Kind.RELEASE) else 1500
    return reserved(ledger, intent(kind, f"k-{kind.value}-1", amount, owner=owner))


def _another(ledger: Ledger, kind: Kind, begun: Operation) -> Operation:
    """Return an operation of that kind that follows one of its like."""
    amount = None if kind in (Kind.VOID, Kind.RELEASE) else 1500
    key = f"k-{begun.kind.value}-{kind.value}-2"
    found = reserved(ledger, intent(kind, key, amount, owner=begun.owner))
    assert found in payment(ledger, begun.owner).operations
    return found


CHECKS: Final[tuple[Check, ...]] = (
    what_surely_moved_nothing_stands_in_no_way,
    what_a_lost_dispatcher_did_is_not_done_again,
    what_was_done_though_never_sent_is_not_done_again,
    no_reason_hides_another,
    money_that_is_held_is_told_behind_another_reason,
)
