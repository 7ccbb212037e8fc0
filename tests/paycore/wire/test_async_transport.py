"""AsyncTransport: what Transport promises, on an event loop."""

from __future__ import annotations

import asyncio
import asyncio.selector_events
import gc
import json
import logging
import socket
from dataclasses import replace
from threading import Event
from time import monotonic

import pytest

from paycore.errors import NotSent, OutcomeUnknown, PaycoreError
from paycore.wire.async_transport import AsyncTransport
from paycore.wire.talk import Call, Reply
from paycore.wire.transport import Transport
from tests import certificates
from tests.fault_server import Guest, answer
from tests.faults import FAULTS, MORE, arranged, standing
from tests.looped import OnLoop
from tests.visits import CANARY, charge, echo, over, refused, visiting


@pytest.mark.parametrize("tls", [None, certificates.good()], ids=["http", "https"])
def test_a_call_is_carried_and_its_connection_kept(tls):
    """What was said arrives, what was answered comes back, call after call on one connection."""
    with visiting(echo, tls, door=OnLoop) as (transport, site):
        assert transport.send(charge(site, {"amount": 1})) == Reply(
            200, b'{"amount":1}', {"content-length": "12"}
        )
        for amount in range(19):
            assert transport.send(charge(site, {"amount": amount})).json == {"amount": amount}

        assert (site.requests, site.connections) == (20, 1)


def test_tasks_share_a_transport():
    """Many tasks at once: each hears the answer to its own call, each call leaves once."""

    async def all_at_once(site) -> list[dict[str, object]]:
        transport = AsyncTransport(site.connection)
        calls = (charge(site, {"amount": amount}) for amount in range(300))
        replies = await asyncio.gather(*map(transport.send, calls))
        await transport.close()
        return [reply.json for reply in replies]

    with standing(echo) as site:
        heard = asyncio.run(all_at_once(site))

        assert heard == [{"amount": amount} for amount in range(300)]
        assert site.requests == 300


def test_a_connection_that_ended_is_replaced():
    """A kept connection that the server closed meanwhile is noticed before anything is said."""
    closed = Event()

    def once(guest: Guest) -> None:
        guest.say(answer(guest.hear() or b""))
        guest.close()
        closed.set()

    with visiting(once, door=OnLoop) as (transport, site):
        for _ in range(3):
            transport.send(charge(site))
            assert closed.wait(10)
            closed.clear()

        assert (site.requests, site.connections) == (3, 3)


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
def test_nothing_is_repeated(method):
    """A kept connection that breaks under a call is an UNKNOWN: aiohttp would say a GET again."""

    def twice(guest: Guest) -> None:
        guest.say(answer(guest.hear() or b"{}"))
        guest.hear()
        guest.close()

    with visiting(twice, door=OnLoop) as (transport, site):
        call = Call(f"{site.base_url}/v3/x", method=method)
        transport.send(call)

        assert type(refused(transport, call)) is OutcomeUnknown
        assert (site.requests, site.connections) == (2, 1)


@pytest.mark.parametrize("status", ["302 Found", "303 See Other", "307 Temporary Redirect"])
def test_no_redirect_is_followed(status):
    """Followed, a call would be said again, elsewhere; after 307 with all that it says."""

    def elsewhere(guest: Guest) -> None:
        guest.hear()
        guest.say(answer(b"", status, "Location: /else"))
        while guest.hear() is not None:
            guest.say(answer(b"{}"))

    with visiting(elsewhere, door=OnLoop) as (transport, site):
        assert type(refused(transport, charge(site))) is OutcomeUnknown
        assert site.requests == 1


def test_a_closed_transport_sends_nothing():
    """After `close`, which may come twice, every call is NotSent."""

    async def play(site) -> None:
        transport = AsyncTransport(site.connection)
        await transport.send(charge(site))
        await transport.close()
        await transport.close()
        with pytest.raises(NotSent):
            await transport.send(charge(site))

    with standing(echo) as site:
        asyncio.run(play(site))

        assert site.requests == 1


def test_a_task_that_is_cancelled_ends_at_once():
    """Nothing of the call goes on, and its connection is not used again."""

    def silent(guest: Guest) -> None:
        guest.hear()
        guest.pause()

    async def play(site) -> None:
        transport = AsyncTransport(site.connection)
        task = asyncio.create_task(transport.send(charge(site)))
        while not site.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await transport.close()

    with standing(silent) as site:
        start = monotonic()
        asyncio.run(play(site))

        assert site.requests == 1
        assert monotonic() - start < 20


def test_no_other_origin_is_called():
    """Another host, port or scheme is refused before anything leaves."""
    with visiting(echo, door=OnLoop) as (transport, site):
        port = site.connection.origin.port
        for url in ("https://127.0.0.1", "http://localhost", f"http://127.0.0.1:{port + 1}"):
            assert type(refused(transport, Call(f"{url}/v3/charge"))) is NotSent

        assert site.connections == 0


def test_no_time_left_is_nothing_sent():
    """A call whose time is up before it begins is not begun."""
    with visiting(echo, door=OnLoop) as (transport, site):
        assert type(refused(transport, charge(site, timeout_s=0))) is NotSent
        assert site.requests == 0


def test_connecting_has_a_deadline_of_its_own():
    """An address that stays silent ends in time, and is NotSent."""
    with (
        arranged("connect_timeout", b"{}") as site,
        over(site.connection, OnLoop) as transport,
    ):
        start = monotonic()

        assert type(refused(transport, charge(site, timeout_s=60))) is NotSent
        assert monotonic() - start < 20


def test_a_call_may_have_a_shorter_deadline():
    """A call's own `timeout_s` shortens the account's and never lengthens it."""

    def dripping(guest: Guest) -> None:
        guest.hear()
        guest.drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 99)

    for ours, own in ((60, 0.2), (0.2, 60)):
        with visiting(dripping, door=OnLoop, timeout_s=ours) as (transport, site):
            start = monotonic()

            assert "time is up" in str(refused(transport, charge(site, timeout_s=own)))
            assert 0.15 < monotonic() - start < 30


@pytest.mark.parametrize("tls", [None, certificates.good()], ids=["http", "https"])
def test_a_silent_server_is_given_up(tls):
    """Its connection is cut at once, over TLS too: nobody says goodbye to who does not listen."""

    def silent(guest: Guest) -> None:
        guest.hear()
        guest.pause()

    async def play(site) -> None:
        transport = AsyncTransport(site.connection)
        with pytest.raises(OutcomeUnknown, match="time is up"):
            await asyncio.wait_for(transport.send(charge(site, timeout_s=0.2)), 20)
        await transport.close()
        for _ in range(3):
            await asyncio.sleep(0)
        assert transport_count() == before

    before = transport_count()
    with standing(silent, tls) as site:
        asyncio.run(play(site))


def transport_count() -> int:
    """Return how many sockets of event loops are alive."""
    gc.collect()
    kind = asyncio.selector_events._SelectorSocketTransport
    return sum(isinstance(each, kind) and each._sock is not None for each in gc.get_objects())


def test_the_environment_has_no_say(monkeypatch):
    """No proxy and no password of the environment is used."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        proxy = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy)
        monkeypatch.delenv("no_proxy", raising=False)
        with visiting(echo, door=OnLoop) as (transport, site):
            assert transport.send(charge(site)).status == 200


@pytest.mark.parametrize(
    "whole",
    [
        answer(b"{}", "402 Payment Required", "Server: x"),
        answer(b"", "402 Payment Required", "Server: x"),
        answer(b"2\r\n{}\r\n0\r\n\r\n", "402 No", "Transfer-Encoding: chunked"),
    ],
    ids=["body", "head", "chunks"],
)
def test_an_answer_that_breaks_off_is_unknown(whole):
    """Wherever an answer ends early, in its head, its chunks or its body, it is no answer."""

    def play(guest: Guest) -> None:
        guest.say(whole[: json.loads(guest.hear() or b"{}")["length"]])

    with visiting(play, door=OnLoop) as (transport, site):
        for length in range(len(whole)):
            assert type(refused(transport, charge(site, {"length": length}))) is OutcomeUnknown

        assert transport.send(charge(site, {"length": len(whole)})).status == 402


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("fault", [*FAULTS, *MORE])
def test_no_error_and_no_log_holds_a_payload(fault, method, caplog):
    """What was to be said is in no message, no chained error and no log, at any level."""
    caplog.set_level(logging.DEBUG)
    with (
        arranged(fault, b'{"a":1}') as site,
        over(replace(site.connection, timeout_s=2), OnLoop) as sender,
    ):
        call = charge(site, headers={"Authorization": CANARY}, method=method, timeout_s=0.3)
        try:
            shown = repr(sender.send(call))
        except PaycoreError as error:
            said = (error, error.__dict__, error.__cause__, error.__context__)
            shown = f"{error} {said!r}"

    assert CANARY not in shown
    assert CANARY not in caplog.text


SAID = (
    {"payload": {"amount": 1500, "text": "ü/% 漢"}},
    {"payload": {"a[b]": ["1", "2"], "c": "d e"}, "encoding": "form"},
    {"payload": {"q": "metadata['a']:'b'"}, "method": "GET"},
    {"method": "DELETE", "headers": {"Authorization": "Bearer x", "Idempotency-Key": "k"}},
    {"encoding": "form"},
)


def test_both_drivers_say_the_same_bytes():
    """Of every encoding and method, the other transport's bytes and these are the same."""
    heard: list[bytes] = []

    def tap(guest: Guest) -> None:
        while (body := guest.hear()) is not None:
            heard.append(guest.head + b"|" + body)
            guest.say(answer(b"{}"))

    with standing(tap) as site:
        for door in (Transport, OnLoop):
            with over(site.connection, door) as transport:
                for said in SAID:
                    transport.send(Call(f"{site.base_url}/v3/x%20y", **said))

    assert heard[: len(SAID)] == heard[len(SAID) :]
