"""A clock for simulations: true time goes on only when told, and the wall clock may lie."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

START: Final = datetime(2026, 1, 1, tzinfo=UTC)


class VirtualClock:
    """True time in seconds, and the wall clock that the code under test is shown."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        """True seconds since the start; they only grow."""
        self.skew_s = 0.0
        """How far the wall clock is ahead of true time."""

    def __call__(self) -> datetime:
        """Return what the wall clock shows, in UTC."""
        return START + timedelta(seconds=self.elapsed + self.skew_s)

    def advance(self, seconds: float) -> None:
        """Let true time go on; it never goes back."""
        self.elapsed += max(0.0, seconds)

    def step(self, skew_s: float) -> None:
        """Set the wall clock so far ahead of true time, or behind it."""
        self.skew_s = skew_s
