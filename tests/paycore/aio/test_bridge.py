"""The bridge: work that runs on the loop's thread, and waits without holding it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest

from paycore.aio.bridge import end_if_cancelled, is_cancelled, remember, step, wait, walk


async def _soon(value: object) -> object:
    await asyncio.sleep(0.001)
    return value


def test_what_it_waits_for_comes_back():
    """Work hears what an awaitable gave, as often as it waits, and its own result comes out."""

    def work(a: int, *, b: int) -> list[object]:
        return [wait(_soon(a)), wait(_soon(b)), a + b]

    assert asyncio.run(walk(work, 1, b=2)) == [1, 2, 3]


def test_work_that_waits_for_nothing():
    """A walk need not wait at all."""
    assert asyncio.run(walk(lambda: 7)) == 7


def test_errors_pass_both_ways():
    """What an awaitable raises is raised in the work; what the work raises comes out."""

    async def fails() -> None:
        await asyncio.sleep(0)
        raise KeyError("inside")

    def work() -> None:
        with pytest.raises(KeyError, match="inside"):
            wait(fails())
        raise ValueError("outside")

    with pytest.raises(ValueError, match="outside"):
        asyncio.run(walk(work))


def test_many_walks_at_once():
    """A thousand walks wait together on one thread, and none hears another's answer."""
    threads = set()

    def work(number: int) -> object:
        threads.add(threading.get_ident())
        return wait(_soon(wait(_soon(number))))

    async def all_of_them() -> list[object]:
        return await asyncio.gather(*(walk(work, number) for number in range(1000)))

    start = time.monotonic()
    assert asyncio.run(all_of_them()) == list(range(1000))
    assert len(threads) == 1
    assert time.monotonic() - start < 20  # one after the other they wait for two seconds at least


def test_each_walk_has_a_context_of_its_own():
    """Work sees its task's context variables, and what it sets stays with it."""
    name: ContextVar[str] = ContextVar("name")

    def work(mine: str) -> tuple[str, str]:
        before = name.get()
        name.set(mine)
        wait(_soon(None))
        return before, name.get()

    async def play() -> None:
        name.set("task")
        heard = await asyncio.gather(walk(work, "a"), walk(work, "b"))
        assert heard == [("task", "a"), ("task", "b")]
        assert name.get() == "task"

    asyncio.run(play())


def test_nothing_waits_outside_of_a_walk():
    """The rooms of an `AsyncGateway` are of no use to others, and say so."""
    awaitable = _soon(1)
    with pytest.raises(RuntimeError, match="outside of its verbs"):
        wait(awaitable)
    awaitable.close()


def test_a_step_runs_in_a_thread():
    """The loop goes on while a step blocks."""
    ticks = []

    async def tick() -> None:
        while True:
            ticks.append(1)
            await asyncio.sleep(0.001)

    async def play() -> int:
        ticking = asyncio.create_task(tick())
        with ThreadPoolExecutor(1) as pool:
            ident = await walk(lambda: step(pool, _blocked))
        ticking.cancel()
        return ident

    assert asyncio.run(play()) != threading.get_ident()
    assert len(ticks) > 5


def _blocked() -> int:
    time.sleep(0.1)
    return threading.get_ident()


async def cancelled_during(work: Callable[[], object]) -> None:
    """Cancel a walk while its first step is under way, and see it end so."""
    task = asyncio.create_task(walk(work))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_step_is_never_left_half_way():
    """A task that is cancelled during a step hears of it when the walk is over, and not before."""
    done = []

    def work() -> str:
        with pytest.raises(LookupError):
            step(pool, _slow_failure)
        done.append(is_cancelled())
        return "recorded"

    with ThreadPoolExecutor(1) as pool:
        asyncio.run(cancelled_during(work))

    assert done == [True]


@pytest.mark.parametrize("ends", ["returns", "fails", "is cancelled again"])
def test_whoever_cancelled_is_heard(ends):
    """However the work ends after that step, what comes out is the very error of the cancel."""
    heard: list[BaseException] = []

    def work() -> None:
        step(pool, time.sleep, 0.1)
        if ends == "fails":
            raise LookupError
        if ends == "is cancelled again":
            wait(_cancelled())

    async def listening() -> None:
        try:
            await walk(work)
        except asyncio.CancelledError as error:
            heard.append(error)
            raise

    async def play() -> None:
        task = asyncio.create_task(listening())
        await asyncio.sleep(0.02)
        task.cancel("Cancelled via cancel scope 7f")
        with pytest.raises(asyncio.CancelledError):
            await task

    with ThreadPoolExecutor(1) as pool:
        asyncio.run(play())

    assert [error.args for error in heard] == [("Cancelled via cancel scope 7f",)]


async def _cancelled() -> None:
    raise asyncio.CancelledError("by somebody else")


def test_nothing_begins_in_a_walk_that_was_cancelled():
    """Whatever would begin something hears of it at once; until then it may."""
    reached = []

    def work() -> None:
        end_if_cancelled()
        step(pool, time.sleep, 0.1)
        reached.append(is_cancelled())
        end_if_cancelled()
        reached.append("too far")

    with ThreadPoolExecutor(1) as pool:
        asyncio.run(cancelled_during(work))

    assert reached == [True]


def test_what_is_remembered_is_heard_at_the_end():
    """The work goes on to record what it knows; the first cancel is the one that is told."""
    one, two = asyncio.CancelledError("one"), asyncio.CancelledError("two")

    def work() -> str:
        remember(one)
        remember(two)
        return "recorded"

    async def play() -> None:
        with pytest.raises(asyncio.CancelledError) as caught:
            await walk(work)
        assert caught.value is one

    asyncio.run(play())


def _slow_failure() -> None:
    time.sleep(0.2)
    raise LookupError


def test_a_cancelled_wait_is_heard_at_once():
    """What was being awaited is cancelled, and the work may still take steps before it ends."""
    heard = []

    def work() -> None:
        try:
            wait(asyncio.sleep(60))
        except asyncio.CancelledError:
            heard.append(step(pool, lambda: "recorded"))
            raise

    async def play() -> None:
        task = asyncio.create_task(walk(work))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with ThreadPoolExecutor(1) as pool:
        asyncio.run(play())

    assert heard == ["recorded"]


def test_a_timeout_is_a_timeout():
    """`asyncio.timeout` around a walk says TimeoutError, even if it strikes during a step."""

    async def play(work) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await walk(work)

    with ThreadPoolExecutor(1) as pool:
        asyncio.run(play(lambda: wait(asyncio.sleep(60))))
        asyncio.run(play(lambda: step(pool, time.sleep, 0.2)))


def test_a_walk_that_is_let_go_records_what_it_can():
    """A coroutine that is closed without its loop still lets the work take its steps."""
    heard = []

    def work() -> None:
        try:
            wait(_soon(1))
        finally:
            heard.append(step(pool, lambda: "recorded"))

    async def play() -> None:
        walking = walk(work)
        walking.send(None)
        walking.close()

    with ThreadPoolExecutor(1) as pool:
        asyncio.run(play())

    assert heard == ["recorded"]


def test_a_walk_that_is_let_go_cannot_wait_any_more():
    """Work that would wait again after that is ended."""
    ended = []

    def work() -> None:
        try:
            wait(_soon(1))
        finally:
            try:
                wait(_soon(2))
            finally:
                ended.append(True)

    async def play() -> None:
        walking = walk(work)
        walking.send(None)
        walking.close()

    asyncio.run(play())

    assert ended == [True]
