"""The stage of tests, on an event loop: its till answers after a while, or when it is let."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any, cast

import paycore
from paycore.aio.gateway import AsyncGateway
from paycore.aio.ledger import ThreadedLedger
from paycore.aio.sending import Walking
from paycore.ledger.protocol import Ledger
from tests.stage import CARD, Stage, Till, cad


@dataclass
class SlowTill:
    """A till whose effect comes at once, and whose answer `pause_s` later, or when it is `let`."""

    till: Till
    pause_s: float | None = 0.0
    let: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    closed: int = 0

    async def send(self, call: paycore.Call) -> paycore.Reply:
        """Carry one call."""
        reply = self.till.send(call)
        self.begun.set()
        if self.pause_s is None:
            await self.let.wait()
        else:
            await asyncio.sleep(self.pause_s)
        return reply

    async def close(self) -> None:
        """Count it."""
        self.closed += 1


class AsyncStage:
    """A stage whose gateway is to be awaited; made on the loop that uses it."""

    def __init__(self, *, threaded: bool = False, pause_s: float | None = 0.0, **more: Any) -> None:
        self.stage = Stage(**more)
        self.slow = SlowTill(self.stage.till, pause_s)
        wiring = self.stage.wiring
        accounts = {
            name: replace(account, sender=Walking(self.slow))
            for name, account in wiring.accounts.items()
        }
        if threaded:
            ledger = cast(Ledger, ThreadedLedger(wiring.ledger))
            wiring = replace(wiring, ledger=ledger)
        self.gateway = AsyncGateway(replace(wiring, accounts=accounts))

    async def charge(self, reference: str = "o-1", minor: int = 1500) -> paycore.Payment:
        """Charge a stored card."""
        return await self.gateway.charge(reference, cad(minor), CARD)
