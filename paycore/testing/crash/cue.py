"""What a scene has in its hands: a gateway, the points, and the way to ask the stage for help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from paycore.errors import PaycoreError
from paycore.gateway import Gateway
from paycore.testing.clock import START
from paycore.testing.crash.line import Line
from paycore.testing.crash.points import Points
from paycore.testing.crash.serving import serve
from paycore.testing.crash.teller import Desk

T = TypeVar("T")


@dataclass
class Hands:
    """The clock of a child; the stage moves it, and the bank's with it."""

    elapsed_s: float

    def __call__(self) -> datetime:
        """Return the time, in UTC."""
        return START + timedelta(seconds=self.elapsed_s)


@dataclass
class Cue:
    """One child's part in one run."""

    desk: Desk
    points: Points
    line: Line = field(repr=False)
    hands: Hands
    account: str
    run: str
    """Names the run: every reference and key of it begins so."""

    @property
    def gateway(self) -> Gateway:
        """What the caller talks to."""
        return self.desk.gateway

    def step(self, name: str) -> None:
        """Say what comes next; an empty name means that nobody dies of it."""
        self.points.step = name

    def tried(self, call: Callable[[], T]) -> T | None:
        """Return what a call returns; None where paycore raised one of its own errors."""
        try:
            return call()
        except PaycoreError:
            return None

    def pay(self, reference: str) -> None:
        """Let the payer pay a page."""
        self.line.ask("pay", account=self.account, reference=reference)

    def advance(self, seconds: float) -> None:
        """Let time go on, here and at the bank."""
        self.hands.elapsed_s = self.line.ask("advance", seconds=seconds)["elapsed_s"]

    def post(self, copies: int = 1, stranger: str = "") -> None:
        """Let the bank deliver what was never acknowledged, each so often.

        With `stranger`, it delivers another message first, about this reference.
        """
        wanted = {"account": self.account, "copies": copies, "stranger": stranger}
        if count := self.line.ask("letters", **wanted)["count"]:
            serve(self.gateway, self.points, count, lambda port: self.line.tell({"serve": port}))
