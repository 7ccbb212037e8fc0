"""Real children, really killed; and stages that notice what a broken ledger does."""

from __future__ import annotations

import pytest

from paycore.testing.crash.stage import Part, Stage
from tests.paycore.testing.crash import broken


@pytest.fixture(scope="module")
def stage():
    """Give a stage with its nursery."""
    with Stage() as stage:
        yield stage


@pytest.fixture
def part(tmp_path):
    """Give a charge on the account whose provider can tell."""
    return Part("charge", "strong", f"sqlite:///{tmp_path / 'crash.db'}")


def test_a_scene_that_nobody_kills_is_fine_and_tells_its_points(stage, part):
    """Before and after each commit, each send and each answer."""
    run = stage.play(part, "c1x")
    steps = ("reserve", "send", "record", "heard")
    places = [f"charge.{step}.{side}" for step in steps for side in ("before", "after")]

    assert not run.problems, run
    assert set(places) < set(run.passed)
    assert "charge.send.answer" in run.passed
    assert "charge.record.uncommitted" in run.passed


@pytest.mark.parametrize(
    "point",
    [
        "charge.reserve.uncommitted",
        "charge.send.bytes:2",
        "charge.send.answer",
        "charge.heard.after",
    ],
)
@pytest.mark.parametrize("account", ["weak", "strong"])
def test_a_kill_is_recovered_from(stage, part, point, account):
    """Of those that leave no row, no order, no answer, and no note that somebody heard."""
    run = stage.play(Part(part.scene, account, part.ledger), f"c{account}x", point)

    assert not run.problems, run


def test_a_point_that_is_never_reached_is_no_proof(stage, part):
    """Whoever was to be killed and lived is told as a problem."""
    (problem,) = stage.play(part, "c1x", "charge.nowhere").problems

    assert problem == "the scene child ended with 0, not -9"


def test_what_a_child_raises_is_told(stage, part):
    """With its traceback."""
    told = stage.play(Part("charge", "strong", "nonsense"), "c1x").problems

    assert "SettingsError" in told[0]
    assert told[1] == "the scene child ended with 1, not 0"


@pytest.mark.parametrize("plant", broken.PLANTS, ids=lambda plant: plant.name)
def test_a_ledger_that_breaks_a_promise_is_caught(plant, tmp_path):
    """Each at a point where only a kill shows it."""
    part = Part(plant.scene, "strong", f"sqlite:///{tmp_path / 'crash.db'}")
    with Stage(f"tests.paycore.testing.crash.broken:{plant.name}") as stage:
        run = stage.play(part, "c1x", plant.point)

    assert [each for each in run.problems if each.startswith(plant.noticed_by)], run
    assert plant.noticed_by in str(run)
