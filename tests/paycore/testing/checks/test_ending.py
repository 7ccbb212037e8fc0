"""How a run ended, as a check may look at it."""

from __future__ import annotations

from paycore.testing.checks.ending import Row, place
from tests.paycore.testing.scenes import effect, ending, fact, moved, reserved


def test_transitions_are_what_was_reserved_and_recorded():
    """In order, and nothing else."""
    run = ending(reserved(), fact("busy"), moved("succeeded"))

    assert [event.what for event in run.transitions()] == ["reserved", "recorded"]
    assert {place(event) for event in run.transitions()} == {("weak", "o")}


def test_what_moved_is_counted_until_a_time():
    """Under one reference."""
    run = ending(effects=(effect(at_s=1.0), effect(at_s=9.0), effect(reference="x")))

    assert (run.moved(("weak", "o"), 5.0), run.moved(("weak", "o"))) == (1500, 3000)


def test_absence_proves_something_of_one_account_only():
    """Of the strong one."""
    rows = [
        Row("charge", "k", "o", name, "o", 1, "unknown", "", 0, True) for name in ("weak", "strong")
    ]

    assert [ending().proves_absence(row) for row in rows] == [False, True]
