"""Callbacks on an event loop: waited for where they give something to await."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import cast

from paycore.aio.bridge import end_if_cancelled, wait
from paycore.events import Event
from paycore.subscribers import check_callback


def awaited(callback: Callable[[Event], object]) -> Callable[[Event], object]:
    """Return a callback that is waited for, where it gives something to await.

    It is not called for a task that was cancelled; where only what it waited for was cancelled,
    it failed as with any other error.

    Raises:
        InvalidRequest: it cannot be called, or would never run.
    """
    check_callback(callback, awaited=True)

    def heard(event: Event) -> object:
        end_if_cancelled()
        try:
            told = callback(event)
            return wait(cast(Awaitable[object], told)) if inspect.isawaitable(told) else told
        except asyncio.CancelledError:
            if _is_cancelled():
                raise
        raise RuntimeError("what the callback waited for was cancelled")

    return heard


def _is_cancelled() -> bool:
    """Return whether somebody wants this task to end; not only something that it waited for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
