"""A call whose task is cancelled says what is proved: nothing left us, or nothing at all."""

from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack
from threading import Event

import pytest

from paycore.errors import NotSent, OutcomeUnknown
from paycore.wire.async_transport import AsyncTransport
from paycore.wire.connection import Connection
from paycore.wire.talk import Call
from tests import certificates
from tests.fault_server import Guest
from tests.faults import silent_port, standing
from tests.visits import charge


def silent(guest: Guest) -> None:
    guest.hear()
    guest.pause()


def test_cancelled_while_it_connects_nothing_left():
    """The task ends as whoever cancelled it said, and the cause says that nothing was sent."""

    async def play(port: int) -> None:
        base_url = f"http://127.0.0.1:{port}"
        transport = AsyncTransport(Connection(base_url, sandbox=True))
        task = asyncio.create_task(transport.send(Call(f"{base_url}/v3/x")))
        await asyncio.sleep(0.05)
        task.cancel("by its scope")
        with pytest.raises(asyncio.CancelledError) as caught:
            await task

        assert task.cancelled()
        assert type(caught.value) is asyncio.CancelledError
        assert caught.value.args == ("by its scope",)
        assert isinstance(caught.value.__cause__, NotSent)
        await transport.close()

    with ExitStack() as stack:
        asyncio.run(play(silent_port(stack)))


def test_a_timeout_while_it_connects_is_a_timeout():
    """`asyncio.timeout` says what it always says."""

    async def play(port: int) -> None:
        base_url = f"http://127.0.0.1:{port}"
        transport = AsyncTransport(Connection(base_url, sandbox=True))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await transport.send(Call(f"{base_url}/v3/x"))
        await transport.close()

    with ExitStack() as stack:
        asyncio.run(play(silent_port(stack)))


def test_cancelled_once_it_began_nothing_is_proved():
    """A request that may have left is no NotSent, whatever became of its task."""

    async def play(site) -> None:
        transport = AsyncTransport(site.connection)
        task = asyncio.create_task(transport.send(charge(site)))
        while not site.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task

        assert not isinstance(caught.value.__cause__, NotSent)
        await transport.close()

    with standing(silent) as site:
        asyncio.run(play(site))


@pytest.mark.parametrize("tls", [None, certificates.good()], ids=["http", "https"])
def test_closed_under_a_call_is_unknown(tls):
    """Nobody cancelled its task: a call that `close` ends is an OutcomeUnknown, and at once."""

    async def play(site) -> None:
        transport = AsyncTransport(site.connection)
        task = asyncio.create_task(transport.send(charge(site)))
        while not site.requests:
            await asyncio.sleep(0.01)
        await asyncio.wait_for(transport.close(), 20)
        with pytest.raises(OutcomeUnknown):
            await asyncio.wait_for(task, 20)

    with standing(silent, tls) as site:
        asyncio.run(play(site))


def test_closed_while_it_connects_is_not_sent(monkeypatch):
    """A lookup that `close` ends is a NotSent, and no CancelledError that nobody asked for."""
    looked, go_on = Event(), Event()

    def slow(*arguments, **named):
        looked.set()
        assert go_on.wait(10)
        raise socket.gaierror(socket.EAI_NONAME, "nobody")

    async def play() -> None:
        transport = AsyncTransport(Connection("https://slow.invalid"))
        task = asyncio.create_task(transport.send(Call("https://slow.invalid/v3/x")))
        await asyncio.to_thread(looked.wait, 10)
        await transport.close()
        go_on.set()
        with pytest.raises(NotSent):
            await task

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    asyncio.run(play())
