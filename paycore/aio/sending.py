"""How a verb that walks on an event loop reaches the network."""

from __future__ import annotations

import asyncio
from typing import Protocol

from paycore.aio.bridge import is_cancelled, remember, wait
from paycore.errors import NotSent
from paycore.wire.guard import in_transaction
from paycore.wire.talk import Call, Reply


class AsyncSender(Protocol):
    """What carries calls on an event loop: all that another transport must offer."""

    async def send(self, call: Call) -> Reply:
        """Carry one call, once; cancelling the task ends it at once.

        Raises:
            NotSent: not one request byte left us.
            OutcomeUnknown: it left, and nothing came back that proves what happened.
            CancelledError: from a `NotSent`, where not one request byte left us either.
        """

    async def close(self) -> None:
        """Let go of every connection; closing twice is fine."""


class Walking:
    """An `AsyncSender`, as the core knows senders."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def send(self, call: Call) -> Reply:
        """Carry one call, and let the event loop do other things meanwhile.

        Raises:
            NotSent: a ledger transaction is open, or the task was cancelled before it left.
        """
        if in_transaction.get():
            raise NotSent(f"{call.name}: a ledger transaction is open; nothing was sent")
        if is_cancelled():
            raise NotSent(f"{call.name}: the task was cancelled before; nothing was sent")
        try:
            return wait(self._sender.send(call))
        except asyncio.CancelledError as cancelled:
            proof = cancelled.__cause__
            if not isinstance(proof, NotSent):
                raise
            remember(cancelled)
        raise NotSent(str(proof))

    def close(self) -> None:
        """Nothing: closing connections takes an event loop (`aclose`)."""

    async def aclose(self) -> None:
        """Let go of every connection."""
        await self._sender.close()
