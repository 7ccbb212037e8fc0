"""Points have names, and one of them is the last."""

from __future__ import annotations

import subprocess
import sys

import pytest

from paycore.testing.crash.points import Points


class Dead(Exception):
    """Instead of being killed."""


def dead():
    raise Dead


def test_points_are_named_by_step_and_counted():
    """The second time has its number; while no step is under way nothing is a point."""
    points = Points()
    points.reach("send.before")
    points.step = "charge"
    for _ in range(2):
        points.reach("send.before")

    assert points.passed == ["charge.send.before", "charge.send.before:2"]


def test_what_is_inside_is_named_after_what_is_around_it():
    """Before and after it, and nothing inside where nothing is around."""
    points = Points(step="charge")
    points.reach_inside("commit")
    with points.inside("record"):
        points.reach_inside("commit")
        with points.inside("ask"):
            points.reach_inside("bytes")
        points.reach_inside("commit")

    assert points.passed == [
        "charge.record.before",
        "charge.record.commit",
        "charge.ask.before",
        "charge.ask.bytes",
        "charge.ask.after",
        "charge.record.commit:2",
        "charge.record.after",
    ]


def test_what_fails_is_not_passed():
    """Its after is not reached, and it is under way no more."""
    points = Points(step="charge")
    with pytest.raises(ValueError, match="no"), points.inside("record"):
        raise ValueError("no")
    points.reach_inside("commit")

    assert points.passed == ["charge.record.before"]


def test_it_dies_at_its_point_and_not_before():
    """The second time, where that is asked for."""
    points = Points("charge.send.before:2", dead, "charge")
    points.reach("send.before")
    with pytest.raises(Dead):
        points.reach("send.before")


def test_what_is_forgotten_is_counted_anew():
    """What happened before a scene is none of its points."""
    points = Points(step="charge")
    points.reach("send.before")
    points.forget()
    points.reach("send.before")
    points.step = "charge"
    points.reach("send.before")

    assert points.passed == ["charge.send.before"]


def test_death_is_signal_9():
    """Nothing after it happens, no matter what wants to."""
    told = "from paycore.testing.crash.points import die\ntry: die()\nfinally: print('alive')"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, check=False)

    assert (done.returncode, done.stdout) == (-9, b"")
