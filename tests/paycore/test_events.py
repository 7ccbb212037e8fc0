"""What each change tells: one success to fulfilment, every alarm, and nothing twice."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from paycore.events import EventType, events_of
from paycore.money import Money
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.report import Decline, DeclineCode
from paycore.states import Kind, State

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CAD = Money(1500, "CAD")
SECRETS = ("fingerprint", "nonce", "token", "next_action", "instrument")


def operation(kind=Kind.CHARGE, state=State.SUBMITTING, **more):
    return Operation(
        **{
            **{"id": "1", "kind": kind, "owner": "o-1", "key": "k", "fingerprint": "f"},
            **{"account": "main", "reference": "o-1", "method": "", "state": state},
            **{"amount": CAD, "created_at": NOW, "updated_at": NOW, **more},
        }
    )


def told(before, after, *others):
    payment = Payment("o-1", CAD, (*others, before), NOW)
    return [event.type.value for event in events_of(before, after, payment)]


def moved(state, kind=Kind.CHARGE, **more):
    before = operation(kind)
    return told(before, replace(before, state=state, version=2, **more))


@pytest.mark.parametrize(
    ("state", "charge", "others"),
    [
        (State.SUCCEEDED, "paid", "succeeded"),
        (State.DECLINED, "failed", "failed"),
        (State.NOT_EXECUTED, "failed", "failed"),
        (State.EXPIRED, "expired", "failed"),
        (State.UNKNOWN, "unknown", "unknown"),
        (State.PENDING, "", ""),
        (State.NOT_SENT, "", ""),
    ],
)
def test_each_kind_tells_how_it_ended(state, charge, others):
    """What is still going on, or never began, is no news."""
    stored = "stored" if state is State.SUCCEEDED else others

    assert moved(state) == [f"payment.{charge}"] * bool(charge)
    assert moved(state, Kind.REFUND) == [f"refund.{others}"] * bool(others)
    assert moved(state, Kind.VOID) == [f"void.{others}"] * bool(others)
    assert moved(state, Kind.TOKEN) == [f"token.{stored}"] * bool(others)


def test_a_late_success_is_told_instead_of_an_ordinary_one():
    """The order may be cancelled by now."""
    before = operation(state=State.EXPIRED)
    after = replace(before, state=State.SUCCEEDED, late=True, review="succeeded after expired")

    assert told(before, after) == ["payment.late_success"]


def test_a_second_success_is_an_alarm_only():
    """R9: fulfilment fires once; both are named."""
    first = operation(state=State.SUCCEEDED)
    second = operation(id="2", reference="o-1-2")
    after = replace(second, state=State.SUCCEEDED, review="captured twice: o-1 and o-1-2")
    (event,) = events_of(second, after, Payment("o-1", CAD, (first, second), NOW))

    assert event.type is EventType.PAYMENT_CAPTURED_TWICE
    assert (event.facts["other"], event.facts["reference"]) == ("o-1", "o-1-2")


@pytest.mark.parametrize("state", [State.DECLINED, State.EXPIRED, State.UNKNOWN])
def test_what_becomes_of_an_attempt_that_does_not_count_is_no_news(state):
    """Beside one that took the money, or of one whose place another took."""
    paid, tried = operation(state=State.SUCCEEDED), operation(id="2", reference="o-1-2")
    gone, other = replace(tried, superseded=True), operation(id="3", reference="o-1-3")

    assert told(tried, replace(tried, state=state), paid) == []
    assert told(gone, replace(gone, state=state), other) == []
    assert told(gone, replace(gone, state=State.SUCCEEDED), other) == ["payment.paid"]


@pytest.mark.parametrize("state", [State.DECLINED, State.EXPIRED, State.UNKNOWN])
def test_what_becomes_of_a_page_is_news_where_nothing_took_its_place(state):
    """The other attempt was refused, or not one byte of it left: nothing else would be told."""
    gone = operation(superseded=True)
    never = operation(id="2", reference="o-1-2", state=State.NOT_SENT)
    refund = operation(Kind.REFUND, id="3", reference="o-1-r1")
    word = {State.DECLINED: "failed"}.get(state, state.value)

    for others in ((), (never,), (refund,)):
        assert told(gone, replace(gone, state=state), *others) == [f"payment.{word}"]


@pytest.mark.parametrize("end", [State.EXPIRED, State.DECLINED])
@pytest.mark.parametrize("state", State)
def test_the_end_of_a_hold_is_told_once(state, end):
    """By its release, open or done; by the charge where the release did nothing."""
    held = operation(state=State.AUTHORIZED, hold_only=True)
    release = operation(Kind.RELEASE, state, id="2", reference="o-1-x1", charge="1")
    word = "payment.expired" if end is State.EXPIRED else "payment.failed"
    told_by_release = state.is_open or state is State.SUCCEEDED

    assert told(held, replace(held, state=end), release) == ([] if told_by_release else [word])
    assert told(held, replace(held, state=end), replace(release, charge="9")) == [word]


@pytest.mark.parametrize("kind", [Kind.RELEASE, Kind.CAPTURE, Kind.VOID])
@pytest.mark.parametrize("charge", State)
def test_a_release_that_was_never_sent_is_told_of_what_is_over(kind, charge):
    """The charge ended while it was open, and kept quiet; nothing else is told of NOT_SENT."""
    over = kind is Kind.RELEASE and charge in (State.EXPIRED, State.DECLINED)
    end = operation(kind, id="2", reference="o-1-x1", charge="1")

    assert told(end, replace(end, state=State.NOT_SENT), operation(state=charge)) == (
        ["void.failed"] if over else []
    )


def test_a_review_is_told_once_for_each_reason():
    """Whoever takes it down makes room for the next one."""
    before = operation(state=State.UNKNOWN)
    flagged = replace(before, review="another amount or currency was reported")

    assert told(before, flagged) == ["review.needed"]
    assert told(flagged, replace(flagged, checks=2)) == []
    assert told(flagged, before) == []
    assert told(before, replace(flagged, state=State.DECLINED)) == [
        "payment.failed",
        "review.needed",
    ]


def test_an_event_has_one_id_whoever_writes_it():
    """The same change is the same event; another version is another."""
    before = operation()
    after = replace(before, state=State.SUCCEEDED, version=2)
    again = replace(after, version=3)
    ids = [events_of(before, each, None)[0].id for each in (after, after, again)]

    assert ids[0] == ids[1] != ids[2]


def test_the_facts_are_plain_and_hold_no_secret():
    """They are stored, and sent wherever the application sends them."""
    before = operation()
    decline = Decline(DeclineCode.CARD_DECLINED, "51")
    after = replace(before, state=State.DECLINED, decline=decline, token="t", nonce="n")
    (event,) = events_of(before, after, None)

    assert json.loads(json.dumps(event.facts)) == event.facts
    assert event.facts["decline"] == {"code": "card_declined", "provider_code": "51"}
    assert event.facts["amount"] == {"amount_minor": 1500, "currency": "CAD"}
    assert not event.facts.keys() & set(SECRETS)
    assert {field.name for field in fields(before)} >= event.facts.keys()
