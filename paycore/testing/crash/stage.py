"""One run: a child is killed, another one recovers, and the bank's books judge them both."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

from paycore.testing.crash.bank import Bank
from paycore.testing.crash.ending import Ending
from paycore.testing.crash.judging import problems
from paycore.testing.crash.nursery import Nursery
from paycore.testing.crash.postman import Postman
from paycore.testing.crash.scenes import SCENES

KILLED: Final = -9
OPENER: Final = "paycore.ledger.durable:open_durable"


@dataclass(frozen=True)
class Part:
    """What is played: which scene, on which account, over which ledger."""

    scene: str
    account: str
    ledger: str
    """What the opener is given: a URL."""


@dataclass(frozen=True)
class Run:
    """How one run went."""

    name: str
    part: Part
    crash_at: str
    problems: Sequence[str]
    passed: Sequence[str] = ()
    """The points that the first child passed, where it lived."""

    def __str__(self) -> str:
        """Return what broke, and where."""
        told = "\n  ".join(self.problems) or "all kept"
        return f"{self.part.scene} on {self.part.account} at {self.crash_at or '-'}:\n  {told}"


@dataclass
class Told:
    """What the children of one run said."""

    passed: list[str] = field(default_factory=list)
    found: Mapping[str, Any] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    """The events that reached a callback."""
    problems: list[str] = field(default_factory=list)


class Stage:
    """A bank, a postman and a nursery; every run begins with none of their memories."""

    def __init__(self, opener: str = OPENER) -> None:
        """Set the stage.

        Args:
            opener: `module:function` that opens the ledger of a `Part`, importable anywhere.
        """
        self._opener = opener
        self._bank = Bank()
        self._postman = Postman(self._bank)
        self._told = Told()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as half_open:
            half_open.enter_context(self._bank)
            self._nursery = half_open.enter_context(Nursery())
            self._open = half_open.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def play(self, part: Part, name: str, crash_at: str = "") -> Run:
        """Play a part under a name that no other run on its ledger had; kill it at `crash_at`."""
        self._bank.forget()
        self._postman.forget()
        self._told = Told()
        self._act(part, name, crash_at, KILLED if crash_at else 0)
        self._act(part, name, "", 0, after=True)
        told = self._told
        if told.found:
            ending = Ending.of(part.account, told.found, self._bank.world, told.heard)
            told.problems += problems(ending, SCENES[part.scene].moves)
        told.problems += _damage(part.ledger)
        return Run(name, part, crash_at, told.problems, told.passed)

    def _act(
        self, part: Part, name: str, crash_at: str, wanted: int, *, after: bool = False
    ) -> None:
        job = {
            "part": "after" if after else "scene",
            "scene": part.scene,
            "account": part.account,
            "run": name,
            "opener": self._opener,
            "ledger": part.ledger,
            "bank": self._bank.url,
            "elapsed_s": self._bank.clock.elapsed,
            "crash_at": crash_at,
        }
        ended = self._nursery.play(job, self._answer)
        if ended != wanted:
            self._told.problems.append(f"the {job['part']} child ended with {ended}, not {wanted}")

    def _answer(self, said: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Do what a child asks for; what it only tells gets no answer."""
        match said:
            case {"ask": "pay", "account": account, "reference": reference}:
                self._bank.pay(account, reference)
                return {}
            case {"ask": "advance", "seconds": seconds}:
                self._bank.clock.advance(seconds)
                return {"elapsed_s": self._bank.clock.elapsed}
            case {"ask": "letters", "account": account, "copies": copies, "stranger": stranger}:
                return {"count": self._postman.collect(account, copies, stranger)}
            case {"serve": port}:
                self._postman.deliver(port)
            case {"ask": "heard"}:
                return {"ids": self._told.heard}
            case {"heard": event}:
                self._told.heard.append(event)
            case {"passed": passed}:
                self._told.passed = passed
            case {"known": known, "kept": kept}:
                self._compare(known, kept)
            case {"found": found}:
                self._told.found = found
            case {"failed": trace}:
                self._told.problems.append(trace)
        return None

    def _compare(self, known: Sequence[str], kept: Sequence[Mapping[str, Any]]) -> None:
        """Hold what was sent and acknowledged against what is there, before anybody goes on."""
        for _, reference in self._bank.world.orders:
            if reference not in known:
                self._told.problems.append(f"r02: {reference} was sent, and is not in the ledger")
        there = Counter({row["reference"]: row["copies"] for row in kept})
        for reference, times in self._postman.acknowledged.items():
            if times > there[reference]:
                self._told.problems.append(
                    f"r11: {times} messages about {reference} were acknowledged, "
                    f"{there[reference]} are there"
                )


def _damage(ledger: str) -> list[str]:
    """Return what SQLite says is broken in its file; nothing for other ledgers."""
    if not ledger.startswith("sqlite:///"):
        return []
    with closing(sqlite3.connect(ledger.removeprefix("sqlite:///"))) as connection:
        said = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    return [] if said == ["ok"] else [f"integrity_check: {line}" for line in said]
