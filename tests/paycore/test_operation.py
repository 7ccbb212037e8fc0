"""One operation and what reports make of it, in whatever order they come (promises R14, R24)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.methods import Redirect, Wait
from paycore.money import Money
from paycore.operation import Operation
from paycore.report import Conclusion, Decline, DeclineCode, Instrument, Report
from paycore.states import FINAL, REPORTABLE, Kind, State
from paycore.testing.strategies import money, names, operations, references, reports

S = State
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CAD = Money(1500, "CAD")
PAGE = Redirect("https://pay.example/1")
WAITING = (S.SUBMITTING, S.PENDING, S.UNKNOWN)
REPORTED = sorted(REPORTABLE)
FAILED = {S.DECLINED, S.EXPIRED}


def operation(state=S.PENDING, **more):
    told = {
        "id": "1",
        "kind": Kind.CHARGE,
        "owner": "order-1",
        "key": "order-1",
        "fingerprint": "f",
        "account": "cards",
        "reference": "order-1",
        "method": "HostedPage",
        "amount": CAD,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Operation(**{**told, "state": state, **more})


def report(state=S.SUCCEEDED, **more):
    return Report(**{"reference": "order-1", "state": state, "amount": CAD, **more})


def after(start, told):
    for one in told:
        start = start.after(one)
    return start


def ends(start, told):
    """Return every state and review flag that an order of `told` ends in."""
    orders = (after(start, order) for order in permutations(told))
    return {(end.state, bool(end.review)) for end in orders}


# R14: the order does not matter


@pytest.mark.parametrize("hold_only", [False, True], ids=["taken", "held"])
@pytest.mark.parametrize("start", WAITING)
def test_the_order_of_up_to_six_reports_does_not_matter(start, hold_only):
    """All 55,986 sequences of up to six reported states: each set of them has one end.

    Two failures that deny each other are the exception: the first one stands, no money moved by
    either, and a person is called.
    """
    words = {state: report(state) for state in REPORTED}
    reached = {(): operation(start, hold_only=hold_only)}
    found = {}
    for _ in range(6):
        reached = {
            (*told, state): before.after(words[state])
            for told, before in reached.items()
            for state in REPORTED
        }
        for told, end in reached.items():
            found.setdefault(tuple(sorted(told)), set()).add((end.state, bool(end.review)))

    assert len(found) == 923
    for told, ended in found.items():
        if set(told) >= FAILED and S.SUCCEEDED not in told:
            assert ended == {(S.DECLINED, True), (S.EXPIRED, True)}
        else:
            assert len(ended) == 1


@given(st.data(), operations(states=WAITING))
def test_no_order_of_reports_changes_what_is_known(data, start):
    """Reports that say more or less of the same: state, review flag and facts end up the same."""
    start = replace(start, next_action=None)
    action = data.draw(st.sampled_from((None, PAGE)))
    decline = data.draw(st.sampled_from((None, Decline(DeclineCode.EXPIRED_CARD, "54"))))
    told = [
        replace(
            one,
            next_action=action if one.state is S.PENDING and one.reference else None,
            decline=decline if one.state is S.DECLINED and one.reference else None,
        )
        for one in data.draw(st.lists(reports(start), min_size=1, max_size=5))
    ]
    told += told[:1]
    if {one.state for one in told} >= FAILED:
        told = [one for one in told if one.state is not S.EXPIRED]
    seen = {
        (end.state, bool(end.review), end.next_action, end.decline)
        for end in (after(start, order) for order in permutations(told))
    }

    assert len(seen) == 1


@pytest.mark.parametrize("hold_only", [False, True], ids=["taken", "held"])
@pytest.mark.parametrize("start", WAITING)
def test_a_success_wins_and_two_last_words_call_a_person(start, hold_only):
    """Among any others, before or after them, a success is the last word; nobody is called in vain.

    Whatever the last words are and in whatever order, two different ones raise the review flag;
    one, however often it is repeated, does not.
    """
    words = [state for state in REPORTED if hold_only or state is not S.AUTHORIZED]
    for states in (told for size in range(1, 5) for told in combinations(words * 2, size)):
        ended = ends(operation(start, hold_only=hold_only), map(report, states))

        assert ({state for state, _ in ended} == {S.SUCCEEDED}) == (S.SUCCEEDED in states)
        assert {review for _, review in ended} == {len(FINAL & set(states)) > 1}


@given(st.data(), operations(states=FINAL))
def test_a_last_word_never_regresses(data, start):
    """From a final state, no report leads anywhere but to a success."""
    end = after(start, data.draw(st.lists(reports(start), max_size=6)))

    assert end.state in {start.state, S.SUCCEEDED}


@given(st.data(), operations())
def test_hearing_it_all_again_changes_nothing(data, start):
    """A second delivery of everything, in order, is old news."""
    told = data.draw(st.lists(reports(start), max_size=6))
    once = after(start, told)

    assert after(once, told).state is once.state
    assert after(once, told[-1:]) == once


@given(st.data(), operations())
def test_a_report_leaves_what_is_ours_alone(data, start):
    """Key, owner, amount, reference, fence and times are not a provider's to change."""
    end = start.after(data.draw(reports(start)))
    ours = ("id", "kind", "owner", "key", "fingerprint", "account", "reference", "method",
            "amount", "created_at", "updated_at", "attempt", "sends", "fence", "lease_until",
            "charge", "nonce", "checks", "checked_at")  # fmt: skip

    assert all(getattr(end, name) == getattr(start, name) for name in ours)


def test_a_late_success_is_recorded_and_alarmed():
    """What had been given up succeeded after all: the flag says so, and after what."""
    for state in (S.DECLINED, S.NOT_EXECUTED, S.EXPIRED):
        end = operation(state).after(report())

        assert (end.state, end.late) == (S.SUCCEEDED, True)
        assert end.review == f"succeeded after {state.value}"


def test_a_success_in_time_is_not_late():
    """From any state that waits, nobody is alarmed."""
    for state in WAITING:
        end = operation(state).after(report())

        assert (end.state, end.late, end.review) == (S.SUCCEEDED, False, "")


def test_a_failure_after_a_success_is_noticed_and_not_believed():
    """The money is there; why the provider denies it, a person has to find out."""
    end = operation(S.SUCCEEDED).after(report(S.DECLINED))

    assert end == replace(operation(S.SUCCEEDED), review="declined reported after succeeded")


@pytest.mark.parametrize("state", [S.RESERVED, S.NOT_SENT])
@pytest.mark.parametrize("told", REPORTED)
def test_news_of_what_was_never_sent_calls_a_person(state, told):
    """A provider that knows what we have not said: nothing moves, and somebody looks."""
    end = operation(state).after(report(told))

    assert (end.state, bool(end.review)) == (state, True)


def test_the_cores_conclusions_move_along_the_same_table():
    """NOT_SENT follows SUBMITTING only; NOT_EXECUTED follows UNKNOWN only."""
    for state in State:
        unsent = operation(state).after(Conclusion("order-1", S.NOT_SENT))
        unexecuted = operation(state).after(Conclusion("order-1", S.NOT_EXECUTED))

        assert (unsent.state is S.NOT_SENT) == (state in {S.SUBMITTING, S.NOT_SENT})
        assert (unexecuted.state is S.NOT_EXECUTED) == (state in {S.UNKNOWN, S.NOT_EXECUTED})


# R24: a success is bound to what was asked for

OTHERS = {
    "reference": [None, "order-2", "", "order-1 ", "ORDER-1"],
    "amount": [None, Money(1, "CAD"), Money(1501, "CAD"), Money(1500, "USD"), Money(0, "CAD")],
    "kind": [Kind.REFUND, Kind.VOID, Kind.TOKEN],
    "provider_reference": ["p-2", "P-1", "p-1 "],
}


@pytest.mark.parametrize("start", [*WAITING, S.DECLINED, S.EXPIRED, S.NOT_EXECUTED])
@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in OTHERS.items() for value in values]
)
def test_a_success_with_one_field_altered_is_none(start, name, value):
    """One field at a time: nothing succeeds, and a person looks."""
    sound = report(kind=Kind.CHARGE, provider_reference="p-1")
    before = operation(start, provider_reference="p-1" if name == "provider_reference" else "")
    end = before.after(replace(sound, **{name: value}))

    assert before.after(sound).state is S.SUCCEEDED
    assert end.state is (S.UNKNOWN if start is S.SUBMITTING else start)
    assert end.review
    assert end == replace(before, state=end.state, review=end.review)


@given(st.data(), operations(Kind.CHARGE, Kind.REFUND, Kind.VOID, states=WAITING))
def test_no_altered_success_is_ever_believed(data, start):
    """Any other reference, amount, currency or direction in an otherwise sound success."""
    sound = data.draw(reports(start, states=[S.SUCCEEDED]))
    other = {
        "reference": references().filter(lambda text: text != start.reference),
        "amount": money().filter(lambda amount: amount != start.amount),
        "kind": st.sampled_from([k for k in Kind if k.gives_back != start.kind.gives_back]),
    }
    name = data.draw(st.sampled_from(sorted(other)))
    end = start.after(replace(sound, **{name: data.draw(other[name])}))

    assert start.after(sound).state is S.SUCCEEDED
    assert end.state is (S.UNKNOWN if start.state is S.SUBMITTING else start.state)
    assert end.review


@given(st.data(), operations(Kind.TOKEN, states=WAITING), money(), references())
def test_a_stored_card_is_bound_to_its_reference_too(data, start, amount, other):
    """A token has no amount: one that is reported with money, or under another name, is none."""
    sound = data.draw(reports(start, states=[S.SUCCEEDED]))

    assert start.after(sound).state is S.SUCCEEDED
    assert start.after(replace(sound, amount=amount)).state is not S.SUCCEEDED
    if other != start.reference:
        assert start.after(replace(sound, reference=other)).state is not S.SUCCEEDED


def test_a_success_may_name_only_the_providers_reference_once_we_know_it():
    """Theirs binds as well as ours, but only if we had it before."""
    told = report(reference=None, provider_reference="p-1")

    assert operation(provider_reference="p-1").after(told).state is S.SUCCEEDED
    assert operation().after(told).state is S.PENDING
    assert operation(provider_reference="p-1").after(report(reference=None)).state is S.PENDING


@pytest.mark.parametrize("ours", [Kind.REFUND, Kind.VOID])
@pytest.mark.parametrize("told", [Kind.REFUND, Kind.VOID])
def test_refund_and_void_are_one_direction(ours, told):
    """Some providers report a void as a refund; no provider reports either as a charge."""
    assert operation(kind=ours).after(report(kind=told)).state is S.SUCCEEDED
    assert operation(kind=ours).after(report(kind=Kind.CHARGE)).state is S.PENDING


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (report(kind=Kind.REFUND), "a refund was reported for a charge"),
        (report(reference="order-2"), "another reference was reported"),
        (report(provider_reference="p-2"), "another provider reference was reported"),
        (report(amount=Money(1, "CAD")), "another amount or currency was reported"),
        (report(reference=None), "a success without a reference was reported"),
        (report(amount=None), "a success without an amount was reported"),
        (report(), ""),
        (report(S.PENDING, reference=None, amount=None), ""),
    ],
)
def test_a_mismatch_says_what_differs(told, reason):
    """In words for a person, without quoting what was told."""
    assert operation(provider_reference="p-1").mismatch(told) == reason


def test_every_reason_to_look_is_kept():
    """The newest first; what was said before is not said again."""
    first = operation().after(report(reference="order-2"))
    then = first.after(report(amount=Money(1, "CAD")))

    assert first.review == "another reference was reported"
    assert then.review == f"another amount or currency was reported; {first.review}"
    assert then.after(report(reference="order-2")) == then


@given(operations(states=[S.SUBMITTING]), st.data())
def test_a_mismatched_answer_leaves_the_outcome_unknown(start, data):
    """The call was answered, but not about this: nobody knows what happened to it."""
    told = data.draw(reports(start))
    other = data.draw(names().filter(lambda name: name != start.reference))

    assert start.after(replace(told, reference=other)).state is S.UNKNOWN


# What is learned


def test_facts_are_learned_once():
    """What we did not have is taken from any report; what we have stays."""
    first = report(
        S.PENDING, provider_reference="p-1", instrument=Instrument("4" * 16), token="t-1"
    )
    knows = operation().after(first)
    later = knows.after(replace(first, instrument=Instrument("5" * 16), token="t-2"))

    assert (knows.provider_reference, knows.token) == ("p-1", "t-1")
    assert knows.instrument == Instrument("4" * 16)
    assert later == knows


def test_old_news_may_still_tell_facts():
    """An answer from before the end may know the card that the end did not tell."""
    told = report(S.PENDING, instrument=Instrument("4" * 16), provider_reference="p-1")
    end = operation(S.SUCCEEDED).after(told)

    assert (end.state, end.provider_reference) == (S.SUCCEEDED, "p-1")
    assert end.instrument == Instrument("4" * 16)


def test_the_payer_acts_only_while_pending():
    """The page is known while it can be paid, however late we hear of it, and not after."""
    page = operation(S.SUBMITTING).after(report(S.PENDING, next_action=PAGE))
    heard_late = operation(S.PENDING).after(report(S.PENDING, next_action=PAGE))

    assert page.next_action == heard_late.next_action == PAGE
    assert page.after(report(S.PENDING, next_action=Wait())).next_action == PAGE
    for state in (S.SUCCEEDED, S.DECLINED, S.EXPIRED):
        assert page.after(report(state, next_action=PAGE)).next_action is None
        assert operation(state).after(report(S.PENDING, next_action=PAGE)).next_action is None


def test_a_decline_has_its_reason_and_a_success_has_none():
    """The reason comes with the decline or after it, and goes with a late success."""
    reason = Decline(DeclineCode.EXPIRED_CARD, "54")
    told = report(S.DECLINED, decline=reason)

    assert operation().after(told).decline == reason
    assert operation().after(report(S.DECLINED)).after(told).decline == reason
    assert operation().after(told).after(report()).decline is None
    assert operation().after(report(decline=reason)).decline is None


def test_a_dispute_moves_no_money_state():
    """Only what was under way becomes unknown."""
    for state in State:
        end = operation(state).disputed("books differ")

        assert end.state is (S.UNKNOWN if state is S.SUBMITTING else state)
        assert end.review == "books differ"


def test_an_operation_is_free_once_its_dispatcher_is_done_or_dead():
    """While the lease of what is under way runs, nobody else touches it."""
    soon, before = NOW + timedelta(seconds=1), NOW - timedelta(seconds=1)
    for state in State:
        busy = state in (S.RESERVED, S.SUBMITTING)

        assert operation(state, lease_until=soon).is_free(NOW) is not busy
        assert operation(state, lease_until=NOW).is_free(NOW)
        assert operation(state, lease_until=before).is_free(NOW)
        assert operation(state).is_free(NOW)


def test_an_operation_shows_neither_fingerprint_nor_nonce():
    """Both would let somebody else speak for the payer."""
    shown = repr(operation(fingerprint="canary-1", nonce="canary-2"))

    assert "canary" not in shown


# What is held


@pytest.mark.parametrize("start", [*WAITING, S.AUTHORIZED, S.EXPIRED, S.DECLINED])
@pytest.mark.parametrize("minor", [1, 600, 1499])
def test_a_part_of_a_hold_may_be_taken(start, minor):
    """R32: it is remembered, and only that is a success from then on."""
    part = Money(minor, "CAD")
    end = operation(start, hold_only=True).after(report(amount=part))

    assert (end.state, end.amount, end.captured, end.taken) == (S.SUCCEEDED, CAD, part, part)
    assert end.after(report(amount=part)) == end
    quiet = replace(end, review="")
    assert quiet.after(report()).review == "another amount or currency was reported"
    assert end.after(report(S.AUTHORIZED)) == end


@pytest.mark.parametrize(
    "amount", [Money(1501, "CAD"), Money(0, "CAD"), Money(600, "USD"), Money(1500, "USD")]
)
def test_no_more_than_a_hold_and_nothing_else_may_be_taken(amount):
    """R24: nor is nothing a success."""
    end = operation(S.AUTHORIZED, hold_only=True).after(report(amount=amount))

    assert (end.state, end.captured, end.taken) == (S.AUTHORIZED, None, CAD)
    assert end.review == "another amount or currency was reported"


@pytest.mark.parametrize("state", REPORTED)
def test_only_a_success_may_name_a_part(state):
    """And only of a charge that holds."""
    part = report(state, amount=Money(600, "CAD"))

    assert bool(operation(S.PENDING, hold_only=True).mismatch(part)) == (state is not S.SUCCEEDED)
    assert operation(S.PENDING).mismatch(part)


@pytest.mark.parametrize(("told", "ours"), [(Kind.VOID, Kind.RELEASE), (Kind.RELEASE, Kind.VOID)])
def test_few_tell_a_release_from_a_void(told, ours):
    """Either is fine for the other; for nothing else."""
    assert not operation(kind=ours, charge="c").mismatch(report(kind=told))
    for other in set(Kind) - {told, ours, Kind.REFUND}:
        assert operation(kind=other).mismatch(report(kind=told))
    assert operation(kind=Kind.RELEASE).mismatch(report(kind=Kind.REFUND))
