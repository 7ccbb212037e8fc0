"""The measure of concurrent charges measures: all kinds are done, by one process and by two."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench" / "async_charge.py"


@pytest.mark.parametrize("processes", ["1", "2"])
def test_every_kind_is_measured(processes):
    """A moment of each says how near it came to the ideal."""
    few = ["--tasks", "4", "--seconds", "0.2", "--rounds", "1", "--processes", processes]
    done = subprocess.run(
        [sys.executable, str(BENCH), *few, "--json"],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    told = json.loads(done.stdout)

    assert told.pop("ideal_per_second") == 80
    assert told.keys() == {"aiohttp", "AsyncTransport", "AsyncGateway.charge"}
    assert all(0 < row["of_ideal"] < 1.5 and row["cpu_us"] > 0 for row in told.values())
