"""Every scene, played to its end in this process, does what it says, and again does no more."""

from __future__ import annotations

import pytest

from paycore.testing.crash.ending import Ending
from paycore.testing.crash.judging import problems
from paycore.testing.crash.scenes import SCENES
from paycore.testing.worldly import STRONG, WEAK


def ended(rehearsal, account):
    stage = rehearsal.wire.stage
    return Ending.of(account, stage._told.found, stage._bank.world, stage._told.heard)


@pytest.mark.parametrize("account", [WEAK, STRONG])
@pytest.mark.parametrize("name", SCENES)
def test_a_scene_moves_what_it_says(rehearsal, name, account):
    """Undisturbed, and repeated by the one who comes after."""
    passed = rehearsal.play(name, account)
    rehearsal.play(name, account, "after")

    assert problems(ended(rehearsal, account), SCENES[name].moves) == []
    assert {point.split(".")[0] for point in passed} == {name}


@pytest.mark.parametrize("account", [WEAK, STRONG])
@pytest.mark.parametrize("name", SCENES)
def test_a_scene_begun_and_broken_off_ends_well(rehearsal, name, account):
    """Its first commit, its last point, and one in the middle: as if killed there."""
    points = rehearsal.play(name, account, run="c0x")
    for number, point in enumerate((points[2], points[len(points) // 2], points[-1])):
        rehearsal.wire.stage._bank.forget()
        rehearsal.wire.stage._told = type(rehearsal.wire.stage._told)()
        for part, crash_at in (("scene", point), ("after", "")):
            rehearsal.play(name, account, part, crash_at, run=f"c{number + 1}x")

        assert problems(ended(rehearsal, account), SCENES[name].moves) == [], point


def test_every_step_that_must_survive_is_a_point(rehearsal):
    """Send, receive and acknowledgement, each before and after; commits are methods that write."""
    passed = {
        point.partition(".")[2] for name in SCENES for point in rehearsal.play(name, run=f"c{name}")
    }
    steps = "reserve record keep mark claim_check claim_events event_told send ask heard ack"
    wanted = {f"{step}.{side}" for step in steps.split() for side in ("before", "after")}

    assert wanted <= passed
