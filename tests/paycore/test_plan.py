"""The plan says when to ask: soon at first, for a week, and never all at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.money import Money
from paycore.operation import Operation
from paycore.plan import PLAN_S, SPREAD, is_used_up, next_check, next_step
from paycore.states import Kind, State

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY_S = 86_400


def operation(state=State.UNKNOWN, kind=Kind.CHARGE, **more):
    return Operation(
        **{
            **{"id": "1", "kind": kind, "owner": "o-1", "key": "k", "fingerprint": "f"},
            **{"account": "main", "reference": "o-1", "method": "hosted_page", "state": state},
            **{"amount": Money(1500, "CAD"), "created_at": NOW, "updated_at": NOW, "sent_at": NOW},
            **more,
        }
    )


def after_s(seconds):
    return NOW + timedelta(seconds=seconds)


def asked(state, until_s, **more):
    """Return when an operation is asked about that never moves, in seconds."""
    at, seen = 0.0, []
    while (planned := next_check(operation(state, **more), after_s(at))) is not None:
        at = (planned - NOW).total_seconds()
        if at > until_s:
            break
        seen.append(at)
    return seen


def test_the_plan_is_this_one():
    """15 s, 1 min, 5 min, 15 min, 1 h, 4 h, 12 h, 24 h, then daily to the seventh day."""
    hours = [1, 4, 12, 24, 48, 72, 96, 120, 144, 168]

    assert (15, 60, 300, 900, *(hour * 3600 for hour in hours)) == PLAN_S


@pytest.mark.parametrize("state", [State.UNKNOWN, State.PENDING])
def test_what_is_open_is_asked_about_by_the_plan(state):
    """Each step within a fifth of the time since the one before it."""
    times = asked(state, PLAN_S[-1] * 1.2)[: len(PLAN_S)]
    steps = [later - earlier for earlier, later in zip((0, *PLAN_S), PLAN_S, strict=False)]

    assert len(times) == len(PLAN_S)
    for at, planned, step in zip(times, PLAN_S, steps, strict=True):
        assert abs(at - planned) <= SPREAD * step


def test_the_first_question_comes_within_two_minutes():
    """R16: whatever happens to messages."""
    assert max(next_step(f"main o-{number}", 0) for number in range(1000)) <= 18


def test_not_all_ask_at_once():
    """R48: a thousand operations of the same second are spread over the step."""
    times = {next_step(f"main o-{number}", 3600) for number in range(1000)}

    assert len(times) > 900


def test_what_is_open_past_the_plan_is_asked_about_weekly():
    """It is never left alone."""
    times = asked(State.UNKNOWN, 40 * DAY_S)
    past = [at for at in times if at > PLAN_S[-1] * 1.1]

    assert len(past) >= 4
    last = after_s(asked(State.UNKNOWN, PLAN_S[-1] * 1.2)[len(PLAN_S) - 1])
    assert is_used_up(operation(), last)
    assert not is_used_up(operation(), last - timedelta(seconds=1))
    assert not is_used_up(operation(State.DECLINED), last)


@pytest.mark.parametrize("state", [State.EXPIRED, State.NOT_EXECUTED])
def test_what_we_concluded_ourselves_is_watched_for_a_week(state):
    """R9: a payer may pay late; a refund nobody had is not paid by anybody."""
    assert len(asked(state, 40 * DAY_S)) == len(PLAN_S)
    assert asked(state, 40 * DAY_S, kind=Kind.REFUND) == []


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.DECLINED, State.NOT_SENT])
def test_what_is_over_is_not_asked_about(state):
    """Nothing is planned."""
    assert next_check(operation(state), NOW) is None


def test_what_is_being_sent_is_left_alone_until_its_lease_runs_out():
    """R39: its dispatcher may be at work."""
    at_work = operation(State.SUBMITTING, lease_until=after_s(95))

    assert next_check(at_work, after_s(20)) == after_s(95)


def test_what_was_being_sent_is_in_the_plan_once_its_lease_ran_out():
    """Whoever could not ask about it asks later: it is not due for ever, before all others."""
    dead = operation(State.SUBMITTING, lease_until=after_s(95))

    assert next_check(dead, after_s(95)) > after_s(95)
    assert next_check(dead, after_s(9 * DAY_S)) == after_s(16 * DAY_S)
    assert next_check(operation(State.SUBMITTING), after_s(1)) <= after_s(18)


@pytest.mark.parametrize("kind", [Kind.CAPTURE, Kind.RELEASE])
@pytest.mark.parametrize("state", [State.UNKNOWN, State.PENDING, State.SUBMITTING])
def test_a_person_looks_after_a_day_where_a_hold_may_lapse(kind, state):
    """R48: a week is too late for what a provider holds for a week; asking goes on."""
    lost = operation(state, kind, lease_until=NOW)
    day = after_s(DAY_S + SPREAD * DAY_S / 2)

    assert not is_used_up(lost, after_s(DAY_S - SPREAD * DAY_S / 2 - 1))
    assert is_used_up(lost, day)
    assert next_check(lost, day) < after_s(2.3 * DAY_S)
    assert not is_used_up(operation(state), day)
    assert not is_used_up(operation(state, Kind.REFUND), day)
    assert not is_used_up(operation(State.SUCCEEDED, kind), day)


@given(st.integers(-3 * DAY_S, 30 * DAY_S))
def test_the_next_time_is_never_behind(seconds):
    """R52: whichever way the clock was set, it is after now, and within a week and a half."""
    now = after_s(seconds)
    planned = next_check(operation(), now)

    assert timedelta(0) < planned - now < timedelta(days=10)


def test_what_is_held_is_asked_about_for_as_long_as_it_is():
    """R48: by the plan, weekly past it, and nobody is called for its age."""
    held = operation(State.AUTHORIZED, hold_only=True)
    late = after_s(40 * 86_400)

    assert next_check(held, after_s(1)) <= after_s(20)
    assert next_check(held, late) == late + timedelta(days=7)
    assert not is_used_up(held, late)
    assert is_used_up(operation(State.PENDING), late)
