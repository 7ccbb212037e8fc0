"""Each check of messages finds what it is for, and nothing in a sound run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paycore.testing.checks import messages
from paycore.testing.checks.ending import Kept, Row
from tests.paycore.testing.scenes import ending, fact

KEPT = Kept("weak", "o", "applied", "", 1)
ROW = Row("charge", "k", "o", "weak", "o", 1500, "succeeded", "", 1, False)
CAME = fact("kept")
ACKNOWLEDGED = fact("message answered", "ok")


def test_a_sound_run_breaks_nothing():
    """One message, kept, acknowledged and applied; another refused."""
    run = ending(CAME, ACKNOWLEDGED, fact("message answered", "fail"), inbox=(KEPT,), rows=(ROW,))
    checks = messages.kept_before_acknowledged, messages.conserved, messages.none_waits_for_ever

    assert [problem for check in checks for problem in check(run)] == []


def test_an_acknowledged_message_that_is_lost_is_found():
    """More were acknowledged than are kept."""
    assert len([*messages.kept_before_acknowledged(ending(ACKNOWLEDGED))]) == 1


@pytest.mark.parametrize("copies", [0, 2])
def test_a_miscounted_message_is_found(copies):
    """Too few as well as too many."""
    run = ending(CAME, inbox=(replace(KEPT, copies=copies),))

    assert len([*messages.conserved(run)]) == 1


def test_a_message_without_a_reason_is_found():
    """Applied ones need none."""
    run = ending(CAME, inbox=(replace(KEPT, state="quarantined"),))

    assert len([*messages.conserved(run)]) == 1


@pytest.mark.parametrize(
    ("state", "rows", "found"),
    [("parked", (ROW,), 1), ("verified", (ROW,), 1), ("parked", (), 0), ("dead", (ROW,), 0)],
)
def test_one_that_waits_for_ever_is_found(state, rows, found):
    """Once its operation is known."""
    run = ending(inbox=(replace(KEPT, state=state),), rows=rows)

    assert len([*messages.none_waits_for_ever(run)]) == found
