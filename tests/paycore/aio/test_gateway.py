"""AsyncGateway: the same verbs, awaited; a task that is cancelled loses no operation."""

from __future__ import annotations

import asyncio
import inspect

import pytest

import paycore
from paycore.aio.gateway import AsyncGateway
from paycore.gateway import Gateway
from paycore.states import State
from tests.paycore.aio.staged import AsyncStage
from tests.stage import PAGE, SEAL, Effect, Stage, cad, message

SYNC_ONLY = {"books"}
"""What operators use, who type commands."""


@pytest.fixture(params=[False, True], ids=["memory", "threads"])
def threaded(request):
    return request.param


def public(of: type) -> dict[str, object]:
    """Return what a class offers."""
    return {name: getattr(of, name) for name in dir(of) if not name.startswith("_")}


def test_it_offers_what_the_other_offers():
    """Every public method of `Gateway` is here, with the same arguments in the same order."""
    assert public(AsyncGateway).keys() == public(Gateway).keys() - SYNC_ONLY
    for name, method in public(AsyncGateway).items():
        theirs = inspect.signature(getattr(Gateway, name))
        ours = inspect.signature(method)
        assert ours.parameters == theirs.parameters, name
        assert inspect.iscoroutinefunction(method) == (name != "on"), name
        if inspect.iscoroutinefunction(method):
            assert ours.return_annotation == theirs.return_annotation, name


def test_a_payment_from_end_to_end(threaded):
    """Charge, query, refund, find, list, message, return and reconcile, as with the other one."""

    async def play() -> None:
        stage = AsyncStage(threaded=threaded)
        gateway = stage.gateway
        assert (await stage.charge()).paid
        assert (await gateway.query("o-1")).paid
        refund = await gateway.refund("o-1", cad(500), key="r-1")
        assert refund.succeeded
        assert (await gateway.query_refund("o-1", "r-1")).succeeded
        assert (await gateway.reverse("o-1", key="r-2")).succeeded
        token = await gateway.tokenize("card-1", PAGE)
        assert token.state is State.PENDING
        stage.stage.till.settle("card-1")
        assert (await gateway.query_token("card-1")).usable
        payment = await gateway.charge("o-2", cad(700), PAGE)
        assert payment.status is paycore.PaymentStatus.AWAITING_PAYER
        payment = await gateway.supersede("o-2", PAGE, key="o-2-again")
        stage.stage.till.settle(payment.charge.reference)
        nonce = payment.charge.nonce
        assert (await gateway.returned(nonce)).paid
        answer = await gateway.receive("main", message(reference="o-1"))
        assert answer.status == 200
        assert [p.reference for p in (await gateway.payments()).payments] == ["o-1", "o-2"]
        assert (await gateway.find("nobody")) is None
        assert (await gateway.reconcile(ahead=True)).still_open >= 0
        await gateway.close()
        assert stage.slow.closed == 1

    asyncio.run(play())


def test_errors_are_those_of_the_other(threaded):
    """What is refused is refused with the same errors, and nothing is sent."""

    async def play() -> None:
        stage = AsyncStage(threaded=threaded)
        with pytest.raises(paycore.InvalidRequest):
            await stage.charge(minor=0)
        with pytest.raises(paycore.InvalidRequest):
            await stage.gateway.query("nobody")
        await stage.charge()
        with pytest.raises(paycore.Conflict):
            await stage.charge(minor=1501)
        stage.stage.till.next("not_sent")
        with pytest.raises(paycore.NotSent):
            await stage.charge("o-2")
        assert stage.stage.till.count("charge") == 2
        await stage.gateway.close()

    asyncio.run(play())


def test_a_task_cancelled_during_its_call_leaves_unknown(threaded):
    """The payment is UNKNOWN, nothing is sent again, and asking settles it with one effect."""

    async def play() -> None:
        stage = AsyncStage(threaded=threaded, pause_s=None)
        task = asyncio.create_task(stage.charge())
        await stage.slow.begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        payment = await stage.gateway.find("o-1")
        assert payment.status is paycore.PaymentStatus.UNKNOWN
        with pytest.raises(paycore.Conflict):
            await stage.gateway.charge("o-1", cad(1500), paycore.StoredToken("visa-1"), key="k2")

        stage.slow.let.set()
        stage.stage.clock.advance(60)
        done = await stage.gateway.reconcile()
        assert (done.asked, done.settled) == (1, 1)
        assert (await stage.gateway.find("o-1")).paid
        assert stage.stage.till.effects == [Effect("charge", "o-1", 1500)]
        await stage.gateway.close()

    asyncio.run(play())


def test_a_task_cancelled_while_it_reserves_sends_nothing():
    """It is NOT_SENT, and the same key may try again."""

    async def play() -> None:
        stage = AsyncStage(threaded=True)
        ledger = stage.stage.ledger
        begun, go_on = asyncio.Event(), asyncio.Event()
        loop, reserve = asyncio.get_running_loop(), ledger.reserve

        def slowly(*arguments):
            loop.call_soon_threadsafe(begun.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result()
            return reserve(*arguments)

        ledger.reserve = slowly
        task = asyncio.create_task(stage.charge())
        await begun.wait()
        task.cancel()
        await asyncio.sleep(0.05)
        assert not task.done()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task

        payment = await stage.gateway.find("o-1")
        assert [o.state for o in payment.operations] == [State.NOT_SENT]
        assert stage.stage.till.calls == []
        assert (await stage.charge()).paid
        await stage.gateway.close()

    asyncio.run(play())


def test_a_task_cancelled_while_it_records_has_recorded(threaded):
    """What came back before the task was cancelled stands in the ledger."""

    async def play() -> None:
        stage = AsyncStage(threaded=True)
        ledger = stage.stage.ledger
        record = ledger.record
        loop = asyncio.get_running_loop()

        def cancelling(*arguments, **named):
            loop.call_soon_threadsafe(task.cancel)
            return record(*arguments, **named)

        ledger.record = cancelling
        task = asyncio.create_task(stage.charge())
        with pytest.raises(asyncio.CancelledError):
            await task

        assert (await stage.gateway.find("o-1")).paid
        await stage.gateway.close()

    asyncio.run(play())


def test_many_charges_with_one_key(threaded):
    """Tasks that charge the same payment at once: one effect, and all hear of it or a Conflict."""

    async def play() -> None:
        stage = AsyncStage(threaded=threaded, pause_s=0.01)
        heard = await asyncio.gather(*(stage.charge() for _ in range(50)), return_exceptions=True)
        assert all(isinstance(each, paycore.Payment) for each in heard), heard
        assert stage.stage.till.effects == [Effect("charge", "o-1", 1500)]
        assert (await stage.gateway.find("o-1")).paid
        await stage.gateway.close()

    asyncio.run(play())


def test_callbacks_may_be_awaited(threaded):
    """A coroutine function hears events as a function does; one that raises hears them again."""

    async def play() -> None:
        stage = AsyncStage(threaded=threaded)
        heard: list[str] = []
        fails = [True]

        async def on_paid(event: paycore.Event) -> None:
            await asyncio.sleep(0.001)
            if fails.pop() if fails else False:
                raise ValueError
            heard.append(f"awaited {event.owner}")

        stage.gateway.on("payment.paid", lambda event: heard.append(f"called {event.owner}"))
        stage.gateway.on("payment.paid", on_paid)
        await stage.charge()
        assert heard == ["called o-1"]
        stage.stage.clock.advance(3600)
        assert await stage.gateway.deliver() == 1
        assert heard == ["called o-1", "called o-1", "awaited o-1"]
        with pytest.raises(paycore.InvalidRequest):
            stage.gateway.on("payment.paid", "no function")
        await stage.gateway.close()

    asyncio.run(play())


def test_a_message_is_answered_though_its_task_was_slow(threaded):
    """A thousand messages at once: each is kept, answered, and asked about as the rules say."""

    async def play() -> None:
        stage = AsyncStage(threaded=threaded)
        for number in range(20):
            await stage.gateway.charge(f"p-{number}", cad(100), PAGE)
            stage.stage.till.settle(f"p-{number}")
        told = (message(reference=f"p-{n % 20}", amount=100) for n in range(200))
        answers = await asyncio.gather(*(stage.gateway.receive("main", each) for each in told))
        assert {answer.status for answer in answers} == {200}
        for number in range(20):
            assert (await stage.gateway.find(f"p-{number}")).paid
        await stage.gateway.close()

    asyncio.run(play())


def test_forged_messages_are_refused(threaded):
    """`receive` never raises here either."""

    async def play() -> None:
        stage = AsyncStage(threaded=threaded)
        forged = message({"Seal": f"not {SEAL}"}, reference="o-1")
        assert (await stage.gateway.receive("main", forged)).status == 401
        assert (await stage.gateway.receive("nobody", forged)).status == 404
        await stage.gateway.close()

    asyncio.run(play())


def test_both_gateways_leave_the_same_books(threaded):
    """The same story through both leaves the same operations and evidence."""
    story = [("ok", 100), ("lost_after", 200), ("declined", 300), ("pending", 400)]

    def told(stage: Stage) -> list[tuple[object, ...]]:
        return [
            (o.reference, o.state, o.sends, o.checks, len(stage.ledger.evidence(o.id)))
            for number, _ in enumerate(story)
            for o in stage.find(f"s-{number}").operations
        ]

    sync = Stage()
    for number, (act, minor) in enumerate(story):
        sync.till.next(act)
        sync.charge(f"s-{number}", minor)
    sync.gateway.reconcile(ahead=True)

    async def play() -> list[tuple[object, ...]]:
        stage = AsyncStage(threaded=threaded)
        for number, (act, minor) in enumerate(story):
            stage.stage.till.next(act)
            await stage.charge(f"s-{number}", minor)
        await stage.gateway.reconcile(ahead=True)
        await stage.gateway.close()
        return told(stage.stage)

    assert asyncio.run(play()) == told(sync)
