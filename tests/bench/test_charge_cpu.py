"""The measure of a charge's CPU time measures: each kind is done, and each part is met."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parents[2] / "bench" / "charge_cpu.py"


def test_every_kind_and_every_part_is_measured():
    """A few rounds say what a charge, a webhook and each part took, beside the yardstick."""
    few = ["--rounds", "3", "--calls", "2", "--json"]
    done = subprocess.run(
        [sys.executable, str(BENCH), *few], capture_output=True, text=True, timeout=100, check=True
    )
    told = json.loads(done.stdout)
    parts = told.pop("parts")

    assert told.keys() == {"yardstick", "charge", "webhook"}
    assert all(row["us"] > 0 for row in told.values())
    assert told["charge"]["ratio"] > 1
    assert all(us > 0 for name, us in parts.items() if name != "rest")
