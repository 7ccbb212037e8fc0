"""Where the ledger of a simulated run lies: in memory, in a file, or in a real PostgreSQL."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from paycore.testing.simulation import Simulation
from paycore.testing.stepped import Stepped
from tests.postgres import VARIABLE, Cluster

MEMORY: Final = "memory"
SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
PLACES: Final = (MEMORY, SQLITE, POSTGRESQL)
Simulations = Callable[[int, str], Simulation]


@contextmanager
def simulations(where: str) -> Iterator[Simulations]:
    """Give what makes a run from its seed and promise, over an empty ledger of that place.

    The server of PostgreSQL is the one that PAYCORE_TEST_POSTGRES_URL names.
    """
    if where == MEMORY:
        yield Simulation
    elif where == SQLITE:
        with tempfile.TemporaryDirectory(prefix="paycore-") as folder:
            yield lambda seed, promise: over(f"sqlite:///{folder}/{seed}.db", seed, promise)
    else:
        cluster = Cluster(os.environ[VARIABLE])
        try:
            yield lambda seed, promise: over(cluster.wiped(), seed, promise)
        finally:
            cluster.drop()


def over(url: str, seed: int, promise: str) -> Simulation:
    """Return a run over the durable ledger at `url`, watched statement by statement."""
    place = Stepped(url)
    made = Simulation(seed, promise, ledger=place.open, reopened=place.reopen)
    place.scheduler = made.scene.scheduler
    return made
