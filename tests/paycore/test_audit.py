"""The audit: what is captured is asked about once more, and what differs is found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import paycore
from paycore.states import State
from tests.stage import Says, Stage

DAY = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def stage():
    stage = Stage()
    for number in range(3):
        stage.paid(f"o-{number}")
    stage.till.next("declined", "lost_before")
    stage.charge("declined")
    stage.charge("unknown")
    return stage


def test_books_that_agree(stage):
    """Every captured charge is asked about, once; nothing else is, and nothing is raised."""
    stage.gateway.refund("o-1", paycore.Money(500, "CAD"), key="r-1")
    stage.clock.advance(60)
    found = list(stage.gateway.books.audit(DAY))

    assert [each.charge.owner for each in found] == ["o-0", "o-1", "o-2"]
    assert all(each.answered and not each.differs for each in found)
    assert [name for called, name in stage.till.calls if called == "query"] == ["o-0", "o-1", "o-2"]


def test_a_refund_that_nobody_here_made_is_found(stage):
    """What is left by the provider's books is less than by ours: a person should look."""
    stage.clock.advance(60)
    stage.till.next_query("ok", Says({"refundable": 1000}))
    heard = []
    stage.gateway.on("review.needed", heard.append)
    found = list(stage.gateway.books.audit(DAY))
    stage.gateway.deliver()

    assert [each.charge.owner for each in found if each.differs] == ["o-1"]
    assert "left to refund differs" in stage.find("o-1").review
    assert stage.find("o-1").paid
    assert [event.owner for event in heard] == ["o-1"]


@pytest.mark.parametrize("said", [{"amount": 1400}, {"currency": "USD"}, {"reference": "x"}])
def test_another_amount_is_found(stage, said):
    """So is a payment that the provider knows as another one."""
    stage.clock.advance(60)
    stage.till.next_query(Says(said))
    found = list(stage.gateway.books.audit(DAY))

    assert [each.charge.owner for each in found if each.differs] == ["o-0"]


@pytest.mark.parametrize("act", ["lost_before", Says(b"<html>"), Says({"absent": True})])
def test_silence_confirms_nothing(stage, act):
    """A provider that does not answer, or does not know it, agreed to nothing."""
    stage.clock.advance(60)
    stage.till.next_query(act)
    found = list(stage.gateway.books.audit(DAY))

    assert [each.charge.owner for each in found if not each.answered] == ["o-0"]
    assert stage.find("o-0").charge.state is State.SUCCEEDED


def test_what_is_older_is_left_alone(stage):
    """Only what was begun or changed since."""
    stage.clock.advance(3600)
    stage.paid("later")

    found = list(stage.gateway.books.audit(DAY + timedelta(seconds=1800)))
    assert [each.charge.owner for each in found] == ["later"]


def test_a_day_without_a_zone_is_refused(stage):
    """Whose midnight it is must be told."""
    with pytest.raises(paycore.InvalidRequest, match="since"):
        stage.gateway.books.audit(datetime(2026, 1, 1))
