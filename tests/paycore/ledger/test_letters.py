"""Each message is kept once, in one state, however often it comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.ledger.letters import Letters
from paycore.ledger.protocol import InboxState
from paycore.money import Money
from paycore.report import Notification, Report
from paycore.states import State

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FINISHED = [state for state in InboxState if state.is_finished]


def notification(reference="w-1", theirs="T-1"):
    report = Report(reference, State.SUCCEEDED, Money(1500, "CAD"), provider_reference=theirs)
    return Notification(report, b"thanks")


def marked(letters, row, state, reason="", failed=False):
    letters.mark(row.id, state, reason, NOW, failed=failed)
    return letters.listed(None, None, "")[0]


@pytest.fixture
def letters():
    return Letters()


def test_two_states_are_not_finished():
    """What may still be applied; whatever else it is, that is its end."""
    unfinished = {state for state in InboxState if not state.is_finished}

    assert unfinished == {InboxState.VERIFIED, InboxState.PARKED}


def test_the_same_message_is_one_row(letters):
    """Copies are counted; another account's is another message."""
    rows = [letters.keep(account, "d", notification(), NOW) for account in ("a", "a", "b")]

    assert rows[0].id == rows[1].id != rows[2].id
    assert [row.copies for row in rows] == [1, 2, 1]
    assert len(letters.listed(None, None, "")) == 2


def test_messages_come_back_in_the_order_they_came(letters):
    """Whatever became of them in which order."""
    for minutes, digest in ((2, "b"), (1, "a"), (3, "c")):
        letters.keep("a", digest, notification(), NOW + timedelta(minutes=minutes))

    assert [row.digest for row in letters.listed(InboxState.VERIFIED, None, "")] == ["b", "a", "c"]


@pytest.mark.parametrize("state", FINISHED)
def test_what_is_finished_stays_finished(letters, state):
    """Two copies raced: who was slower does not undo what the other did."""
    row = letters.keep("a", "d", notification(), NOW)

    marked(letters, row, state, "first")
    after = marked(letters, row, InboxState.VERIFIED, "second")

    assert (after.state, after.reason) == (state, "first")


def test_failures_are_counted(letters):
    """Only what went wrong is one; waiting is none."""
    row = letters.keep("a", "d", notification(), NOW)

    after = [
        marked(letters, row, InboxState.PARKED).failures,
        marked(letters, row, InboxState.PARKED, failed=True).failures,
        marked(letters, row, InboxState.VERIFIED, failed=True).failures,
    ]

    assert after == [0, 1, 2]


def test_what_is_parked_is_found_by_whom_it_speaks_about(letters):
    """By our reference and by the provider's, until it is parked no more."""
    row = letters.keep("a", "d", notification(), NOW)
    found = lambda: [len(letters.parked("a", name)) for name in ("w-1", "T-1", "w-2")]  # noqa: E731
    before = found()
    marked(letters, row, InboxState.PARKED)
    waiting = found()
    marked(letters, row, InboxState.APPLIED)

    assert (before, waiting, found()) == ([0, 0, 0], [1, 1, 0], [0, 0, 0])
    assert letters.parked("b", "w-1") == ()


steps = st.tuples(st.sampled_from("abc"), st.sampled_from(["keep", *InboxState]))


@given(st.lists(steps, max_size=30))
def test_every_message_is_in_one_state(history):
    """R12: rows are neither lost nor doubled, whatever is done to them."""
    letters, rows, copies = Letters(), {}, 0
    for digest, step in history:
        if step == "keep" or digest not in rows:
            rows[digest] = letters.keep("a", digest, notification(digest, ""), NOW)
            copies += 1
        else:
            letters.mark(rows[digest].id, step, "", NOW, failed=False)

    by_state = [row.id for state in InboxState for row in letters.listed(state, None, "")]

    assert sorted(by_state) == sorted(row.id for row in rows.values())
    assert sum(row.copies for row in letters.listed(None, None, "")) == copies
    for row in letters.listed(None, None, ""):
        assert letters.parked("a", row.digest) == ((row,) if row.state is InboxState.PARKED else ())
