"""Thousands of simulated runs, with their figure as one line of JSON."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TextIO

from paycore.testing.checker import CHECKS
from paycore.testing.simulation import Outcome, Simulation
from paycore.testing.weather import WEATHERS

PROMISES: Final = tuple(sorted(name for name in {*CHECKS, *WEATHERS} if name.startswith("r")))
"""What can be tried alone."""
AT_LEAST: Final = 30
"""How many steps a run must have to count."""


@dataclass
class Tally:
    """What some runs came to."""

    promise: str
    first: int
    runs: int = 0
    short: int = 0
    """Runs of fewer than 30 steps: they prove little, and do not count."""
    steps: int = 0
    effects: int = 0
    seconds: float = 0.0
    broken: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count one run in."""
        self.runs += 1
        self.short += outcome.steps < AT_LEAST
        self.steps += outcome.steps
        self.effects += len(outcome.ending.effects)
        if outcome.violations:
            self.broken.append(outcome)

    def figure(self) -> dict[str, Any]:
        """Return the result: how many of how many broke a promise, and which."""
        return {
            "promise": self.promise or "all",
            "violations": len(self.broken),
            "schedules": self.runs - self.short,
            "short": self.short,
            "seeds": [self.first, self.first + self.runs],
            "broken": [outcome.seed for outcome in self.broken[:20]],
            "steps": self.steps,
            "effects": self.effects,
            "seconds": round(self.seconds, 1),
        }


def play(
    promise: str,
    first: int,
    count: int,
    *,
    stop_at: int = 0,
    told: Callable[[Tally], object] = lambda tally: None,
    simulation: Callable[[int, str], Simulation] = Simulation,
) -> Tally:
    """Play the runs of `count` seeds from `first` on, and return what they came to.

    Args:
        promise: Which promise to try; all of them where it is empty.
        first: The first seed.
        count: How many seeds.
        stop_at: After how many broken runs to stop; never where it is 0.
        told: Hears how far it is, after each run.
        simulation: Makes a run.
    """
    tally, began = Tally(promise, first), time.monotonic()
    for seed in range(first, first + count):
        tally.add(simulation(seed, promise).run())
        tally.seconds = time.monotonic() - began
        told(tally)
        if stop_at and len(tally.broken) >= stop_at:
            break
    return tally


def main(given: Sequence[str] | None = None, out: TextIO | None = None) -> int:
    """Run from the command line; return 0 where every promise was kept."""
    asked = _parser().parse_args(given)
    out = out or sys.stdout
    tally = play(asked.promise, asked.seed, asked.schedules, stop_at=asked.stop_at, told=_progress)
    for outcome in tally.broken[:1]:
        out.write(f"{outcome}\n")
    out.write(json.dumps(tally.figure()) + "\n")
    return 1 if tally.broken else 0


def _progress(tally: Tally) -> None:
    if tally.runs % 1000 == 0:
        done, broken = tally.first + tally.runs, len(tally.broken)
        sys.stderr.write(f"seed {done}, {broken} broken, {tally.seconds:.0f} s\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m paycore.testing.simulation",
        description="Play simulated runs; each seed is one, and is the same every time.",
        epilog="To go on where a run was stopped, start at the seed that it told last.",
    )
    parser.add_argument("--schedules", type=int, default=1000, help="how many seeds to play")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--promise", choices=PROMISES, default="", help="try this one only")
    parser.add_argument("--stop-at", type=int, default=1, help="stop after so many broken runs")
    return parser
