"""Money that goes back: reserved first, by one remedy, and never more than there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from paycore.errors import Conflict, InvalidRequest
from paycore.ledger.protocol import Ledger, Source
from paycore.operation import Operation
from paycore.payment import PaymentStatus
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import (
    NOW,
    Check,
    OpenLedger,
    cad,
    captured,
    held,
    intent,
    payment,
    recorded,
    refused,
    reserved,
    unsent,
)


def a_refusal_leaves_nothing(open_ledger: OpenLedger) -> None:
    """Neither row nor payment."""
    ledger = open_ledger()

    assert refused(InvalidRequest, lambda: ledger.reserve(intent(Kind.REFUND, "r-1"), NOW))
    assert ledger.by_key(Kind.REFUND, "r-1") is None
    assert ledger.payment("o-1") is None


def a_refund_reserves_its_money(open_ledger: OpenLedger) -> None:
    """Open, it is not there for another; without an amount it takes all that is left."""
    ledger = open_ledger()
    charge = captured(ledger)
    reserved(ledger, intent(Kind.REFUND, "r-1", 400))
    rest = reserved(ledger, intent(Kind.REFUND, "r-2", None))

    assert (rest.amount, rest.charge) == (cad(1100), charge.id)
    assert (payment(ledger).refundable, payment(ledger).reserved) == (cad(0), cad(1500))
    assert refused(Conflict, lambda: ledger.reserve(intent(Kind.REFUND, "r-3", 1), NOW))


def no_refund_is_more_than_what_is_left(open_ledger: OpenLedger) -> None:
    """R32: not by a cent."""
    ledger = open_ledger()
    captured(ledger)
    recorded(ledger, reserved(ledger, intent(Kind.REFUND, "r-1", 1000)))

    assert refused(InvalidRequest, lambda: ledger.reserve(intent(Kind.REFUND, "r-2", 501), NOW))
    assert ledger.reserve(intent(Kind.REFUND, "r-2", 500), NOW).fresh
    assert payment(ledger).refunded == cad(1000)


def an_unknown_refund_keeps_its_money(open_ledger: OpenLedger) -> None:
    """R33: until it is proved that it did not happen."""
    ledger = open_ledger()
    captured(ledger)
    refund = reserved(ledger, intent(Kind.REFUND, "r-1"))
    recorded(ledger, refund, State.UNKNOWN)
    held = payment(ledger).refundable
    recorded(ledger, refund, State.DECLINED, Source.QUERY)

    assert (held, payment(ledger).refundable) == (cad(0), cad(1500))


def a_refund_never_sent_reserves_again(open_ledger: OpenLedger) -> None:
    """What is left may be less by then."""
    ledger = open_ledger()
    captured(ledger)
    first = reserved(ledger, intent(Kind.REFUND, "r-1", None))
    unsent(ledger, first)
    reserved(ledger, intent(Kind.REFUND, "r-2", 1000))
    again = reserved(ledger, intent(Kind.REFUND, "r-1", None))

    assert (first.amount, again.amount) == (cad(1500), cad(500))
    assert (again.reference, again.sends) == (first.reference, 2)
    assert payment(ledger).reserved == cad(1500)


def a_void_gives_back_the_whole(open_ledger: OpenLedger) -> None:
    """R34: by one remedy, never by two."""
    ledger = open_ledger()
    captured(ledger)
    void = reserved(ledger, intent(Kind.VOID, "v-1", None))
    blocked = refused(Conflict, lambda: ledger.reserve(intent(Kind.REFUND, "r-1", 1), NOW))
    recorded(ledger, void)

    assert (void.amount, void.reference, blocked) == (cad(1500), "o-1-v1", True)
    assert payment(ledger).status is PaymentStatus.VOIDED
    assert payment(ledger).refundable == cad(0)


def a_late_refund_takes_only_what_is_left(open_ledger: OpenLedger) -> None:
    """R32: declined, given again, and then it had gone through after all."""
    ledger = open_ledger()
    captured(ledger)
    first = reserved(ledger, intent(Kind.REFUND, "r-1", 1000))
    recorded(ledger, first, State.DECLINED)
    recorded(ledger, reserved(ledger, intent(Kind.REFUND, "r-2", 600)))
    late = recorded(ledger, first, source=Source.QUERY)

    assert (late.state, bool(late.review)) == (State.DECLINED, True)
    assert payment(ledger).refunded == cad(600)


def a_late_refund_that_fits_is_counted(open_ledger: OpenLedger) -> None:
    """And what it took is gone."""
    ledger = open_ledger()
    captured(ledger)
    first = reserved(ledger, intent(Kind.REFUND, "r-1", 1000))
    recorded(ledger, first, State.DECLINED)
    late = recorded(ledger, first, source=Source.QUERY)

    assert (late.state, late.late) == (State.SUCCEEDED, True)
    assert payment(ledger).refundable == cad(500)


def two_captured_attempts_are_both_counted(open_ledger: OpenLedger) -> None:
    """R9: the money of each can be given back, one after the other."""
    ledger = open_ledger()
    first = recorded(ledger, reserved(ledger, intent()), State.EXPIRED, Source.QUERY)
    second = recorded(ledger, reserved(ledger, intent(key="k-2")))
    recorded(ledger, first, source=Source.QUERY)
    for number in (1, 2):
        recorded(ledger, reserved(ledger, intent(Kind.REFUND, f"r-{number}", 1500)))
    refunds = ledger.operations("o-1", Kind.REFUND)

    assert {refund.charge for refund in refunds} == {first.id, second.id}
    assert payment(ledger).refunded == cad(3000)
    assert refused(Conflict, lambda: ledger.reserve(intent(Kind.REFUND, "r-3", 1), NOW))


def a_key_undoes_one_payment(open_ledger: OpenLedger) -> None:
    """R7: whoever undoes it in whatever way; a void that did nothing is followed by a refund."""
    ledger = open_ledger()
    for owner in ("o-1", "o-2"):
        captured(ledger, owner)
    held(ledger, "o-3")
    ways = (("o-1", Kind.VOID), ("o-2", Kind.REFUND), ("o-3", Kind.RELEASE))
    for number, (owner, kind) in enumerate(ways):
        key = f"u-{number}"
        recorded(ledger, _undo(ledger, kind, key, owner)(), State.DECLINED)
        for other, another in ways:
            if other != owner:
                assert refused(Conflict, _undo(ledger, another, key, other)), (kind, another)

    assert _undo(ledger, Kind.REFUND, "u-0", "o-1")().state is State.SUBMITTING
    assert _undo(ledger, Kind.REFUND, "u-2", "o-2", undoes=False)().state is State.SUBMITTING


def _undo(
    ledger: Ledger, kind: Kind, key: str, owner: str, *, undoes: bool = True
) -> Callable[[], Operation]:
    """Return what asks to undo a payment in one of the ways that there are."""
    return lambda: reserved(ledger, intent(kind, key, None, owner=owner, undoes=undoes))


CHECKS: Final[tuple[Check, ...]] = (
    a_key_undoes_one_payment,
    a_refusal_leaves_nothing,
    a_refund_reserves_its_money,
    no_refund_is_more_than_what_is_left,
    an_unknown_refund_keeps_its_money,
    a_refund_never_sent_reserves_again,
    a_void_gives_back_the_whole,
    a_late_refund_takes_only_what_is_left,
    a_late_refund_that_fits_is_counted,
    two_captured_attempts_are_both_counted,
)
