"""What people decide keeps to the rules: versions, last words, and money that is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from paycore.errors import Conflict
from paycore.ledger.by_hand import SETTLED, settled, superseded, verdict
from paycore.methods import PAGES, Redirect
from paycore.money import Money
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.report import Decline
from paycore.states import Kind, State

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CAD = Money(1500, "CAD")
PAGE = Redirect("https://pay.example/1")


def operation(state=State.UNKNOWN, kind=Kind.CHARGE, **more):
    return Operation(
        **{
            **{"id": "1", "kind": kind, "owner": "o-1", "key": "k", "fingerprint": "f"},
            **{"account": "main", "reference": "o-1", "method": "hosted_page", "state": state},
            **{"amount": CAD, "created_at": NOW, "updated_at": NOW, **more},
        }
    )


def by_hand(before, state=State.SUCCEEDED, version=1, payment=None):
    return settled(before, state, version, payment, NOW)


WAYS = [
    (before, after, before.is_open or before is after or after is State.SUCCEEDED)
    for before in State
    for after in State
    if before is not State.SUCCEEDED
]


@pytest.mark.parametrize(("before", "after", "may"), WAYS)
def test_the_ways_that_a_person_may_go(before, after, may):
    """What is open ends as any of three; a last word gives way to a success only."""
    if may and after in SETTLED:
        assert by_hand(operation(before), after).state is after
    else:
        with pytest.raises(Conflict):
            by_hand(operation(before), after)


@pytest.mark.parametrize("before", [s for s in State if s is not State.SUCCEEDED])
@pytest.mark.parametrize("after", sorted(SETTLED))
def test_what_is_doubted_may_become_any_of_three(before, after):
    """Somebody looked, and the flag is taken down."""
    settled_ = by_hand(operation(before, review="another amount was reported"), after)

    assert (settled_.state, settled_.review) == (after, "")


@pytest.mark.parametrize("review", ["", "declined reported after succeeded"])
@pytest.mark.parametrize("after", sorted({*SETTLED} - {State.SUCCEEDED}))
def test_a_success_stays_one(after, review):
    """Nobody takes it back by hand; it can only be confirmed."""
    charge = operation(State.SUCCEEDED, review=review)
    with pytest.raises(Conflict, match="cannot become"):
        by_hand(charge, after)

    assert by_hand(charge) == replace(charge, review="")


@pytest.mark.parametrize("version", [0, 2, 99])
def test_what_changed_meanwhile_is_looked_at_again(version):
    """The version is the one that was shown."""
    with pytest.raises(Conflict, match="look at it again") as refused:
        by_hand(operation(), version=version)

    assert refused.value.field == "version"


def test_what_is_being_sent_is_left_alone():
    """Until its lease ran out; then whoever sent it can write no more."""
    at_work = operation(State.SUBMITTING, lease_until=NOW + timedelta(seconds=1))
    with pytest.raises(Conflict, match="being sent"):
        by_hand(at_work)
    after = by_hand(replace(at_work, lease_until=NOW))

    assert (after.state, after.fence) == (State.SUCCEEDED, at_work.fence + 1)


def test_what_was_over_succeeds_late():
    """And the decline that is no more is gone; a page is nobody's to pay any more."""
    late = by_hand(operation(State.DECLINED, decline=Decline()))
    soon = by_hand(operation(State.PENDING, next_action=PAGE))

    assert (late.late, late.decline) == (True, None)
    assert (soon.late, soon.next_action) == (False, None)


@pytest.mark.parametrize(("left", "may"), [(1500, True), (500, True), (499, False), (0, False)])
def test_a_refund_that_was_over_gives_back_only_what_is_left(left, may):
    """R32: its money was free, and may have gone another way since."""
    charge = operation(State.SUCCEEDED)
    gone = operation(
        State.SUCCEEDED, Kind.REFUND, id="2", charge="1", amount=Money(1500 - left or 1, "CAD")
    )
    over = operation(State.DECLINED, Kind.REFUND, id="3", charge="1", amount=Money(500, "CAD"))
    others = (charge,) if left == 1500 else (charge, gone)
    payment = Payment("o-1", CAD, (*others, over), NOW)
    if may:
        assert by_hand(over, payment=payment).state is State.SUCCEEDED
    else:
        with pytest.raises(Conflict, match="left to give back"):
            by_hand(over, payment=payment)


@pytest.mark.parametrize("method", sorted(PAGES))
@pytest.mark.parametrize(("state", "action"), [(State.PENDING, PAGE), (State.UNKNOWN, None)])
def test_a_page_that_waits_or_never_came_gives_way(method, state, action):
    """It stays open; nothing else of it changes."""
    page = operation(state, method=method, next_action=action)

    assert superseded(page, 1) == replace(page, superseded=True)


@pytest.mark.parametrize(
    "charge",
    [
        operation(State.PENDING),
        operation(State.SUBMITTING),
        operation(State.SUCCEEDED),
        operation(State.DECLINED),
        operation(State.EXPIRED),
        operation(State.UNKNOWN, method="stored_token"),
        operation(State.PENDING, method="wallet", next_action=PAGE),
        operation(State.PENDING, Kind.TOKEN, next_action=PAGE),
        operation(State.UNKNOWN, review="another amount was reported"),
    ],
)
def test_nothing_else_does(charge):
    """It may have been charged, or be over."""
    with pytest.raises(Conflict):
        superseded(charge, 1)


def test_a_page_that_changed_since_it_was_asked_about_does_not_give_way():
    """Its payer may have the address by now."""
    with pytest.raises(Conflict, match="look at it again"):
        superseded(operation(State.PENDING, next_action=PAGE, version=2), 1)


def test_a_reason_is_kept_without_what_it_must_not_say():
    """People paste whatever they see."""
    told = verdict(operation(), State.SUCCEEDED, "seen with 4111 1111 1111 1111 " + "x" * 1000)

    assert "4111 1111 1111 1111" not in told.raw["paycore"]
    assert len(told.raw["paycore"]) == 500
