"""A walk whose task was cancelled begins nothing new; what happened is recorded."""

from __future__ import annotations

import asyncio

import pytest

import paycore
from paycore.states import State
from tests.paycore.aio.staged import AsyncStage, cancelled_during
from tests.stage import PAGE, Effect, cad, message


def queries(stage: AsyncStage) -> int:
    """Return how often the provider was asked."""
    return stage.stage.till.count("query")


async def lost(count: int, **named: bool) -> AsyncStage:
    """Return a stage on which the answers to some charges were lost, and asking is due."""
    stage = AsyncStage(**named)
    stage.stage.till.next(*["lost_after"] * count)
    for number in range(count):
        await stage.charge(f"o-{number}")
    stage.stage.clock.advance(9 * 86_400)  # the last step of the plan: then a person looks
    return stage


def plans(stage: AsyncStage, count: int) -> set[tuple[int, str]]:
    """Return what the plans of the lost charges have come to."""
    return {
        (operation.checks, operation.review)
        for number in range(count)
        for operation in stage.stage.find(f"o-{number}").operations
    }


def test_a_cancelled_round_leaves_the_plan_alone():
    """No operation is noted as asked, or put to a person, by a round that asks nobody."""

    async def play() -> None:
        stage = await lost(5, threaded=True)
        await cancelled_during(stage, "due", stage.gateway.reconcile)
        assert (plans(stage, 5), queries(stage)) == ({(0, "")}, 0)
        done = await stage.gateway.reconcile()
        assert (done.asked, done.settled, queries(stage)) == (5, 5, 5)
        await stage.gateway.close()

    asyncio.run(play())


@pytest.mark.parametrize("threaded", [False, True], ids=["memory", "threads"])
def test_a_round_cancelled_while_it_connects_asks_no_other(threaded):
    """The question that was not sent was planned; those behind it are as they were."""

    async def play() -> None:
        stage = await lost(5, threaded=threaded)
        stage.slow.begun.clear()
        stage.slow.connects = False
        task = asyncio.create_task(stage.gateway.reconcile())
        await stage.slow.begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        checks = [stage.stage.find(f"o-{n}").operations[0].checks for n in range(5)]
        assert sorted(checks) == [0, 0, 0, 0, 1]
        assert queries(stage) == 0
        await stage.gateway.close()

    asyncio.run(play())


def test_a_cancelled_refund_is_not_begun():
    """Cancelled while it reads what there is: no row, no call, and the same key is free."""

    async def play() -> None:
        stage = AsyncStage(threaded=True)
        await stage.charge()

        async def refund() -> paycore.Refund:
            return await stage.gateway.refund("o-1", cad(500), key="r-1")

        await cancelled_during(stage, "payment", refund)
        assert len(stage.stage.find("o-1").operations) == 1
        assert (await refund()).succeeded
        assert stage.stage.till.effects[1:] == [Effect("refund", "o-1-r1", 500)]
        await stage.gateway.close()

    asyncio.run(play())


def test_a_page_does_not_give_way_to_none():
    """Cancelled while the old page is asked about: it is not superseded, and there is no other."""

    async def play() -> None:
        stage = AsyncStage(threaded=True)
        await stage.gateway.charge("o-1", cad(700), PAGE)

        async def supersede() -> paycore.Payment:
            return await stage.gateway.supersede("o-1", PAGE, key="again")

        await cancelled_during(stage, "record", supersede)
        assert [o.superseded for o in stage.stage.find("o-1").operations] == [False]
        assert len((await supersede()).operations) == 2
        await stage.gateway.close()

    asyncio.run(play())


def test_a_cancelled_charge_calls_nobody_back():
    """What it brought about is recorded, and told by whoever delivers next."""

    async def play() -> None:
        stage = AsyncStage(threaded=True)
        told: list[str] = []

        async def on_paid(event: paycore.Event) -> None:
            told.append(event.owner)
            await stage.gateway.refund(event.owner, cad(100), key=f"r-{event.owner}")

        stage.gateway.on("payment.paid", on_paid)
        await cancelled_during(stage, "record", stage.charge)
        assert stage.stage.find("o-1").charge.state is State.SUCCEEDED
        assert (told, stage.stage.till.effects) == ([], [Effect("charge", "o-1", 1500)])
        await stage.gateway.deliver()
        assert told == ["o-1"]
        await stage.gateway.close()

    asyncio.run(play())


def test_a_message_whose_task_was_cancelled_is_kept():
    """It stands in the inbox, nobody was asked about it, and the next round applies it."""

    async def play() -> None:
        stage = AsyncStage(threaded=True)
        await stage.gateway.charge("o-1", cad(700), PAGE)
        stage.stage.till.settle("o-1")
        told = message(reference="o-1", amount=700)
        await cancelled_during(stage, "keep", lambda: stage.gateway.receive("main", told))
        assert [row.state.value for row in stage.stage.ledger.messages()] == ["verified"]
        assert queries(stage) == 0
        stage.stage.clock.advance(60)
        assert (await stage.gateway.reconcile()).messages == 1
        assert (await stage.gateway.find("o-1")).paid
        await stage.gateway.close()

    asyncio.run(play())


@pytest.mark.parametrize(("step", "called"), [("claim_events", 0), ("event_told", 1)])
def test_a_cancelled_delivery_calls_nobody_else(step, called):
    """Events that it had claimed are told when their lease is over; what was told stays told."""

    async def play() -> None:
        stage = AsyncStage(threaded=True)
        for number in range(30):
            await stage.charge(f"o-{number}")
        told: list[str] = []
        stage.gateway.on("payment.paid", lambda event: told.append(event.owner))
        await cancelled_during(stage, step, stage.gateway.deliver)
        assert len(told) == called
        stage.stage.clock.advance(301)
        assert await stage.gateway.deliver() == 30 - called
        assert sorted(told) == sorted(f"o-{number}" for number in range(30))
        await stage.gateway.close()

    asyncio.run(play())


def test_a_cancelled_step_is_heard_as_it_was_said():
    """The error is the one that the task was cancelled with: scopes know theirs by its message."""

    async def play() -> None:
        stage = AsyncStage(threaded=True)
        await stage.charge()
        error = await cancelled_during(
            stage, "payment", lambda: stage.gateway.find("o-1"), "Cancelled via cancel scope 7f"
        )
        assert error.args == ("Cancelled via cancel scope 7f",)
        await stage.gateway.close()

    asyncio.run(play())
