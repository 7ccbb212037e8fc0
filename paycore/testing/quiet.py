"""Silence for runs whose alarms are the point."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet() -> Iterator[None]:
    """Let paycore log nothing meanwhile."""
    log = logging.getLogger("paycore")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before
