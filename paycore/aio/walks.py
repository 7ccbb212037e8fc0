"""The verbs under way on an event loop: whether another may begin, and when the last one ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from paycore.aio.bridge import walk
from paycore.errors import NotSent

P = ParamSpec("P")
T = TypeVar("T")

Task = asyncio.Task[object] | None


class Walks:
    """The walks of one gateway: once it is closed none begins, and their end can be awaited."""

    def __init__(self) -> None:
        self.closed = False
        self._tasks: list[Task] = []
        self._waiting: list[Task] = []
        self._changed = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Let a verb walk; return or raise what it does.

        Raises:
            NotSent: the gateway is closed, or belongs to another event loop.
            CancelledError: the task was cancelled; what had begun was recorded first.
        """
        self.check_open()
        self._check_loop()
        task = asyncio.current_task()
        self._tasks.append(task)
        try:
            return await walk(work, *args, **named)
        finally:
            self._tasks.remove(task)
            self._changed.set()

    def check_open(self) -> None:
        """Refuse what would begin something new once the gateway is closed.

        Raises:
            NotSent: it is.
        """
        if self.closed:
            raise NotSent("the gateway is closed; nothing was sent")

    def _check_loop(self) -> None:
        """Refuse another loop than the first: connections and locks belong to that one."""
        loop = asyncio.get_running_loop()
        self._loop = self._loop or loop
        if loop is not self._loop:
            raise NotSent("the gateway belongs to another event loop; open one for each loop")

    async def ended(self) -> None:
        """Return when none is under way any more.

        A task that waits here, from a callback of its own walk, is not waited for.
        """
        task = asyncio.current_task()
        self._waiting.append(task)
        self._changed.set()
        try:
            while any(each not in self._waiting for each in self._tasks):
                self._changed.clear()
                await self._changed.wait()
        finally:
            self._waiting.remove(task)
