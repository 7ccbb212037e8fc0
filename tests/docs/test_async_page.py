"""docs/async.md: its example prints what it says, and what it says of cancelled tasks is so."""

from __future__ import annotations

import asyncio

import pytest

import paycore
from paycore.aio.gateway import AsyncGateway
from paycore.aio.ledger import THREADS
from tests.docs.pages import blocks, page
from tests.paycore.aio.staged import AsyncStage

PAGE = page("async.md")
WORDS = {3: "three", 4: "four", 8: "eight", 16: "sixteen"}


def test_the_example_prints_what_the_page_says(capsys):
    """Ten at once, and a refund."""
    exec(compile(blocks(PAGE, "python")[0], "async.md", "exec"), {"__name__": "example"})

    assert capsys.readouterr().out == blocks(PAGE, "text")[0]


def test_the_number_of_threads_is_told():
    """As many as there are."""
    assert f"one of {WORDS[THREADS]} threads" in PAGE


def test_a_transport_of_ones_own_is_taken():
    """The two methods that the page names are all that is needed."""

    class Mine:
        def __init__(self, connection: object) -> None:
            self.closed = False

        async def send(self, call: paycore.Call) -> paycore.Reply:
            raise paycore.NotSent("there is no line")

        async def close(self) -> None:
            self.closed = True

    account = {"provider": "iotpay", "merchant_id": "1", "merchant_key": "k" * 32}
    settings = {"ledger": "memory://", "accounts": {"cards": {**account, "login_name": "j"}}}

    async def play() -> None:
        async with paycore.open_async_gateway(settings, sender=Mine) as gateway:
            assert isinstance(gateway, AsyncGateway)
            with pytest.raises(paycore.NotSent, match="no line"):
                await gateway.charge(
                    "o-1", paycore.Money(100, "CAD"), paycore.StoredToken("card-1")
                )

    asyncio.run(play())


def test_a_timeout_leaves_unknown():
    """`asyncio.timeout`, as the page names it."""

    async def play() -> None:
        stage = AsyncStage(pause_s=None)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await stage.charge()
        payment = await stage.gateway.find("o-1")
        assert payment.status is paycore.PaymentStatus.UNKNOWN
        await stage.gateway.close()

    asyncio.run(play())
