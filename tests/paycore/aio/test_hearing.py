"""Callbacks on an event loop: one that fails, however it does, holds up no other payment."""

from __future__ import annotations

import asyncio

import pytest

import paycore
from tests.paycore.aio.staged import AsyncStage


@pytest.fixture(params=[False, True], ids=["memory", "threads"])
def threaded(request):
    return request.param


async def gone() -> None:
    """Wait for what somebody else has cancelled."""
    job = asyncio.create_task(asyncio.sleep(60))
    await asyncio.sleep(0)
    job.cancel()
    await job


async def never() -> None:
    """Wait for what was cancelled before."""
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    await future


def raises(event: paycore.Event) -> None:
    """Raise, without awaiting anything."""
    raise asyncio.CancelledError


@pytest.mark.parametrize("wait", [gone, never, raises])
def test_what_a_callback_waits_for_may_be_cancelled(threaded, wait, caplog):
    """That is an error like any other: it is told again, and stops no other payment's events."""

    async def play() -> None:
        stage = AsyncStage(threaded=threaded)
        for number in range(3):
            await stage.charge(f"o-{number}")
        told: list[str] = []
        wrong = [True]

        def on_paid(event: paycore.Event) -> object:
            if event.owner == "o-0" and wrong:
                return wait(event) if wait is raises else wait()
            return told.append(event.owner)

        stage.gateway.on("payment.paid", on_paid)
        assert await stage.gateway.deliver() == 2
        assert sorted(told) == ["o-1", "o-2"]
        assert (await stage.charge("o-3")).paid
        wrong.clear()
        stage.stage.clock.advance(3600)
        assert (await stage.gateway.reconcile()).events == 1
        assert told[2:] == ["o-3", "o-0"]
        await stage.gateway.close()

    asyncio.run(play())
    assert "event_not_delivered" in caplog.text


def test_a_task_cancelled_in_a_callback_ends(threaded):
    """The callback was cut short, so its event is told again once the lease is over."""

    async def play() -> None:
        stage = AsyncStage(threaded=threaded)
        begun, told = asyncio.Event(), []

        async def on_paid(event: paycore.Event) -> None:
            if not begun.is_set():
                begun.set()
                await asyncio.sleep(60)
            told.append(event.owner)

        stage.gateway.on("payment.paid", on_paid)
        task = asyncio.create_task(stage.charge())
        await begun.wait()
        task.cancel("by its scope")
        with pytest.raises(asyncio.CancelledError) as caught:
            await task

        assert caught.value.args == ("by its scope",)
        assert (await stage.gateway.find("o-1")).paid
        stage.stage.clock.advance(301)
        assert await stage.gateway.deliver() == 1
        assert told == ["o-1"]
        await stage.gateway.close()

    asyncio.run(play())


def test_a_callback_has_timeouts_of_its_own():
    """A deadline inside a callback is the callback's, and an ordinary failure."""

    async def play() -> None:
        stage = AsyncStage()

        async def on_paid(event: paycore.Event) -> None:
            async with asyncio.timeout(0.01):
                await asyncio.sleep(60)

        stage.gateway.on("payment.paid", on_paid)
        assert (await stage.charge()).paid
        assert await stage.gateway.deliver() == 0
        await stage.gateway.close()

    asyncio.run(play())


def test_what_would_never_run_is_refused():
    """A generator gives something to go through, and nobody goes through it."""

    def by_steps(event):
        yield event

    async def awaited_by_steps(event):
        yield event

    async def play() -> None:
        stage = AsyncStage()
        for wrong in (by_steps, awaited_by_steps, "no function"):
            with pytest.raises(paycore.InvalidRequest, match="callback"):
                stage.gateway.on("payment.paid", wrong)
        await stage.gateway.close()

    asyncio.run(play())
