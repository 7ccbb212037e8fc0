"""One sweep: whatever is due, step by step, so that a worker can be ended in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from paycore import log

MOST: Final = 2500
"""How many steps one sweep takes at most: what fails again and again must not be done all day."""


def swept(sweep: Callable[[], bool], stopped: Callable[[], bool]) -> None:
    """Do whatever is due until nothing is, or until `stopped`; a failure waits for the next."""
    try:
        for _ in range(MOST):
            if stopped() or not sweep():
                break
    except Exception as error:
        log.event("sweep_failed", level=log.ERROR, error=type(error).__name__)
