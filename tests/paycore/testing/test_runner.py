"""Thousands of runs, and one line of JSON."""

from __future__ import annotations

import io
import json
import runpy
import sys

import pytest

from paycore.testing import runner
from paycore.testing.runner import main, play
from paycore.testing.simulation import Simulation
from tests.paycore.testing.plants import never_ask_again


def test_a_figure_says_what_was_played():
    """How many of how many, which seeds, and for how long."""
    out = io.StringIO()
    ended = main(["--schedules", "3", "--seed", "7", "--promise", "r32"], out)
    figure = json.loads(out.getvalue())

    assert ended == 0
    assert (figure["promise"], figure["violations"], figure["schedules"]) == ("r32", 0, 3)
    assert (figure["seeds"], figure["broken"]) == ([7, 10], [])
    assert figure["steps"] >= 90


def test_it_stops_where_something_broke(monkeypatch):
    """Tells the story, and how far it came."""
    ledger = never_ask_again(monkeypatch)
    monkeypatch.setattr(runner, "play", broken_play(ledger))
    out = io.StringIO()
    ended = main(["--schedules", "50"], out)
    *story, figure = out.getvalue().splitlines()

    assert ended == 1
    assert story[0].startswith(("r16", "r48"))
    assert json.loads(figure)["violations"] == 1
    assert json.loads(figure)["seeds"][1] < 50


def broken_play(ledger):
    def play_it(*given, **named):
        made = lambda seed, promise: Simulation(seed, promise, ledger=ledger)  # noqa: E731
        return play(*given, simulation=made, **named)

    return play_it


def test_it_goes_on_where_it_is_told_to(monkeypatch):
    """Every broken run is counted."""
    ledger = never_ask_again(monkeypatch)
    tally = broken_play(ledger)("", 0, 5)

    assert tally.runs == 5
    assert 1 < len(tally.broken) == tally.figure()["violations"]


def test_a_short_run_does_not_count(monkeypatch):
    """It proves little."""
    monkeypatch.setattr(runner, "AT_LEAST", 10**6)
    figure = play("", 0, 2).figure()

    assert (figure["schedules"], figure["short"]) == (0, 2)


def test_progress_is_told_now_and_then(capsys, monkeypatch):
    """With the seed to go on from."""
    tally = play("", 0, 1)
    tally.runs = 1000
    runner._progress(tally)
    tally.runs = 1001
    runner._progress(tally)

    assert capsys.readouterr().err.startswith("seed 1000, 0 broken")


def test_it_is_a_command(monkeypatch, capsys):
    """`python -m paycore.testing.simulation`."""
    monkeypatch.setattr(sys, "argv", ["simulation", "--schedules", "1"])
    monkeypatch.delitem(sys.modules, "paycore.testing.simulation")
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("paycore.testing.simulation", run_name="__main__")

    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out)["schedules"] == 1
