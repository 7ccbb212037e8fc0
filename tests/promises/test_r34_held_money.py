"""R34, and all that simulations judge: what is held is taken or given up, never both, never twice.

Charges hold, and callers capture, release, give back and crash, in a weather of their own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import pytest

from paycore.testing.simulation import Simulation
from paycore.testing.stepped import Stepped
from paycore.testing.weather import HOLDING
from tests.promises.proof import Proof
from tests.promises.simulated import MEMORY, SQLITE

FIGURES: Final = {MEMORY: (600, 10_000, 200), SQLITE: (15, 1000, 15)}
"""For each place: what is played for a commit, in full, and at once."""
ENOUGH: Final = 200
LEAST: Final = 0.05
"""In how many of that many runs something is captured, and released, at least; 0.1 is usual."""


def held(where: str) -> Callable[[int, int], object]:
    """Return what plays runs over ledgers of that place."""

    def played(first: int, count: int) -> None:
        done = {"capture": 0, "release": 0}
        with simulations(where) as simulation:
            for seed in range(first, first + count):
                outcome = simulation(seed).run()
                assert not outcome.violations, str(outcome)
                moved = {effect.kind for effect in outcome.ending.effects}
                done = {kind: times + (kind in moved) for kind, times in done.items()}
        if count >= ENOUGH:
            assert min(done.values()) >= count * LEAST, f"{done} of {count}: they prove little"

    return played


@contextmanager
def simulations(where: str) -> Iterator[Callable[[int], Simulation]]:
    """Give what makes a run from its seed, over an empty ledger of that place."""
    if where == MEMORY:
        yield lambda seed: Simulation(seed, weather=HOLDING)
        return
    with tempfile.TemporaryDirectory(prefix="paycore-") as folder:
        yield lambda seed: over(f"sqlite:///{folder}/{seed}.db", seed)


def over(url: str, seed: int) -> Simulation:
    """Return a run over the durable ledger at `url`, watched statement by statement."""
    place = Stepped(url)
    made = Simulation(seed, weather=HOLDING, ledger=place.open, reopened=place.reopen)
    place.scheduler = made.scene.scheduler
    return made


PROOFS = tuple(
    Proof("r34", "schedules with holds", commit, full, held(where), batch=batch, where=where)
    for where, (commit, full, batch) in FIGURES.items()
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r34_what_is_held_is_taken_or_given_up(proof):
    """Whatever is lost, late, or crashes in between."""
    proof.check()
