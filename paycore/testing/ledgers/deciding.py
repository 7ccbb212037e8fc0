"""What people decide is committed once, by who looked at what stands there."""

from __future__ import annotations

from functools import partial
from typing import Final

from paycore.errors import Conflict, LedgerError
from paycore.events import EventType
from paycore.ledger.protocol import InboxState, Source
from paycore.methods import Redirect
from paycore.plan import PLAN_S
from paycore.report import Notification, Report
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
    payment,
    recorded,
    refused,
    reserved,
)

_PAGE: Final = Redirect("https://pay.example/1")
_WAITS: Final = after_s(int(LEASE_S))


def an_unknown_outcome_is_settled_by_hand(open_ledger: OpenLedger) -> None:
    """With the reason as evidence; the money moves as if the provider had said it."""
    ledger = open_ledger()
    charge = recorded(ledger, reserved(ledger, intent()), State.UNKNOWN)
    after = ledger.settle(charge.id, State.SUCCEEDED, "seen in the console", charge.version, NOW)
    seen = ledger.evidence(charge.id)[-1]

    assert (after.state, after.version) == (State.SUCCEEDED, charge.version + 1)
    assert ledger.operation(charge.id) == after
    assert (seen.source, seen.reported) == (Source.OPERATOR, "succeeded")
    assert seen.fields == {"paycore": "seen in the console"}
    assert payment(ledger).refundable == cad(1500)
    assert ledger.events_of("o-1")[-1].type is EventType.PAYMENT_PAID


def a_refund_settled_as_not_executed_frees_its_money(open_ledger: OpenLedger) -> None:
    """R33: only a person or a proof does."""
    ledger = open_ledger()
    captured(ledger)
    refund = recorded(ledger, reserved(ledger, intent(Kind.REFUND, "r", 500)), State.UNKNOWN)
    held = payment(ledger).refundable
    ledger.settle(refund.id, State.NOT_EXECUTED, "they never had it", refund.version, NOW)

    assert (held, payment(ledger).refundable) == (cad(1000), cad(1500))


def who_looked_at_another_version_settles_nothing(open_ledger: OpenLedger) -> None:
    """It changed meanwhile; of many at once one decides."""
    ledger = open_ledger()
    charge = recorded(ledger, reserved(ledger, intent()), State.UNKNOWN)

    def settle(number: int) -> bool:
        state = State.DECLINED if number % 2 else State.NOT_EXECUTED
        work = (charge.id, state, f"by {number}", charge.version, NOW)
        return not refused(Conflict, lambda: ledger.settle(*work))

    assert sum(at_once(settle)) == 1
    assert len(ledger.evidence(charge.id)) == 2


def a_success_is_not_taken_back_by_hand(open_ledger: OpenLedger) -> None:
    """Money that moved is given back by a refund."""
    ledger = open_ledger()
    charge = captured(ledger)
    at_work = reserved(ledger, intent(owner="o-2", key="2"))
    for operation, state in ((charge, State.DECLINED), (at_work, State.SUCCEEDED)):
        work = partial(ledger.settle, operation.id, state, "because", operation.version, NOW)
        assert refused(Conflict, work)

    assert ledger.operation(charge.id) == charge
    assert ledger.operation(at_work.id) == at_work


def settling_takes_the_review_flag_down(open_ledger: OpenLedger) -> None:
    """Somebody looked."""
    ledger = open_ledger()
    charge = recorded(ledger, captured(ledger), State.DECLINED, Source.QUERY)
    flagged = ledger.in_review(), len(ledger.listed(review=True, limit=9))
    after = ledger.settle(charge.id, State.SUCCEEDED, "it did", charge.version, NOW)

    assert flagged == (1, 1)
    assert (after.state, after.review) == (State.SUCCEEDED, "")
    assert ledger.in_review() == 0
    assert ledger.listed(review=True, limit=9) == ()


def another_page_may_take_the_place_of_one_that_waits(open_ledger: OpenLedger) -> None:
    """R6: the way is free, and the old page stays in the plan."""
    ledger = open_ledger()
    page = recorded(
        ledger, reserved(ledger, intent(method="hosted_page")), State.PENDING, next_action=_PAGE
    )
    in_the_way = refused(Conflict, lambda: ledger.reserve(intent(key="k-2"), NOW))
    after = ledger.supersede(page.id, page.version, NOW)
    second = ledger.reserve(intent(key="k-2"), NOW)

    assert in_the_way
    assert second.fresh
    assert after.superseded
    assert after.state is State.PENDING
    assert page.id in [o.id for o in ledger.due(after_s(18), None)]
    assert payment(ledger).charge == second.operation


def what_may_be_paid_unseen_is_not_superseded(open_ledger: OpenLedger) -> None:
    """Not what is no page, nor what is being sent, nor what was paid."""
    ledger = open_ledger()
    card = recorded(ledger, reserved(ledger, intent(method="stored_token")), State.UNKNOWN)
    sent = reserved(ledger, intent(owner="o-2", key="2", method="hosted_page"))
    paid = captured(ledger, "o-3", method="hosted_page")
    for charge in (card, sent, paid):
        work = partial(ledger.supersede, charge.id, charge.version, NOW)
        assert refused(Conflict, work)
        assert ledger.operation(charge.id) == charge


def a_check_is_claimed_by_who_saw_the_last_one(open_ledger: OpenLedger) -> None:
    """R39: of many workers that read the same list one asks; and the next time is planned."""
    ledger = open_ledger()
    charge = recorded(ledger, reserved(ledger, intent()), State.UNKNOWN)
    claims = at_once(lambda _: ledger.claim_check(charge.id, after_s(20), 0, charge.checks))
    after = ledger.operation(charge.id)

    assert sum(claims) == 1
    assert after.checks == 1
    assert after.next_check_at is not None
    assert after_s(40) < after.next_check_at < after_s(80)
    assert ledger.due(after_s(21), None) == []


def what_is_open_stays_in_the_plan(open_ledger: OpenLedger) -> None:
    """R48: for ever; what is settled leaves it, what expired is watched for a week."""
    ledger = open_ledger()
    late = after_s(PLAN_S[-1] * 3)
    unknown = recorded(ledger, reserved(ledger, intent()), State.UNKNOWN)
    gone = reserved(ledger, intent(owner="o-2", key="2", method="hosted_page"))
    recorded(ledger, gone, State.EXPIRED)
    captured(ledger, "o-3")
    week = [o.owner for o in ledger.due(after_s(PLAN_S[-1]), None)]
    for each in (unknown, gone):
        ledger.claim_check(each.id, late, 0)

    assert sorted(week) == ["o-1", "o-2"]
    assert [o.owner for o in ledger.due(late, None, ahead=True)] == ["o-1"]


def operations_are_listed_page_by_page(open_ledger: OpenLedger) -> None:
    """As they came, in one state or all."""
    ledger = open_ledger()
    made = [captured(ledger, f"o-{number}") for number in range(3)]
    unknown = recorded(ledger, reserved(ledger, intent(owner="u", key="u")), State.UNKNOWN)

    assert ledger.listed(limit=2) == tuple(made[:2])
    assert ledger.listed(limit=2, after=made[1].id) == (made[2], unknown)
    assert ledger.listed(state=State.UNKNOWN, limit=2) == (unknown,)
    assert ledger.listed(state=State.SUCCEEDED, limit=9, after=made[0].id) == tuple(made[1:])
    assert ledger.listed(state=State.DECLINED, limit=9) == ()


def messages_wait_for_their_time(open_ledger: OpenLedger) -> None:
    """Tried by the plan from when they came; a person may take one up anew."""
    ledger = open_ledger()
    row = ledger.keep("main", "d", Notification(Report("o-1", State.PENDING), b"thanks"), NOW)
    fresh = ledger.due_messages(NOW, None)
    ledger.mark(row.id, InboxState.PARKED, "early", NOW)
    parked = ledger.due_messages(NOW, None)
    later = ledger.due_messages(after_s(18), None)
    ledger.mark(row.id, InboxState.DEAD, "never", _WAITS)
    dead = ledger.due_messages(after_s(10**7), None, ahead=True)
    revived = ledger.revive(row.id, _WAITS)

    assert fresh == (row,)
    assert [parked, len(later), dead] == [(), 1, ()]
    assert (revived.state, revived.failures) == (InboxState.VERIFIED, 0)
    assert ledger.due_messages(_WAITS, None) == (revived,)
    assert ledger.messages_about("main", ["o-1"]) == (revived,)
    assert ledger.messages_about("main", ["o-2", ""]) == ()
    ledger.mark(row.id, InboxState.APPLIED, "", _WAITS)
    assert ledger.revive(row.id, _WAITS).state is InboxState.APPLIED
    assert refused(LedgerError, lambda: ledger.revive("nobody", NOW))


def a_purge_forgets_whom_it_was_about(open_ledger: OpenLedger) -> None:
    """R8: what is finished and old; keys, sums and that something was seen stay."""
    ledger = open_ledger()
    charge = captured(ledger, metadata={"customer": "Jane"})
    told = Report("o-1", State.SUCCEEDED, cad(1500), raw={"card": "4242********4242"})
    row = ledger.keep("main", "d", Notification(told, b"thanks"), NOW)
    waiting = recorded(ledger, reserved(ledger, intent(owner="o-2", key="2")), State.UNKNOWN)
    purged = [ledger.purge(NOW, 9), ledger.purge(after_s(1), 9), ledger.purge(after_s(1), 9)]
    (left,) = ledger.messages_about("main", ["o-1"])

    assert purged == [0, 1, 0]
    assert payment(ledger).metadata == {}
    assert [(e.reported, e.fields) for e in ledger.evidence(charge.id)] == [("succeeded", {})]
    assert (left.id, left.notification.said.raw) == (row.id, {})
    assert not ledger.reserve(intent(owner="o-1", key="o-1"), NOW).fresh
    assert payment(ledger).refundable == cad(1500)
    assert ledger.operation(waiting.id) == waiting


CHECKS: Final[tuple[Check, ...]] = (
    an_unknown_outcome_is_settled_by_hand,
    a_refund_settled_as_not_executed_frees_its_money,
    who_looked_at_another_version_settles_nothing,
    a_success_is_not_taken_back_by_hand,
    settling_takes_the_review_flag_down,
    another_page_may_take_the_place_of_one_that_waits,
    what_may_be_paid_unseen_is_not_superseded,
    a_check_is_claimed_by_who_saw_the_last_one,
    what_is_open_stays_in_the_plan,
    operations_are_listed_page_by_page,
    messages_wait_for_their_time,
    a_purge_forgets_whom_it_was_about,
)
