"""Money that is held where it should not be: a person hears of it, and can say what is true."""

from __future__ import annotations

from functools import partial
from typing import Final

from paycore.errors import Conflict
from paycore.events import EventType
from paycore.ledger.protocol import Source
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import (
    NOW,
    Check,
    OpenLedger,
    after_s,
    cad,
    capturing,
    held,
    intent,
    recorded,
    refused,
    releasing,
    report,
    reserved,
    unsent,
)


def what_is_held_after_its_end_calls_a_person(open_ledger: OpenLedger) -> None:
    """R14: no state moves; whoever looked takes the flag down, and what is held raises it again."""
    ledger = open_ledger()
    for state in (State.EXPIRED, State.DECLINED):
        charge = recorded(ledger, held(ledger, state.value), state)
        after = recorded(ledger, charge, State.AUTHORIZED, Source.QUERY)
        assert (after.state, after.review) == (state, f"held after {state.value}")
        assert ledger.events_of(state.value)[-1].type is EventType.REVIEW_NEEDED
        again = partial(ledger.reserve, intent(owner=state.value, key=f"{state.value}-2"), NOW)
        assert refused(Conflict, again), "charged beside money that may be held"
        seen = ledger.settle(after.id, state, "released there", after.version, NOW)
        assert (seen.state, seen.review) == (state, "")
        assert recorded(ledger, seen, State.AUTHORIZED, Source.QUERY).review == after.review


def what_we_released_is_old_news(open_ledger: OpenLedger) -> None:
    """An answer may be older than the release; so may one that was asked for before the end."""
    ledger = open_ledger()
    released = held(ledger)
    recorded(ledger, releasing(ledger))
    lapsed = held(ledger, "o-2")
    assert ledger.claim_check(lapsed.id, NOW, 0)
    for charge in (released, lapsed):
        over = recorded(ledger, charge, State.EXPIRED, at=after_s(1))
        assert recorded(ledger, over, State.AUTHORIZED, Source.QUERY, after_s(2)) == over
    assert ledger.claim_check(lapsed.id, after_s(3), 0)

    assert recorded(ledger, lapsed, State.AUTHORIZED, Source.QUERY, after_s(4)).review


def a_dispatcher_that_comes_back_with_a_hold_is_heard(open_ledger: OpenLedger) -> None:
    """R39: it moves nothing, and what no query would find calls a person."""
    ledger = open_ledger()
    for number, state in enumerate((State.DECLINED, State.NOT_EXECUTED)):
        owner = f"o-{number}"
        charge = reserved(ledger, intent(owner=owner, key=owner, hold_only=True))
        ledger.settle(charge.id, state, "not there", charge.version, after_s(61))
        said = report(charge, State.AUTHORIZED)
        after = ledger.record(charge.id, said, Source.RESPONSE, after_s(62), fence=charge.fence)
        assert after.state is state
        assert after.review == "authorized, says a dispatcher that was given up"


def nobody_pays_beside_a_capture(open_ledger: OpenLedger) -> None:
    """R6: it may have taken what was held, whatever the charge has become since."""
    ledger = open_ledger()
    for number, state in enumerate((None, State.UNKNOWN, State.SUCCEEDED)):
        owner = f"o-{number}"
        charge = held(ledger, owner)
        capture = reserved(ledger, intent(Kind.CAPTURE, f"c-{owner}", owner=owner))
        if state is not None:
            recorded(ledger, capture, state)
        recorded(ledger, charge, State.EXPIRED)
        another = intent(owner=owner, key=f"again-{owner}")
        assert refused(Conflict, partial(ledger.reserve, another, NOW)), state
    charge = held(ledger, "o-9")
    recorded(ledger, reserved(ledger, intent(Kind.CAPTURE, "c-9", owner="o-9")), State.DECLINED)
    recorded(ledger, charge, State.EXPIRED)

    assert ledger.reserve(intent(owner="o-9", key="again-9"), NOW).fresh


def what_a_capture_may_be_taking_is_not_called_untaken(open_ledger: OpenLedger) -> None:
    """R6: not by hand either; the capture is settled first."""
    ledger = open_ledger()
    charge = held(ledger)
    capture = recorded(ledger, capturing(ledger), State.UNKNOWN)
    for state in (State.DECLINED, State.NOT_EXECUTED):
        work = partial(ledger.settle, charge.id, state, "x", charge.version, NOW)
        assert refused(Conflict, work), state
    ledger.settle(capture.id, State.NOT_EXECUTED, "never came", capture.version, NOW)

    after = ledger.settle(charge.id, State.DECLINED, "nothing there", charge.version, NOW)
    assert after.state is State.DECLINED


def what_is_held_still_is_confirmed_by_hand(open_ledger: OpenLedger) -> None:
    """The flag is down, the reason is evidence, and it can be captured; nothing else moved."""
    ledger = open_ledger()
    charge = recorded(ledger, held(ledger), amount=cad(1))
    assert charge.review
    after = ledger.settle(charge.id, State.AUTHORIZED, "false alarm", charge.version, NOW)
    seen = ledger.evidence(charge.id)[-1]

    assert (after.state, after.review, after.late) == (State.AUTHORIZED, "", False)
    assert after.next_check_at is not None
    assert (seen.source, seen.reported) == (Source.OPERATOR, "authorized")
    assert seen.fields == {"paycore": "false alarm", "review": charge.review}
    again = partial(ledger.settle, after.id, State.AUTHORIZED, "again", after.version, NOW)
    assert refused(Conflict, again)
    assert capturing(ledger).state is State.SUBMITTING


def nobody_confirms_a_hold_that_was_ended(open_ledger: OpenLedger) -> None:
    """Nor one of anything that is not held."""
    ledger = open_ledger()
    for kind in (Kind.CAPTURE, Kind.RELEASE):
        charge = held(ledger, kind.value)
        recorded(ledger, reserved(ledger, intent(kind, f"e-{kind.value}", owner=kind.value)))
        charge = recorded(ledger, charge, amount=cad(1))
        work = partial(ledger.settle, charge.id, State.AUTHORIZED, "held", charge.version, NOW)
        assert refused(Conflict, work), kind
    unknown = recorded(ledger, reserved(ledger, intent(hold_only=True)), State.UNKNOWN)
    work = partial(ledger.settle, unknown.id, State.AUTHORIZED, "held", unknown.version, NOW)
    assert refused(Conflict, work)


def a_release_that_is_open_tells_of_the_end(open_ledger: OpenLedger) -> None:
    """R17: the charge may know first; the release tells, whatever becomes of it, and it alone."""
    ledger = open_ledger()
    ends: dict[State, EventType] = {
        State.SUCCEEDED: EventType.VOID_SUCCEEDED,
        State.DECLINED: EventType.VOID_FAILED,
        State.NOT_SENT: EventType.VOID_FAILED,
    }
    for state, told in ends.items():
        owner = state.value.replace("_", "-")
        charge = held(ledger, owner)
        release = reserved(ledger, intent(Kind.RELEASE, f"x-{owner}", None, owner=owner))
        recorded(ledger, charge, State.EXPIRED)
        if state is State.NOT_SENT:
            unsent(ledger, release)
        else:
            recorded(ledger, release, state)
        types = [event.type for event in ledger.events_of(owner)]
        assert types == [EventType.PAYMENT_AUTHORIZED, told], state


CHECKS: Final[tuple[Check, ...]] = (
    what_is_held_after_its_end_calls_a_person,
    what_we_released_is_old_news,
    a_dispatcher_that_comes_back_with_a_hold_is_heard,
    nobody_pays_beside_a_capture,
    what_a_capture_may_be_taking_is_not_called_untaken,
    what_is_held_still_is_confirmed_by_hand,
    nobody_confirms_a_hold_that_was_ended,
    a_release_that_is_open_tells_of_the_end,
)
