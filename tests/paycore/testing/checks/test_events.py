"""Each check of events finds what it is for, and nothing in a sound run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paycore.testing.checks import events
from paycore.testing.checks.ending import Row, Told
from tests.paycore.testing.scenes import ending, fact, moved

PAID = Told("o-2", "payment.paid", "o", "weak", "o", "charge", "succeeded")
UNKNOWN = Told("o-1", "payment.unknown", "o", "weak", "o", "charge", "unknown")
REVIEW = Told("o-3", events.REVIEW, "o", "weak", "o", "charge", "succeeded")
SECOND = Told("p-1", events.TWICE, "o", "weak", "p", "charge", "succeeded", "o")
ROW = Row("charge", "k", "o", "weak", "o", 1500, "succeeded", "", 2, None)
HAPPENED = (moved("unknown"), moved("succeeded", "unknown"))


def heard(name, mark="ok"):
    """Return that the application heard of an event."""
    return fact("heard", mark, event=name, owner="o")


@pytest.mark.parametrize(
    ("more", "outbox", "found"),
    [
        ((heard("o-1"), heard("o-2")), (UNKNOWN, PAID), 0),
        ((heard("o-1", "fail"), heard("o-1"), heard("o-2"), heard("o-1")), (UNKNOWN, PAID), 0),
        ((heard("o-1"), heard("o-2"), heard("o-3")), (UNKNOWN, PAID, REVIEW), 0),
        ((heard("o-1"), heard("o-2", "fail")), (UNKNOWN, PAID), 1),
        ((heard("o-1"), heard("o-2"), heard("o-4", "fail")), (UNKNOWN, PAID), 1),
        ((heard("o-2"), heard("o-1")), (UNKNOWN, PAID), 1),
        ((heard("o-1"),), (UNKNOWN,), 1),
        ((heard("o-1"), heard("o-2"), heard("o-4")), (UNKNOWN, PAID, replace(PAID, name="o-4")), 1),
        ((heard("o-1"), heard("o-2")), (UNKNOWN, replace(PAID, type="payment.failed")), 1),
    ],
)
def test_an_event_that_is_lost_or_made_up_is_found(more, outbox, found):
    """Each change is told, once or more, and nothing else; in the order in which it happened."""
    run = ending(*HAPPENED, *more, outbox=outbox)

    assert len([*events.told_at_least_once(run)]) == found


@pytest.mark.parametrize("kind", ["refund", "void"])
@pytest.mark.parametrize(
    ("state", "told", "found"),
    [("declined", "failed", 0), ("unknown", "unknown", 0), ("succeeded", "failed", 1)],
)
def test_what_went_back_is_told_in_its_own_words(kind, state, told, found):
    """A refund that was declined has failed."""
    event = Told("o-1", f"{kind}.{told}", "o", "weak", "o", kind, state)
    run = ending(moved(state, kind=kind), heard("o-1"), outbox=(event,))

    assert len([*events.told_at_least_once(run)]) == found


@pytest.mark.parametrize("quiet", ["superseded", "beside"])
def test_what_became_of_an_attempt_that_gave_way_is_no_news(quiet):
    """Whether it is told or not; and so it is beside one that took the money."""
    gave_way = {**moved("pending"), "what": "superseded"} if quiet == "superseded" else HAPPENED[0]
    rows = () if quiet == "superseded" else (ROW, replace(ROW, reference="p", state="expired"))
    where = "o" if quiet == "superseded" else "p"
    run = ending(gave_way, moved("expired", "pending", reference=where), rows=rows)

    assert [each for each in events.told_at_least_once(run) if "expired" in each] == []


def test_a_review_that_nobody_hears_of_is_found():
    """An alarm of another kind will do."""
    rows = (replace(ROW, review="captured twice: o and p", reference="p"),)
    loud = ending(moved("succeeded", reference="p"), heard("p-1"), rows=rows, outbox=(SECOND,))

    assert [*events.told_at_least_once(loud)] == []
    assert len([*events.told_at_least_once(ending(rows=rows))]) == 1


@pytest.mark.parametrize(
    ("rows", "outbox", "found"),
    [
        ((ROW,), (PAID,), 0),
        ((ROW, replace(ROW, reference="p")), (PAID, SECOND), 0),
        ((ROW,), (), 1),
        ((ROW,), (PAID, replace(PAID, type="payment.late_success")), 1),
        ((ROW, replace(ROW, reference="p")), (PAID,), 1),
        ((ROW, replace(ROW, reference="p")), (PAID, replace(SECOND, other="")), 1),
    ],
)
def test_a_payment_that_is_fulfilled_twice_is_found(rows, outbox, found):
    """The second charge is told as what it is, and names the first."""
    assert len([*events.fulfilled_once(ending(rows=rows, outbox=outbox))]) == found


@pytest.mark.parametrize(
    ("kind", "type_", "found"),
    [
        ("release", "void.failed", 0),
        ("release", "void.succeeded", 1),
        ("release", "", 0),
        ("capture", "", 0),
        ("capture", "capture.failed", 2),
    ],
)
def test_of_what_was_never_sent_a_release_alone_may_tell(kind, type_, found):
    """Its charge was over, and left it to the release to say so."""
    outbox = (Told("e-1", type_, "o", "weak", "o", kind, "not_sent"),) if type_ else ()
    run = ending(moved("not_sent", kind=kind), heard("e-1"), outbox=outbox)
    problems = [each for each in events.told_at_least_once(run) if "not_sent" in each]

    assert len(problems) == found
