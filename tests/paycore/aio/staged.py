"""The stage of tests, on an event loop: its till answers after a while, or when it is let."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
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
    connects: bool = True
    """Whether it is reached: if not, a call hangs until its task is cancelled, and nothing left."""
    let: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    closed: int = 0

    async def send(self, call: paycore.Call) -> paycore.Reply:
        """Carry one call."""
        if not self.connects:
            await self._hang()
        reply = self.till.send(call)
        self.begun.set()
        if self.pause_s is None:
            await self.let.wait()
        else:
            await asyncio.sleep(self.pause_s)
        return reply

    async def _hang(self) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            raise error from paycore.NotSent("there is no line")

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


async def cancelled_during(
    stage: AsyncStage, step: str, verb: Callable[[], Awaitable[object]], say: str = ""
) -> asyncio.CancelledError:
    """Let a task do `verb`, cancel it during the next `step` of the ledger; return how it ended.

    The stage's ledger has to be threaded: no other task runs during a step of one that is not.
    """
    loop, ledger = asyncio.get_running_loop(), stage.stage.ledger
    taken = getattr(ledger, step)

    async def cancel() -> None:
        task.cancel(say)

    def cancelling(*arguments: Any, **named: Any) -> object:
        setattr(ledger, step, taken)
        asyncio.run_coroutine_threadsafe(cancel(), loop).result(10)
        return taken(*arguments, **named)

    setattr(ledger, step, cancelling)
    task = asyncio.ensure_future(verb())
    try:
        await task
    except asyncio.CancelledError as error:
        return error
    raise AssertionError(f"{step}: the task was not cancelled")
