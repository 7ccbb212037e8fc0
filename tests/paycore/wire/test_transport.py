"""Transport: one call goes out once, and its answer comes back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from paycore.errors import NotSent
from paycore.wire import lines
from paycore.wire.talk import Reply
from tests import certificates
from tests.fault_server import Guest, answer
from tests.visits import charge, echo, refused, visiting


@pytest.mark.parametrize("tls", [None, certificates.good()], ids=["http", "https"])
def test_a_call_is_carried(tls):
    """What was said arrives, and what was answered comes back."""
    with visiting(echo, tls) as (transport, site):
        reply = transport.send(charge(site, {"amount": 1500}))

    assert reply == Reply(200, b'{"amount":1500}', {"content-length": "15"})


@pytest.mark.parametrize("tls", [None, certificates.good()], ids=["http", "https"])
def test_a_connection_is_kept(tls):
    """Call after call uses one connection, whatever was answered in between."""
    with visiting(echo, tls) as (transport, site):
        for amount in range(20):
            assert transport.send(charge(site, {"amount": amount})).json == {"amount": amount}

        assert (site.requests, site.connections) == (20, 1)


def test_threads_share_a_transport():
    """Many threads at once: each hears the answer to its own call, each call leaves once."""
    with visiting(echo) as (transport, site), ThreadPoolExecutor(8) as threads:
        sent = [{"amount": amount} for amount in range(200)]
        heard = list(threads.map(lambda said: transport.send(charge(site, said)).json, sent))

        assert heard == sent
        assert site.requests == 200
        assert site.connections <= 8


def test_a_connection_that_ended_is_replaced():
    """A kept connection that the server closed meanwhile is noticed before anything is said."""
    closed = Event()

    def once(guest: Guest) -> None:
        guest.say(answer(guest.hear() or b""))
        guest.close()
        closed.set()

    with visiting(once) as (transport, site):
        for _ in range(3):
            transport.send(charge(site))
            assert closed.wait(10)
            closed.clear()

        assert (site.requests, site.connections) == (3, 3)


def test_a_connection_that_was_idle_is_not_used(monkeypatch):
    """After a pause a new connection is made: a dead one would cost an UNKNOWN."""
    monkeypatch.setattr(lines, "IDLE_S", 0)
    with visiting(echo) as (transport, site):
        transport.send(charge(site))
        transport.send(charge(site))

        assert (site.requests, site.connections) == (2, 2)


def test_a_closed_transport_sends_nothing():
    """After `close`, which may come twice, every call is NotSent."""
    with visiting(echo) as (transport, site):
        transport.send(charge(site))
        transport.close()
        transport.close()

        assert type(refused(transport, charge(site))) is NotSent
        assert site.requests == 1


def test_closing_lets_a_call_under_way_finish():
    """Whoever is talking while the transport is closed hears the answer."""
    heard, go_on = Event(), Event()

    def slowly(guest: Guest) -> None:
        body = guest.hear()
        heard.set()
        go_on.wait(10)
        guest.say(answer(body or b""))

    with visiting(slowly) as (transport, site), ThreadPoolExecutor(1) as threads:
        reply = threads.submit(transport.send, charge(site))
        assert heard.wait(10)
        transport.close()
        go_on.set()

        assert reply.result(10).status == 200
