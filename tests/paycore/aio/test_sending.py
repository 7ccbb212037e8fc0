"""How calls leave an event loop: what a task that is cancelled meanwhile leaves behind."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import pytest

import paycore
from paycore.states import State
from tests.faults import silent_port
from tests.paycore.aio.staged import AsyncStage
from tests.stage import Effect


@pytest.fixture(params=[False, True], ids=["memory", "threads"])
def threaded(request):
    return request.param


def test_cancelled_while_it_connects_it_is_not_sent(threaded):
    """Nothing left: the same key may try again, and the task ends as it was told to."""

    async def play() -> None:
        stage = AsyncStage(threaded=threaded)
        stage.slow.connects = False
        task = asyncio.create_task(stage.charge())
        await stage.slow.begun.wait()
        task.cancel("by its scope")
        with pytest.raises(asyncio.CancelledError) as caught:
            await task

        assert caught.value.args == ("by its scope",)
        payment = await stage.gateway.find("o-1")
        assert [o.state for o in payment.operations] == [State.NOT_SENT]
        stage.slow.connects = True
        assert (await stage.charge()).paid
        assert stage.stage.till.effects == [Effect("charge", "o-1", 1500)]
        await stage.gateway.close()

    asyncio.run(play())


def test_a_timeout_while_it_connects_is_a_timeout(threaded):
    """`asyncio.timeout` around a charge says TimeoutError, though the charge is NOT_SENT."""

    async def play() -> None:
        stage = AsyncStage(threaded=threaded)
        stage.slow.connects = False
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await stage.charge()

        payment = await stage.gateway.find("o-1")
        assert [o.state for o in payment.operations] == [State.NOT_SENT]
        await stage.gateway.close()

    asyncio.run(play())


def test_an_error_of_the_sender_is_no_proof(threaded):
    """A sender that is cancelled for any other reason proves nothing."""

    async def play() -> None:
        stage = AsyncStage(threaded=threaded, pause_s=None)

        async def lost(call: paycore.Call) -> paycore.Reply:
            raise asyncio.CancelledError from paycore.OutcomeUnknown("a part of it was written")

        stage.slow.send = lost
        with pytest.raises(asyncio.CancelledError):
            await stage.charge()
        payment = await stage.gateway.find("o-1")
        assert [o.state for o in payment.operations] == [State.UNKNOWN]
        await stage.gateway.close()

    asyncio.run(play())


def test_a_provider_that_is_not_reached_leaves_nothing_open():
    """With the real transport: whoever has less patience than it may simply try again."""

    async def play(port: int) -> None:
        account = {
            "provider": "iotpay",
            "mode": "sandbox",
            "base_url": f"http://127.0.0.1:{port}",
            "merchant_id": "10000701",
            "merchant_key": "k" * 32,
            "login_name": "jack123",
        }
        settings = {"ledger": "memory://", "accounts": {"cards": account}}
        async with paycore.open_async_gateway(settings) as gateway:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await gateway.charge(
                        "o-1", paycore.Money(1500, "CAD"), paycore.StoredToken("card")
                    )
            payment = await gateway.find("o-1")
            assert [o.state for o in payment.operations] == [State.NOT_SENT]

    with ExitStack() as stack:
        asyncio.run(play(silent_port(stack)))
