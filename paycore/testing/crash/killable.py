"""A ledger and a sender with points around whatever they do; neither does anything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar

from paycore.account import Sender
from paycore.errors import OutcomeUnknown
from paycore.ledger.protocol import Ledger
from paycore.testing.crash.points import Points
from paycore.testing.world import URL
from paycore.wire.talk import Call, Reply

T = TypeVar("T")
WRITES: Final = frozenset(
    (
        "reserve",
        "record",
        "claim_check",
        "keep",
        "mark",
        "supersede",
        "settle",
        "revive",
        "claim_events",
        "hold_event",
        "event_told",
        "event_failed",
        "purge",
    )
)
"""The methods that commit something."""


class KillableLedger:
    """Stands before a ledger: `reserve.before` and `reserve.after`, and so for all that write."""

    def __init__(self, ledger: Ledger, points: Points) -> None:
        self._ledger = ledger
        self._points = points

    def __getattr__(self, name: str) -> Any:
        """Return a method, with points around it where it commits something."""
        method = getattr(self._ledger, name)
        return partial(self._written, name, method) if name in WRITES else method

    def _written(self, name: str, method: Callable[..., T], *given: Any, **named: Any) -> T:
        with self._points.inside(name):
            return method(*given, **named)


class KillableSender:
    """Carries calls to the bank: `send.before` and `send.after`, for a query `ask.…`."""

    def __init__(self, sender: Sender, home: str, points: Points) -> None:
        """Stand before a sender.

        Args:
            sender: What carries the calls.
            home: Where the bank listens; what is said to the simulated world goes there.
            points: Where to die.
        """
        self.loses = False
        """While set, answers are lost on their way: the bank has the call, and we do not know."""
        self.meanwhile: Callable[[], None] | None = None
        """What happens once, while the next call is under way and the bank has it already."""
        self._sender = sender
        self._home = home
        self._points = points

    def send(self, call: Call) -> Reply:
        """Carry one call."""
        with self._points.inside("ask" if call.name == "query" else "send"):
            reply = self._sender.send(replace(call, url=call.url.replace(URL, self._home)))
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        if self.loses:
            raise OutcomeUnknown("the answer was lost on its way")
        return reply

    def close(self) -> None:
        """Close the sender."""
        self._sender.close()
