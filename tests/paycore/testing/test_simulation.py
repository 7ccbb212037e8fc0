"""A seed is one run, and whatever fault is planted into paycore is noticed."""

from __future__ import annotations

from functools import partial

import pytest

from paycore.ledger.memory import MemoryLedger
from paycore.testing.checker import CHECKS
from paycore.testing.simulation import Simulation
from paycore.testing.weather import EVERYTHING
from tests.paycore.testing.plants import PLANTS, never_ask_again
from tests.paycore.testing.plants_of_events import MORE

ENOUGH = 1500
"""In how many runs a planted fault must be noticed; most are in fewer than ten."""


def test_a_seed_is_one_run():
    """The same story every time, whatever else the machine does."""
    first, again, other = (str(Simulation(seed, weather=EVERYTHING).run()) for seed in (5, 5, 6))

    assert first == again != other


def test_a_run_keeps_every_promise():
    """And says how to play it again."""
    outcome = Simulation(3, "r01").run()

    assert outcome.violations == ()
    assert outcome.steps >= 30
    assert outcome.replay.endswith("simulation --seed 3 --schedules 1 --promise r01")
    assert str(outcome).startswith("all kept\npython -m paycore.testing.simulation --seed 3")


def test_what_breaks_is_told_first(monkeypatch):
    """Then the command, then the story."""
    story = str(Simulation(1, ledger=never_ask_again(monkeypatch)).run())

    assert story.startswith("r16: ")
    assert "\npython -m paycore.testing.simulation --seed 1 --schedules 1\n" in story


def test_a_ledger_is_opened_again_after_a_crash():
    """And closed in the end."""
    opened = []

    def reopened(ledger):
        opened.append(ledger)
        return ledger

    seeds = iter(range(50))
    while not opened:
        Simulation(next(seeds), reopened=reopened).run()

    assert isinstance(opened[0], MemoryLedger)


@pytest.mark.parametrize(
    ("promise", "judged"),
    [("r01", {"r01", "errors"}), ("r48", {*CHECKS} - {"r16"}), ("r47", {*CHECKS}), ("", {*CHECKS})],
)
def test_a_promise_is_judged_alone_or_in_its_own_weather_with_the_others(promise, judged):
    """All but what that weather makes impossible."""
    assert set(Simulation(0, promise)._judged()) == judged


@pytest.mark.timeout(600)  # a message that is never applied waits for days, all of them played
@pytest.mark.parametrize("planted", [*PLANTS, *MORE], ids=lambda p: f"{p.name}-{p.noticed_by}")
def test_a_planted_fault_is_noticed(planted, monkeypatch):
    """Within a bounded number of runs, by the promise that it breaks."""
    ledger = planted.plant(monkeypatch) or MemoryLedger
    play = partial(Simulation, weather=planted.weather, ledger=ledger)
    seeds = range(planted.first, planted.first + ENOUGH)
    runs = (play(seed).run() for seed in seeds)
    broken = (violation.promise for run in runs for violation in run.violations)

    assert planted.noticed_by in broken
