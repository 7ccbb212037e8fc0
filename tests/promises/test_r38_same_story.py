"""R38: a database tells the same story of a run as memory does, word for word."""

from __future__ import annotations

from functools import partial

import pytest

from paycore.ledger.durable import open_durable
from paycore.ledger.protocol import Ledger
from paycore.testing.simulation import Simulation
from paycore.testing.weather import EVERYTHING
from tests.promises.databases import DATABASES, place
from tests.promises.proof import Proof


def story(seed: int, url: str) -> str:
    """Return what happened in a run over the durable ledger at `url`."""

    def reopened(ledger: Ledger) -> Ledger:
        ledger.close()
        return open_durable(url)

    given = {"ledger": partial(open_durable, url), "reopened": reopened}
    return str(Simulation(seed, weather=EVERYTHING, **given).run())


def told_alike(kind: str, first: int, count: int) -> None:
    """Play the same runs over memory and over a database, and compare."""
    for seed in range(first, first + count):
        with place(kind) as there:
            ours, theirs = str(Simulation(seed, weather=EVERYTHING).run()), story(seed, there.url)
        pairs = zip(ours.splitlines(), theirs.splitlines(), strict=False)
        other = next((f"{one}\n{two}" for one, two in pairs if one != two), "its length")
        if ours != theirs:
            raise AssertionError(f"seed {seed}, memory and {kind} differ in\n{other}")


PROOFS = tuple(
    Proof("r38", "runs told alike", 20, 1000, partial(told_alike, kind), 20, kind)
    for kind in DATABASES
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r38_a_database_does_what_memory_does(proof):
    """With crashes, lies, forgers and a clock that steps: not one word is different."""
    proof.check()


@pytest.mark.parametrize("kind", DATABASES)
def test_r38_a_difference_is_noticed(kind, monkeypatch):
    """Another seed is another story."""
    monkeypatch.setitem(globals(), "story", lambda seed, url: str(Simulation(seed + 1).run()))
    with pytest.raises(AssertionError, match="seed 3, memory and"):
        told_alike(kind, 3, 1)
