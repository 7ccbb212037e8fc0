"""Kept connections at both doors: each call hears its own answer, or none."""

from __future__ import annotations

import asyncio
from threading import Event

import pytest

from paycore.errors import OutcomeUnknown
from paycore.wire import async_transport
from paycore.wire.async_transport import AsyncTransport
from paycore.wire.transport import Transport
from tests import certificates
from tests.fault_server import Guest, answer
from tests.faults import standing
from tests.looped import OnLoop
from tests.visits import charge, echo, over, refused, visiting

DOORS = pytest.mark.parametrize("door", [Transport, OnLoop], ids=["thread", "loop"])
LINES = pytest.mark.parametrize("tls", [None, certificates.good()], ids=["http", "https"])


class Stammerer:
    """A server that says its first answer again, once it is `let`, or `ends` instead."""

    def __init__(self, *, ends: bool = False) -> None:
        self.ends = ends
        self.let, self.done = Event(), Event()

    def __call__(self, guest: Guest) -> None:
        while (body := guest.hear()) is not None:
            guest.say(answer(body))
            if self.done.is_set():
                continue
            assert self.let.wait(10)
            if not self.ends:
                guest.say(answer(body))
            else:
                guest.close()
            self.done.set()

    def again(self) -> None:
        """Let it do so, and return when it is done."""
        self.let.set()
        assert self.done.wait(10)


@DOORS
@LINES
def test_an_answer_that_nobody_asked_for_is_nobodys(door, tls):
    """A second answer to one call is not the answer to the next: that line is used no more."""
    server = Stammerer()
    with visiting(server, tls, door=door) as (transport, site):
        assert transport.send(charge(site, {"call": 1})).json == {"call": 1}
        server.again()
        for number in range(2, 6):
            assert transport.send(charge(site, {"call": number})).json == {"call": number}

        assert (site.requests, site.connections) == (5, 2)


def _padded(body: bytes, size: int) -> bytes:
    """Return the answer `body`, filled up with blanks until head and body are `size` long."""
    head = len(answer(b" " * size)) - size
    return answer(body.ljust(size - head))


@DOORS
@LINES
@pytest.mark.parametrize("size", [0, 8192, 16384], ids=["short", "buffer", "record"])
def test_an_answer_said_twice_at_once_is_heard_once(door, tls, size):
    """Not even where it lies already in a buffer of ours, or decrypted in one of TLS."""

    def stammer(guest: Guest) -> None:
        while (body := guest.hear()) is not None:
            said = _padded(body, size)
            assert len(said) == size or not size
            guest.say(said * 2 if body == b'{"call":1}' else said)

    with visiting(stammer, tls, door=door) as (transport, site):
        for number in range(1, 5):
            assert transport.send(charge(site, {"call": number})).json == {"call": number}

        assert (site.requests, site.connections) == (4, 2)


@LINES
@pytest.mark.parametrize("ends", [False, True], ids=["says", "ends"])
@pytest.mark.parametrize("turns", [False, True], ids=["busy", "turning"])
def test_a_line_is_looked_at_before_it_is_used(turns, ends, tls):
    """Whether or not the loop has turned since the server said something, or closed the line."""
    server = Stammerer(ends=ends)

    async def play(site) -> None:
        transport = AsyncTransport(site.connection)
        await transport.send(charge(site, {"call": 1}))
        if turns:
            await asyncio.to_thread(server.again)
        else:
            server.again()  # on the loop's thread: it reads nothing meanwhile
        for number in range(2, 6):
            reply = await transport.send(charge(site, {"call": number}))
            assert reply.json == {"call": number}
        await transport.close()

    with standing(server, tls) as site:
        asyncio.run(play(site))

        assert (site.requests, site.connections) == (5, 2)


@DOORS
def test_an_answer_without_a_body_has_an_end(door):
    """204 need not say how long it is: it has no body, and the line is kept."""

    def empty(guest: Guest) -> None:
        while guest.hear() is not None:
            guest.say(b"HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n")

    with visiting(empty, door=door) as (transport, site):
        for _ in range(2):
            reply = transport.send(charge(site))
            assert (reply.status, reply.body) == (204, b"")

        assert site.connections == 1


@DOORS
def test_any_other_answer_says_where_it_ends(door):
    """What ends with the connection may have been cut: it is UNKNOWN."""

    def endless(guest: Guest) -> None:
        guest.hear()
        guest.say(b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n{}")

    with visiting(endless, door=door) as (transport, site):
        assert type(refused(transport, charge(site))) is OutcomeUnknown


def test_who_failed_cuts_no_line_of_another(monkeypatch):
    """A call whose answer was read to its end has let go of its line: another may be on it."""
    read, fail = asyncio.Event(), asyncio.Event()
    real, second = async_transport._heard, Event()

    async def failing(reply, name):
        heard = await real(reply, name)
        if heard.json == {"call": 1}:
            read.set()
            await fail.wait()
            raise OutcomeUnknown("too late")
        return heard

    def holding(guest: Guest) -> None:
        while (body := guest.hear()) is not None:
            if b"2" in body:
                assert second.wait(10)
            guest.say(answer(body))

    async def play(site) -> None:
        transport = AsyncTransport(site.connection)
        first = asyncio.create_task(transport.send(charge(site, {"call": 1})))
        await read.wait()
        other = asyncio.create_task(transport.send(charge(site, {"call": 2})))
        while site.requests < 2:
            await asyncio.sleep(0.01)
        fail.set()
        with pytest.raises(OutcomeUnknown, match="too late"):
            await first
        second.set()
        assert (await other).json == {"call": 2}
        await transport.close()

    monkeypatch.setattr(async_transport, "_heard", failing)
    with standing(holding) as site:
        asyncio.run(play(site))

        assert (site.requests, site.connections) == (2, 1)


def test_a_line_whose_answer_was_not_read_is_used_no_more():
    """What is left of an answer that was refused is not read as the next one."""

    def large(guest: Guest) -> None:
        while (body := guest.hear()) is not None:
            guest.say(answer(b" " * 600_000 if b"large" in body else body))

    with standing(large) as site, over(site.connection, OnLoop) as transport:
        assert type(refused(transport, charge(site, {"call": "large"}))) is OutcomeUnknown
        assert transport.send(charge(site, {"call": 2})).json == {"call": 2}
        assert site.connections == 2


def test_lines_that_were_let_go_are_used_again():
    """Looking at a line is no reason to drop it: one connection carries twenty calls."""
    with visiting(echo, certificates.good(), door=OnLoop) as (transport, site):
        for number in range(20):
            transport.send(charge(site, {"call": number}))

        assert site.connections == 1
