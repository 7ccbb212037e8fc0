"""An AsyncGateway is closed under its verbs: each comes to its end, and none begins."""

from __future__ import annotations

import asyncio

import pytest

import paycore
from paycore.aio.bridge import wait
from paycore.aio.walks import Walks
from paycore.states import State
from paycore.verbs.receive import NOT_STORED
from tests.paycore.aio.staged import AsyncStage
from tests.stage import CARD, Effect, cad, message


@pytest.fixture(params=[False, True], ids=["memory", "threads"])
def threaded(request):
    return request.param


async def within(awaitable):
    """Return what comes of it; a deadlock is a failure."""
    return await asyncio.wait_for(awaitable, 20)


def test_a_verb_under_way_is_waited_for(threaded):
    """Its answer is recorded, and returned, before the ledger is closed."""

    async def play() -> None:
        stage = AsyncStage(threaded=threaded, pause_s=None)
        ledger, found = stage.stage.ledger, []
        ledger.close = lambda: found.append(ledger.payment("o-1").paid)
        charging = asyncio.create_task(stage.charge())
        await stage.slow.begun.wait()
        closing = asyncio.create_task(stage.gateway.close())
        await asyncio.sleep(0.05)
        assert (closing.done(), stage.slow.closed, found) == (False, 1, [])
        stage.slow.let.set()
        await within(closing)
        assert (await charging).paid
        assert found == [True]

    asyncio.run(play())


def test_a_closed_gateway_refuses(threaded, caplog):
    """Every verb by NotSent, and a message by 503: its provider sends it again."""

    async def play() -> None:
        stage = AsyncStage(threaded=threaded)
        await stage.charge()
        await stage.gateway.close()
        await stage.gateway.close()
        gateway = stage.gateway
        verbs = (
            gateway.charge("o-2", cad(100), CARD),
            gateway.refund("o-1", key="r-1"),
            gateway.find("o-1"),
            gateway.reconcile(),
            gateway.deliver(),
        )
        for verb in verbs:
            with pytest.raises(paycore.NotSent, match="the gateway is closed"):
                await verb
        assert await gateway.receive("main", message(reference="o-1")) == NOT_STORED
        assert "webhook_not_kept account=main error=NotSent" in caplog.text
        assert stage.stage.till.effects == [Effect("charge", "o-1", 1500)]

    asyncio.run(play())


def test_a_round_that_is_closed_asks_no_more(threaded):
    """The plan of what it did not come to stays as it is, and so do the events."""

    async def play() -> None:
        stage = AsyncStage(threaded=threaded)
        stage.stage.till.next(*["lost_after"] * 4)
        for number in range(4):
            await stage.charge(f"o-{number}")
        told: list[str] = []
        stage.gateway.on("payment.paid", lambda event: told.append(event.owner))
        stage.stage.clock.advance(60)
        stage.slow.pause_s = None
        stage.slow.begun.clear()
        reconciling = asyncio.create_task(stage.gateway.reconcile())
        await stage.slow.begun.wait()
        closing = asyncio.create_task(stage.gateway.close())
        await asyncio.sleep(0)
        stage.slow.let.set()
        await within(closing)
        done = await reconciling
        assert (done.settled, done.still_open, done.events, told) == (1, 3, 0, [])
        found = [stage.stage.find(f"o-{n}").operations[0] for n in range(4)]
        assert sorted(operation.checks for operation in found) == [0, 0, 0, 1]

    asyncio.run(play())


def test_a_verb_that_has_not_reserved_yet_begins_nothing():
    """Closed while it reads: it is refused, and there is no row."""

    async def play() -> None:
        stage = AsyncStage(threaded=True)
        await stage.charge()
        ledger, loop = stage.stage.ledger, asyncio.get_running_loop()
        found = ledger.payment

        async def close() -> None:
            closing.append(asyncio.create_task(stage.gateway.close()))
            await asyncio.sleep(0)

        def closed_meanwhile(reference):
            asyncio.run_coroutine_threadsafe(close(), loop).result(10)
            return found(reference)

        closing: list[asyncio.Task[None]] = []
        ledger.payment = closed_meanwhile
        with pytest.raises(paycore.NotSent, match="the gateway is closed"):
            await stage.gateway.refund("o-1", key="r-1")
        await within(closing[0])
        assert len(found("o-1").operations) == 1

    asyncio.run(play())


def test_callbacks_may_close_the_gateway(threaded):
    """Whoever closes it from within a verb does not wait for that verb; two at once neither."""

    async def play() -> None:
        stage = AsyncStage(threaded=threaded)
        both, told = [], []

        async def on_paid(event: paycore.Event) -> None:
            both.append(event.owner)
            while len(both) < 2:
                await asyncio.sleep(0)
            await stage.gateway.close()
            told.append(event.owner)

        stage.gateway.on("payment.paid", on_paid)
        payments = await within(asyncio.gather(stage.charge("o-1"), stage.charge("o-2")))
        assert all(payment.charge.state is State.SUCCEEDED for payment in payments)
        assert sorted(told) == ["o-1", "o-2"]

    asyncio.run(play())


def test_a_sender_that_cannot_be_closed_keeps_nothing_open(threaded):
    """Its error is raised once all else is closed."""

    async def play() -> None:
        stage = AsyncStage(threaded=threaded)
        closed: list[bool] = []
        stage.stage.ledger.close = lambda: closed.append(True)

        async def stuck() -> None:
            raise OSError("stuck")

        stage.slow.close = stuck
        with pytest.raises(OSError, match="stuck"):
            await stage.gateway.close()
        assert closed == [True]

    asyncio.run(play())


def test_a_close_that_is_cancelled_closes_all_the_same(threaded):
    """Who has no patience for what is under way leaves it to the next process."""

    async def play() -> None:
        stage = AsyncStage(threaded=threaded, pause_s=None)
        closed: list[bool] = []
        stage.stage.ledger.close = lambda: closed.append(True)
        charging = asyncio.create_task(stage.charge())
        await stage.slow.begun.wait()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(stage.gateway.close(), 0.05)
        assert closed == [True]
        charging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await charging

    asyncio.run(play())


def test_walks_are_counted_whatever_they_end_in():
    """One that returns, raises, is cancelled or let go: none is waited for any more."""

    def fails() -> None:
        raise LookupError

    async def play() -> None:
        walks = Walks()
        assert await walks.run(lambda: 1) == 1
        with pytest.raises(LookupError):
            await walks.run(fails)
        task = asyncio.create_task(walks.run(lambda: wait(asyncio.sleep(60))))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        gone = walks.run(lambda: wait(asyncio.sleep(0.001)))
        gone.send(None)
        gone.close()
        await within(walks.ended())

    asyncio.run(play())


def test_another_loop_is_refused_by_name():
    """Connections belong to the loop that made them: the second charge would be UNKNOWN."""
    stage = AsyncStage(threaded=False)
    asyncio.run(stage.charge())
    with pytest.raises(paycore.NotSent, match="another event loop; open one for each"):
        asyncio.run(stage.charge(reference="o-2"))

    assert stage.stage.ledger.payment("o-2") is None


@pytest.mark.parametrize("account", ["main", "nobody"])
def test_a_message_on_another_loop_is_answered_503(account, caplog):
    """`receive` never raises: its provider sends it again, and the log says what is wrong."""
    stage = AsyncStage(threaded=False)
    asyncio.run(stage.charge())
    answer = asyncio.run(stage.gateway.receive(account, message(reference="o-1")))

    assert answer == NOT_STORED
    assert stage.stage.ledger.messages() == ()
    assert "webhook_not_kept" in caplog.text
    assert "the gateway belongs to another event loop" in caplog.text
    assert "nobody" not in caplog.text
