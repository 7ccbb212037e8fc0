"""R38: memory, SQLite and PostgreSQL tell the same story of the same run, word for word."""

from __future__ import annotations

import os
import tempfile

import pytest

from paycore.ledger.durable import open_durable
from paycore.testing.simulation import Simulation
from paycore.testing.weather import EVERYTHING
from tests.postgres import VARIABLE, Cluster
from tests.promises.proof import Proof


def story(seed: int, url: str) -> str:
    """Return what happened in a run over the durable ledger at `url`."""

    def reopened(ledger):
        ledger.close()
        return open_durable(url)

    return str(
        Simulation(
            seed, weather=EVERYTHING, ledger=lambda: open_durable(url), reopened=reopened
        ).run()
    )
