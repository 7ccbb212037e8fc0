"""How often a promise is broken in simulated runs: the figure that each file here asks for.

`PAYCORE_TEST_SCHEDULES` says how many runs there are; each seed is one, and the same every time.
"""

from __future__ import annotations

import os
from functools import cache

from paycore.testing.checker import CHECKS
from paycore.testing.runner import Tally, play
from paycore.testing.simulation import Outcome
from paycore.testing.weather import WEATHERS

SCHEDULES = int(os.environ.get("PAYCORE_TEST_SCHEDULES", "40"))


@cache
def runs(promise: str) -> Tally:
    """Return what the runs came to in the weather of a promise, played once for all promises."""
    return play(promise if promise in WEATHERS else "", 0, SCHEDULES)


def broken(promise: str) -> str:
    """Return the story of the first run that broke a promise; empty where none did."""
    return next((str(o) for o in runs(promise).broken if _is_about(o, promise)), "")


def _is_about(outcome: Outcome, promise: str) -> bool:
    """R47 and R52 promise everything, in their own weather."""
    return promise not in CHECKS or any(
        v.promise in (promise, "errors") for v in outcome.violations
    )
