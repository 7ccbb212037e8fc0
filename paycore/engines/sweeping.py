"""One sweep: whatever is due, step by step, so that a worker can be ended in between."""

from __future__ import annotations

from collections.abc import Callable

from paycore import log


def swept(sweep: Callable[[], bool], stopped: Callable[[], bool]) -> None:
    """Do whatever is due until nothing is, or until `stopped`; a failure waits for the next."""
    try:
        while not stopped() and sweep():
            pass
    except Exception as error:
        log.event("sweep_failed", level=log.ERROR, error=type(error).__name__)
