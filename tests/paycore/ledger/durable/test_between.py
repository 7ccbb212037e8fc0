"""PostgreSQL: somebody else comes between what a transaction read and what it writes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from paycore.errors import Conflict
from paycore.ledger.durable import inbox, open_durable, operations, recording
from paycore.ledger.durable.session import Session
from paycore.ledger.protocol import Source
from paycore.naming import wire_references
from paycore.report import Instrument, Notification, Report
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import (
    NOW,
    after_s,
    captured,
    intent,
    recorded,
    refused,
    reserved,
)


@pytest.fixture
def two(postgres):
    """Give two ledgers on one database, as two processes have them."""
    url = postgres.wiped()
    with closing(open_durable(url)) as ours, closing(open_durable(url)) as theirs:
        yield ours, theirs


@pytest.fixture
def between(monkeypatch):
    """Give what makes something happen once, after all was read and before anything is written."""

    def happens(work):
        left = [work]

        def names(*said):
            while left:
                left.pop()()
            return wire_references(*said)

        monkeypatch.setattr(operations, "wire_references", names)

    return happens


def test_a_token_stored_in_between_is_seen(two, between):
    """It is open no more, so no constraint stands in the way: it is looked for again."""
    ours, theirs = two
    wanted = intent(Kind.TOKEN, "t-1", None)
    between(lambda: recorded(theirs, reserved(theirs, wanted)))

    assert refused(Conflict, lambda: ours.reserve(intent(Kind.TOKEN, "t-2", None), NOW))
    assert [o.key for o in ours.operations("o-1", Kind.TOKEN)] == ["t-1"]


def test_a_charge_begun_in_between_is_seen(two, between):
    """R6: under another key it is in the way, whatever became of it."""
    ours, theirs = two
    between(lambda: reserved(theirs, intent(key="k-1")))

    assert refused(Conflict, lambda: ours.reserve(intent(key="k-2"), NOW))
    assert len(ours.operations("o-1", Kind.CHARGE)) == 1


def test_the_same_key_in_between_is_answered_from_the_books(two, between):
    """R7: for the same content the one operation, for other content a conflict."""
    ours, theirs = two
    between(lambda: recorded(theirs, reserved(theirs, intent())))
    same = ours.reserve(intent(), NOW)
    between(lambda: reserved(theirs, intent(owner="o-2", key="k-2")))

    assert (same.fresh, same.operation.state) == (False, State.SUCCEEDED)
    assert refused(Conflict, lambda: ours.reserve(intent(owner="o-3", key="k-2", minor=1), NOW))
    assert ours.payment("o-3") is None


@pytest.mark.parametrize("account", ["main", "b"])
def test_a_name_taken_in_between_is_not_used_twice(two, between, account):
    """Another operation was quicker, on whichever account: this one gets another name."""
    ours, theirs = two
    between(lambda: reserved(theirs, intent(Kind.TOKEN, "t-1", None, account=account)))
    made = ours.reserve(intent(), NOW)

    assert made.fresh
    assert made.operation.reference != "o-1"
    assert ours.operations("o-1", Kind.TOKEN)[0].reference == "o-1"


def test_a_name_is_waited_for_that_somebody_is_about_to_take(postgres, two, monkeypatch):
    """Asked for before the other commits, it looks free: the loser waits, and takes another."""
    ours, theirs = two
    recorded(ours, reserved(ours, intent(account="a")), State.DECLINED)
    waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    real = Session.makes_due
    with ThreadPoolExecutor(1) as pool:
        other = []

        def makes_due(*said):  # what comes after the row, and before the commit
            if not other:
                rival = intent(owner="o-1-2", key="k-3", account="a")
                other.append(pool.submit(reserved, theirs, rival))
                while not postgres.run(waits) and not other[0].done():
                    pass
            return real(*said)

        monkeypatch.setattr(Session, "makes_due", makes_due)
        made = reserved(ours, intent(key="k-2", account="b"))
        lost = other[0].result(30)

    assert (made.account, made.reference) == ("b", "o-1-2")
    assert (lost.account, lost.state, lost.attempt) == ("a", State.SUBMITTING, 1)
    assert lost.reference != made.reference
    assert [o.id for o in ours.operations("o-1-2", Kind.CHARGE)] == [lost.id]


def test_a_late_success_waits_for_the_refund_that_is_being_reserved(postgres, two, between):
    """R32: it locks the payment first, so what it then reads is what there is."""
    ours, theirs = two
    captured(ours)
    first = recorded(ours, reserved(ours, intent(Kind.REFUND, "r-1", 1000)), State.DECLINED)
    waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with ThreadPoolExecutor(1) as pool:
        late = []

        def told():
            late.append(pool.submit(recorded, theirs, first, source=Source.QUERY))
            while not postgres.run(waits) and not late[0].done():
                pass

        between(told)
        second = reserved(ours, intent(Kind.REFUND, "r-2", 600))
        after = late[0].result(30)

    assert (after.state, bool(after.review)) == (State.DECLINED, True)
    assert second.state is State.SUBMITTING
    assert ours.payment("o-1").reserved == second.amount


def test_two_reports_about_a_token_take_their_turns(postgres, two, monkeypatch):
    """R14: the second sees what the first made of it, and denies nothing that is final."""
    ours, theirs = two
    token = reserved(ours, intent(Kind.TOKEN, "t-1", None))
    waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with ThreadPoolExecutor(1) as pool:
        other = []
        real = recording.concluded

        def concluded(*said):
            if not other:
                other.append(pool.submit(recorded, theirs, token, State.DECLINED))
                while not postgres.run(waits) and not other[0].done():
                    pass
            return real(*said)

        monkeypatch.setattr(recording, "concluded", concluded)
        recorded(ours, token)
        other[0].result(30)
    after = ours.operation(token.id)

    assert (after.state, bool(after.review)) == (State.SUCCEEDED, True)
    assert len(ours.evidence(token.id)) == 2


def test_a_message_that_comes_while_its_payment_is_purged_goes_with_the_next(
    postgres, two, monkeypatch
):
    """R41: it waits for the purge, which did not see it, and says that there is more."""
    ours, theirs = two
    captured(ours)
    card = Instrument("4242********4242")
    told = Notification(Report("o-1", State.SUCCEEDED, instrument=card), b"thanks")
    waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with ThreadPoolExecutor(1) as pool:
        kept = []
        about = inbox.about

        def seen(*asked):
            found = about(*asked)
            if not kept:
                kept.append(pool.submit(theirs.keep, "main", "d", told, NOW))
                while not postgres.run(waits) and not kept[0].done():
                    pass
            return found

        monkeypatch.setattr(inbox, "about", seen)
        purged = [ours.purge(after_s(1), 9)]
        kept[0].result(30)
        purged += [ours.purge(after_s(1), 9), ours.purge(after_s(1), 9)]
    (message,) = ours.messages()

    assert purged == [1, 1, 0]
    assert message.notification.said.instrument is None
