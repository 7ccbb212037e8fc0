"""What a scene has in its hands: a gateway, the points, and the way to ask the stage for help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from paycore.errors import PaycoreError
from paycore.events import Event, EventType
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

    @property
    def stranger(self) -> str:
        """The reference of a payment that nobody here asked for."""
        return f"{self.run}-stranger"

    def listen(self) -> None:
        """Hear every event from now on; the stage remembers what was heard."""
        for kind in EventType:
            self.gateway.on(kind, self._hear)

    def heard(self) -> set[str]:
        """Return the ids of the events that were heard, by whichever child."""
        return set(self.line.ask("heard")["ids"])

    def _hear(self, event: Event) -> None:
        self.points.reach("heard.before")
        self.line.tell({"heard": event.id})
        self.points.reach("heard.after")

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

    def post(self, copies: int = 1, *, stranger: bool = False) -> None:
        """Let the bank deliver what was never acknowledged, each so often, a stranger's first."""
        named = self.stranger if stranger else ""
        wanted = {"account": self.account, "copies": copies, "stranger": named}
        if count := self.line.ask("letters", **wanted)["count"]:
            serve(self.gateway, self.points, count, lambda port: self.line.tell({"serve": port}))
