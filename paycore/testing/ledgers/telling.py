"""Events leave with the change that they tell: once each, in order, and never without it."""

from __future__ import annotations

from typing import Final

from paycore.events import Event, EventType
from paycore.ledger.protocol import Ledger, Source
from paycore.plan import PLAN_S
from paycore.report import Decline
from paycore.states import Kind, State
from paycore.testing.ledgers.racing import at_once
from paycore.testing.ledgers.scene import (
    LEASE_S,
    NOW,
    Check,
    OpenLedger,
    after_s,
    cad,
    captured,
    intent,
    recorded,
    report,
    reserved,
)

_LATER: Final = after_s(10)


def a_change_writes_what_it_tells(open_ledger: OpenLedger) -> None:
    """R17: the same facts as the operation that moved; what did not move tells nothing."""
    ledger = open_ledger()
    first = reserved(ledger, intent())
    ledger.record(first.id, report(first, State.PENDING), Source.RESPONSE, NOW)
    assert ledger.events_of("o-1") == ()
    paid = recorded(ledger, first, source=Source.QUERY, at=_LATER)
    recorded(ledger, first, source=Source.QUERY, at=_LATER)
    (event,) = ledger.events_of("o-1")

    assert (event.type, event.owner, event.at) == (EventType.PAYMENT_PAID, "o-1", _LATER)
    assert (event.operation, event.account, event.tries) == (paid.id, "main", 0)
    assert event.facts["amount"] == {"amount_minor": 1500, "currency": "CAD"}
    assert event.facts["state"] == "succeeded"
    assert event.facts["reference"] == "o-1"


def what_became_of_it_is_told_by_its_kind(open_ledger: OpenLedger) -> None:
    """Charges, refunds, voids and tokens; each by its own name."""
    ledger = open_ledger()
    captured(ledger)
    refund = reserved(ledger, intent(Kind.REFUND, "r", 500))
    recorded(ledger, refund, State.UNKNOWN)
    recorded(ledger, refund, State.DECLINED, Source.QUERY, decline=Decline())
    recorded(ledger, reserved(ledger, intent(Kind.VOID, "v", None)))
    token = intent(Kind.TOKEN, "t", None, owner="t")
    recorded(ledger, reserved(ledger, token), State.DECLINED)

    assert _types(ledger, "o-1") == [
        EventType.PAYMENT_PAID,
        EventType.REFUND_UNKNOWN,
        EventType.REFUND_FAILED,
        EventType.VOID_SUCCEEDED,
    ]
    assert _types(ledger, "t") == [EventType.TOKEN_FAILED]


def events_are_told_one_at_a_time(open_ledger: OpenLedger) -> None:
    """Of each payment only the first that is untold; nobody else has it meanwhile."""
    ledger = open_ledger()
    _two_events(ledger, "o-1")
    captured(ledger, "o-2")
    first = ledger.claim_events(_LATER, 9, 60)
    again = ledger.claim_events(_LATER, 9, 60)
    ledger.event_told(first[0], _LATER)
    second = ledger.claim_events(_LATER, 9, 60)

    assert _shown(first) == [("o-1", "payment.unknown", 1), ("o-2", "payment.paid", 1)]
    assert again == ()
    assert _shown(second) == [("o-1", "payment.paid", 1)]


def who_does_not_come_back_leaves_it_to_others(open_ledger: OpenLedger) -> None:
    """At least once: a lease that ran out is told again, under the same id."""
    ledger = open_ledger()
    captured(ledger)
    (first,) = ledger.claim_events(_LATER, 1, 60)
    held = ledger.claim_events(after_s(69), 1, 60)
    (again,) = ledger.claim_events(after_s(70), 1, 60)
    ledger.event_told(again, after_s(71))
    ledger.event_failed(again, after_s(71))

    assert held == ()
    assert (first.id, first.tries, again.id, again.tries) == (again.id, 1, first.id, 2)
    assert ledger.claim_events(after_s(10**6), 1, 60) == ()


def who_comes_back_too_late_changes_nothing(open_ledger: OpenLedger) -> None:
    """The event is another's: what follows it waits for that one, and its lease stays."""
    ledger = open_ledger()
    _two_events(ledger, "o-1")
    (late,) = ledger.claim_events(_LATER, 1, 60)
    (now_its,) = ledger.claim_events(after_s(70), 1, 60)
    ledger.event_failed(late, after_s(71))
    ledger.event_told(late, after_s(71))
    held = ledger.hold_event(late, after_s(71), 600)
    before = ledger.claim_events(after_s(129), 9, 60)
    ledger.event_told(now_its, after_s(129))

    assert (held, before) == (False, ())
    assert _shown(ledger.claim_events(after_s(130), 9, 60)) == [("o-1", "payment.paid", 1)]


def who_takes_longer_can_hold_an_event(open_ledger: OpenLedger) -> None:
    """As long as nobody else has claimed it, its lease run out or not; once told it is over."""
    ledger = open_ledger()
    captured(ledger)
    (event,) = ledger.claim_events(_LATER, 1, 60)
    held = [ledger.hold_event(event, after_s(at), 60) for at in (60, 130)]
    others = ledger.claim_events(after_s(189), 1, 60)
    ledger.event_told(event, after_s(189))

    assert (held, others) == ([True, True], ())
    assert not ledger.hold_event(event, after_s(189), 60)
    assert ledger.claim_events(after_s(10**6), 1, 60) == ()


def who_held_an_event_and_died_leaves_it_to_others(open_ledger: OpenLedger) -> None:
    """When the time runs out for which it was held last."""
    ledger = open_ledger()
    captured(ledger)
    (event,) = ledger.claim_events(_LATER, 1, 60)
    ledger.hold_event(event, after_s(60), 60)
    (again,) = ledger.claim_events(after_s(120), 1, 60)

    assert (again.id, again.tries) == (event.id, 2)


def what_failed_is_told_again_by_the_plan(open_ledger: OpenLedger) -> None:
    """It holds back what follows it, and is never given up."""
    ledger = open_ledger()
    _two_events(ledger, "o-1")
    (first,) = ledger.claim_events(_LATER, 9, 60)
    ledger.event_failed(first, _LATER)
    at_once_ = ledger.claim_events(_LATER, 9, 60)
    (again,) = ledger.claim_events(after_s(18), 9, 60)
    ledger.event_failed(again, after_s(PLAN_S[-1] * 2))
    days = after_s(PLAN_S[-1] * 2 + 86_400)

    assert at_once_ == ()
    assert again.id == first.id
    assert [each.id for each in ledger.claim_events(days, 9, 60)] == [first.id]


def one_payment_can_be_asked_for(open_ledger: OpenLedger) -> None:
    """Its own events, whoever else has some; a limit holds."""
    ledger = open_ledger()
    for owner in ("o-1", "o-2", "o-3"):
        captured(ledger, owner)

    assert len(ledger.claim_events(_LATER, 2, 60)) == 2
    assert [e.owner for e in ledger.claim_events(_LATER, 9, 60, "o-3")] == ["o-3"]
    assert ledger.claim_events(_LATER, 9, 60, "nobody") == ()
    assert ledger.events_of("nobody") == ()


def an_event_is_claimed_by_one(open_ledger: OpenLedger) -> None:
    """However many ask at once."""
    ledger = open_ledger()
    for number in range(6):
        captured(ledger, f"o-{number}")
    taken = at_once(lambda _: ledger.claim_events(_LATER, 2, 60))
    claimed = sorted(event.owner for events in taken for event in events)

    assert len(claimed) == len(set(claimed))
    left = ledger.claim_events(_LATER, 9, 60)
    assert sorted([*claimed, *(e.owner for e in left)]) == [f"o-{n}" for n in range(6)]


def money_taken_twice_is_told(open_ledger: OpenLedger) -> None:
    """R9: both are named; fulfilment hears of the first only."""
    ledger = open_ledger()
    page = recorded(ledger, reserved(ledger, intent(key="1")), State.DECLINED)
    recorded(ledger, reserved(ledger, intent(key="2")))
    recorded(ledger, page, source=Source.QUERY)
    told = ledger.events_of("o-1")

    assert [each.type for each in told] == [
        EventType.PAYMENT_FAILED,
        EventType.PAYMENT_PAID,
        EventType.PAYMENT_CAPTURED_TWICE,
    ]
    assert told[-1].facts["other"] == "o-1-2"


def a_late_success_is_told_as_one(open_ledger: OpenLedger) -> None:
    """Never silent, and no ordinary payment."""
    ledger = open_ledger()
    page = recorded(ledger, reserved(ledger, intent()), State.DECLINED)
    recorded(ledger, page, source=Source.QUERY, at=after_s(int(LEASE_S)))

    assert _types(ledger, "o-1")[1:] == [EventType.PAYMENT_LATE_SUCCESS]


def what_needs_a_person_is_told(open_ledger: OpenLedger) -> None:
    """Once for each reason."""
    ledger = open_ledger()
    charge = captured(ledger)
    for _ in range(2):
        recorded(ledger, charge, State.DECLINED, Source.QUERY)

    assert _types(ledger, "o-1")[1:] == [EventType.REVIEW_NEEDED]
    assert ledger.in_review() == 1
    assert ledger.payment("o-1").captured.amount == cad(1500)  # type: ignore[union-attr]


def _two_events(ledger: Ledger, owner: str) -> None:
    charge = reserved(ledger, intent(owner=owner, key=owner))
    recorded(ledger, charge, State.UNKNOWN)
    recorded(ledger, charge, source=Source.QUERY)


def _types(ledger: Ledger, owner: str) -> list[EventType]:
    return [event.type for event in ledger.events_of(owner)]


def _shown(events: tuple[Event, ...]) -> list[tuple[str, str, int]]:
    return sorted((event.owner, event.type.value, event.tries) for event in events)


CHECKS: Final[tuple[Check, ...]] = (
    a_change_writes_what_it_tells,
    what_became_of_it_is_told_by_its_kind,
    events_are_told_one_at_a_time,
    who_does_not_come_back_leaves_it_to_others,
    who_comes_back_too_late_changes_nothing,
    who_takes_longer_can_hold_an_event,
    who_held_an_event_and_died_leaves_it_to_others,
    what_failed_is_told_again_by_the_plan,
    one_payment_can_be_asked_for,
    an_event_is_claimed_by_one,
    money_taken_twice_is_told,
    a_late_success_is_told_as_one,
    what_needs_a_person_is_told,
)
