"""Where the core meets the event loop: it runs in a greenlet, and waits without a thread.

One text serves both: a verb that calls the network or a durable ledger leaves its greenlet with
what is to be awaited, and comes back with what came of it (docs/adr/0010).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from contextvars import copy_context
from functools import partial
from typing import Any, ParamSpec, TypeVar, cast

from greenlet import getcurrent, greenlet

P = ParamSpec("P")
T = TypeVar("T")


class Walk(greenlet):
    """One verb under way on an event loop."""

    cancelled: asyncio.CancelledError | None = None
    """How somebody cancelled the task, where the verb has not heard of it: it was to go on."""
    abandoned = False
    """Whether the event loop has let go of it: nothing can be awaited any more."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(work)
        self.gr_context = copy_context()


async def walk(work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Run `work` here, and await whatever it waits for; return or raise what it does.

    Raises:
        CancelledError: the task was cancelled; what had begun was recorded first.
    """
    one = Walk(partial(work, *args, **named))
    try:
        said = await _to_its_end(one)
    except (Exception, asyncio.CancelledError):
        if one.cancelled is None:
            raise
    else:
        if one.cancelled is None:
            return cast(T, said)
    raise one.cancelled  # the very one: whoever cancels knows it again by what it says


async def _to_its_end(one: Walk) -> object:
    said = one.switch()
    while not one.dead:
        try:
            heard = await said
        except GeneratorExit as gone:
            _abandon(one, gone)
            raise
        except BaseException as error:  # a cancelled task, too: the verb records what it proves
            said = one.throw(error)
        else:
            said = one.switch(heard)
    return said


def wait(awaitable: Awaitable[T]) -> T:
    """Return what `awaitable` gives, while the event loop does other things meanwhile."""
    return cast(T, _here().parent.switch(awaitable))  # type: ignore[union-attr]


def step(pool: Executor, work: Callable[..., T], *args: Any, **named: Any) -> T:
    """Return what one step of the ledger gives, done in a thread and waited for to its end.

    A task that is cancelled meanwhile hears of it before the next call leaves, or at the end:
    what a step has committed is never lost from sight.
    """
    one = _here()
    if one.abandoned:
        return work(*args, **named)
    loop = asyncio.get_running_loop()
    return wait(_whole(one, loop.run_in_executor(pool, partial(work, *args, **named))))


def is_cancelled() -> bool:
    """Return whether the task of this walk was cancelled, and its verb has not heard of it."""
    return _here().cancelled is not None


def end_if_cancelled() -> None:
    """Let nothing new begin in a walk whose task was cancelled.

    Raises:
        CancelledError: it was.
    """
    if (cancelled := _here().cancelled) is not None:
        raise cancelled


def remember(cancelled: asyncio.CancelledError) -> None:
    """Let this walk go on to record what it knows; its task hears of it when it is over."""
    one = _here()
    one.cancelled = one.cancelled or cancelled


async def _whole(one: Walk, future: asyncio.Future[T]) -> T:
    while not future.done():
        try:
            await asyncio.wait((future,))
        except asyncio.CancelledError as cancelled:
            one.cancelled = one.cancelled or cancelled
    return future.result()


def _abandon(one: Walk, gone: GeneratorExit) -> None:
    """Let a walk record what it can, as nothing will be awaited for it any more."""
    one.abandoned = True
    while not one.dead:
        try:
            said = one.throw(gone)
        except GeneratorExit:
            return
        close = getattr(said, "close", None)
        if not one.dead and close is not None:
            close()


def _here() -> Walk:
    one = getcurrent()
    if not isinstance(one, Walk):
        raise RuntimeError(  # noqa: TRY004  # it is the place that is wrong
            "an AsyncGateway's rooms were used outside of its verbs"
        )
    return one
