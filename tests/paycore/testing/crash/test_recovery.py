"""Whoever is started again goes on until nothing is left, and says what it found first."""

from __future__ import annotations

from paycore.ledger.durable import open_durable


def said(rehearsal, name):
    return [each[name] for each in rehearsal.wire.said if name in each]


def test_what_is_there_is_told_before_anything_is_done(rehearsal):
    """Only so does it show what a kill took away."""
    rehearsal.play("charge", crash_at="charge.reserve.uncommitted")
    rehearsal.play("charge", part="after", run="c1x")
    (known,), (found,) = said(rehearsal, "known"), said(rehearsal, "found")

    assert known == []
    assert [row["state"] for row in found["rows"]] == ["succeeded"]


def test_time_goes_on_until_the_outcome_is_known(rehearsal):
    """What never left is told as never executed, and the caller begins anew."""
    rehearsal.play("charge", crash_at="charge.send.before")
    rehearsal.play("charge", part="after")
    (found,) = said(rehearsal, "found")

    assert [row["state"] for row in found["rows"]] == ["not_executed", "succeeded"]
    assert rehearsal.wire.stage._bank.clock.elapsed > 3600


def test_who_cannot_tell_is_asked_for_a_week(rehearsal):
    """Then it is left to a person, and time goes on no more."""
    rehearsal.play("charge", "weak", crash_at="charge.send.before")
    rehearsal.play("charge", "weak", "after")
    ((row,),) = [found["rows"] for found in said(rehearsal, "found")]

    assert row["state"] == "unknown"
    assert row["review"]
    assert rehearsal.wire.stage._bank.clock.elapsed > 7 * 86_400


def test_nothing_is_left_for_the_next_run(rehearsal):
    """What was heard, and could not be noted as told, is told to nobody else."""
    rehearsal.play("charge", crash_at="charge.event_told.before")
    rehearsal.play("charge", part="after")
    ledger = open_durable(rehearsal.url)
    untold = ledger.claim_events(ledger.payment("c1x").created_at.replace(year=2030), 10, 60)
    ledger.close()

    assert untold == ()
