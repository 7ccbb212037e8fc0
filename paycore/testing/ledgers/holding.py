"""Money that is only held: open until it is captured or released, and never both."""

from __future__ import annotations

from functools import partial
from typing import Final

from paycore.errors import Conflict, InvalidRequest
from paycore.events import EventType
from paycore.ledger.protocol import Ledger, Source
from paycore.payment import PaymentStatus
from paycore.report import Conclusion
from paycore.states import Kind, State
from paycore.testing.ledgers.racing import at_once
from paycore.testing.ledgers.scene import (
    NOW,
    Check,
    OpenLedger,
    after_s,
    cad,
    captured,
    capturing,
    held,
    intent,
    payment,
    recorded,
    refused,
    releasing,
    reserved,
    taken,
    unsent,
)


def what_is_held_is_open(open_ledger: OpenLedger) -> None:
    """Nothing is paid, nothing can be given back, and no other attempt starts."""
    ledger = open_ledger()
    charge = held(ledger)
    found = payment(ledger)

    assert (charge.state, charge.hold_only) == (State.AUTHORIZED, True)
    assert (found.status, found.paid) == (PaymentStatus.AUTHORIZED, False)
    assert (found.refundable, found.captured, found.authorized) == (cad(0), None, charge)
    assert refused(Conflict, lambda: ledger.reserve(intent(key="k-2"), NOW))
    assert refused(InvalidRequest, lambda: ledger.reserve(intent(Kind.REFUND, "r", 1), NOW))
    assert refused(InvalidRequest, lambda: ledger.reserve(intent(Kind.VOID, "v", None), NOW))
    assert charge.next_check_at is not None


def what_is_held_stays_in_the_plan(open_ledger: OpenLedger) -> None:
    """It is found among what is due, and a claim plans the next time."""
    ledger = open_ledger()
    charge = held(ledger)
    due = [each.id for each in ledger.due(after_s(60), None)]

    assert due == [charge.id]
    assert ledger.claim_check(charge.id, after_s(60), 30)
    assert [each.id for each in ledger.due(after_s(60), None)] == []


def no_charge_but_a_hold_is_held(open_ledger: OpenLedger) -> None:
    """Held, though it was to be taken: nothing moves, and a person looks."""
    ledger = open_ledger()
    charge = recorded(ledger, reserved(ledger, intent()), State.AUTHORIZED)

    assert (charge.state, bool(charge.review)) == (State.UNKNOWN, True)
    assert refused(InvalidRequest, lambda: capturing(ledger))


def a_hold_is_ended_once(open_ledger: OpenLedger) -> None:
    """While a capture or release is open or has succeeded, no other one starts."""
    ledger = open_ledger()
    for number, state in enumerate((State.PENDING, State.UNKNOWN, State.SUCCEEDED)):
        for kind in (Kind.CAPTURE, Kind.RELEASE):
            owner = f"{kind.value}-{number}"
            held(ledger, owner)
            end = reserved(ledger, intent(kind, f"e-{owner}", 1500, owner=owner))
            _ends_alone(ledger, owner)
            recorded(ledger, end, state)
            _ends_alone(ledger, owner)


def _ends_alone(ledger: Ledger, owner: str) -> None:
    for kind in (Kind.CAPTURE, Kind.RELEASE):
        other = partial(ledger.reserve, intent(kind, f"other-{owner}", 1500, owner=owner), NOW)
        assert refused(Conflict, other), owner


def a_hold_in_doubt_waits_for_a_person(open_ledger: OpenLedger) -> None:
    """Under review it is neither captured nor released, and another account never is."""
    ledger = open_ledger()
    charge = held(ledger)
    wanted = intent(Kind.CAPTURE, "c-1", account="other")
    assert refused(Conflict, lambda: ledger.reserve(wanted, NOW))
    recorded(ledger, charge, amount=cad(1))

    assert refused(Conflict, lambda: capturing(ledger))
    assert refused(Conflict, lambda: releasing(ledger))


def a_release_gives_it_all_up(open_ledger: OpenLedger) -> None:
    """The payment is voided once its charge knows, and may be tried anew."""
    ledger = open_ledger()
    charge = held(ledger)
    release = recorded(ledger, releasing(ledger))
    said = Conclusion(charge.reference, State.EXPIRED, reason="released")
    ended = ledger.record(charge.id, said, Source.RESPONSE, NOW)

    assert (release.amount, release.charge, ended.state) == (cad(1500), charge.id, State.EXPIRED)
    assert (payment(ledger).status, payment(ledger).refundable) == (PaymentStatus.VOIDED, cad(0))
    assert refused(Conflict, lambda: capturing(ledger))
    assert reserved(ledger, intent(key="k-2")).state is State.SUBMITTING


def a_late_capture_beside_another_end_is_doubted(open_ledger: OpenLedger) -> None:
    """R34: one of them has decided already; the other moves nothing, by query or by hand."""
    ledger = open_ledger()
    held(ledger)
    first = recorded(ledger, capturing(ledger), State.DECLINED)
    recorded(ledger, releasing(ledger), State.UNKNOWN)
    late = recorded(ledger, first, source=Source.QUERY)
    by_hand = (first.id, State.SUCCEEDED, "they say so", late.version, NOW)

    assert (late.state, bool(late.review)) == (State.DECLINED, True)
    assert refused(Conflict, lambda: ledger.settle(*by_hand))


def a_hold_and_its_end_are_told(open_ledger: OpenLedger) -> None:
    """R17: the hold, the payment with what was taken, and a release by itself; nothing twice."""
    ledger = open_ledger()
    taken(ledger, 600)
    told = [(event.type, event.facts.get("captured")) for event in ledger.events_of("o-1")]
    charge = held(ledger, "o-2")
    recorded(ledger, reserved(ledger, intent(Kind.CAPTURE, "c-2", owner="o-2")), State.DECLINED)
    recorded(ledger, reserved(ledger, intent(Kind.CAPTURE, "c-3", owner="o-2")), State.UNKNOWN)
    recorded(ledger, payment(ledger, "o-2").operations[-1], State.DECLINED)
    recorded(ledger, reserved(ledger, intent(Kind.RELEASE, "x-2", owner="o-2")))
    recorded(ledger, charge, State.EXPIRED)

    assert told == [
        (EventType.PAYMENT_AUTHORIZED, None),
        (EventType.PAYMENT_PAID, {"amount_minor": 600, "currency": "CAD"}),
    ]
    assert [event.type for event in ledger.events_of("o-2")] == [
        EventType.PAYMENT_AUTHORIZED,
        EventType.CAPTURE_FAILED,
        EventType.CAPTURE_UNKNOWN,
        EventType.CAPTURE_FAILED,
        EventType.VOID_SUCCEEDED,
    ]


def a_hold_that_lapsed_is_told(open_ledger: OpenLedger) -> None:
    """Nobody released it: the payment expired."""
    ledger = open_ledger()
    recorded(ledger, held(ledger), State.EXPIRED, Source.QUERY)

    assert payment(ledger).status is PaymentStatus.EXPIRED
    assert [event.type for event in ledger.events_of("o-1")] == [
        EventType.PAYMENT_AUTHORIZED,
        EventType.PAYMENT_EXPIRED,
    ]


def what_is_held_is_listed(open_ledger: OpenLedger) -> None:
    """By its own status, among the payments and among the operations; nothing else is."""
    ledger = open_ledger()
    charge = held(ledger)
    recorded(ledger, reserved(ledger, intent(owner="o-2", key="o-2")))
    found = ledger.payments(status=PaymentStatus.AUTHORIZED, account=None, limit=9, after="")

    assert [each.reference for each in found.payments] == ["o-1"]
    assert ledger.listed(state=State.AUTHORIZED, limit=9) == (charge,)
    recorded(ledger, releasing(ledger))
    recorded(ledger, charge, State.EXPIRED)
    voided = ledger.payments(status=PaymentStatus.VOIDED, account=None, limit=9, after="")
    assert [each.reference for each in voided.payments] == ["o-1"]


def a_key_voids_or_releases(open_ledger: OpenLedger) -> None:
    """R7: who asks to void cannot know which of the two it is: the key stands for one of them."""
    ledger = open_ledger()
    kinds = (Kind.RELEASE, Kind.VOID)
    for first, second in (kinds, kinds[::-1]):
        owners = {Kind.RELEASE: f"h-{first.value}", Kind.VOID: f"p-{first.value}"}
        held(ledger, owners[Kind.RELEASE])
        captured(ledger, owners[Kind.VOID])
        unsent(ledger, reserved(ledger, intent(first, f"k-{first}", None, owner=owners[first])))
        other = intent(second, f"k-{first}", None, owner=owners[second])
        assert refused(Conflict, partial(ledger.reserve, other, NOW))
        assert ledger.by_key(second, f"k-{first}") is None
    charge = held(ledger, "both")
    unsent(ledger, reserved(ledger, intent(Kind.RELEASE, "k-both", None, owner="both")))
    recorded(ledger, reserved(ledger, intent(Kind.CAPTURE, "c-both", owner="both")))
    recorded(ledger, charge)
    assert refused(Conflict, lambda: reserved(ledger, intent(Kind.VOID, "k-both", owner="both")))


def a_void_and_a_release_race_for_a_key(open_ledger: OpenLedger) -> None:
    """R7: of two payments, one has it: the other is told, whoever was first."""
    ledger = open_ledger()
    captured(ledger, "paid")
    held(ledger, "held")

    def undo(number: int) -> bool:
        kind, owner = ((Kind.VOID, "paid"), (Kind.RELEASE, "held"))[number % 2]
        try:
            return ledger.reserve(intent(kind, "k", None, owner=owner), NOW).fresh
        except Conflict:
            return False

    assert sum(at_once(undo)) == 1
    assert (ledger.by_key(Kind.VOID, "k") is None) != (ledger.by_key(Kind.RELEASE, "k") is None)


def a_capture_and_a_release_race(open_ledger: OpenLedger) -> None:
    """R34: of 24 that want one or the other, each under its own key, one is dispatched."""
    ledger = open_ledger()
    held(ledger)

    def end(number: int) -> bool:
        kind = Kind.CAPTURE if number % 2 else Kind.RELEASE
        try:
            return ledger.reserve(intent(kind, f"e-{number}", 1500), NOW).fresh
        except Conflict:
            return False

    assert sum(at_once(end)) == 1
    assert len(payment(ledger).operations) == 2


CHECKS: Final[tuple[Check, ...]] = (
    what_is_held_is_open,
    what_is_held_stays_in_the_plan,
    no_charge_but_a_hold_is_held,
    a_hold_is_ended_once,
    a_hold_in_doubt_waits_for_a_person,
    a_release_gives_it_all_up,
    a_late_capture_beside_another_end_is_doubted,
    a_hold_and_its_end_are_told,
    a_hold_that_lapsed_is_told,
    what_is_held_is_listed,
    a_key_voids_or_releases,
    a_void_and_a_release_race_for_a_key,
    a_capture_and_a_release_race,
)
