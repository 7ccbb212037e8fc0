"""Small proofs, for the tests of what plays proofs."""

from __future__ import annotations

import os
import time

from tests.promises.proof import Proof


def counts(first: int, count: int) -> None:
    """Hold for every case."""


def breaks(first: int, count: int) -> None:
    """Break with case 25."""
    if first <= 25 < first + count:
        raise AssertionError("number 25: two was one")


def waits(first: int, count: int) -> None:
    """Never end, from case 10 on."""
    if first >= 10:
        time.sleep(3600)


def dies(first: int, count: int) -> None:
    """Take its process with it."""
    os._exit(9)


PROOFS = (
    Proof("r91", "cases", commit=5, full=95, run=counts, batch=10),
    Proof("r92", "cases", commit=5, full=50, run=counts, batch=10),
    Proof("r93", "cases", commit=5, full=60, run=breaks, batch=10, where="toyland"),
    Proof("r94", "cases", commit=5, full=60, run=waits, batch=10),
    Proof("r95", "cases", commit=5, full=60, run=dies, batch=10),
)
