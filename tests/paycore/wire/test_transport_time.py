"""Every call ends within its deadline, whatever the other side does (promise R49)."""

from __future__ import annotations

from time import monotonic

from paycore.errors import NotSent, OutcomeUnknown
from paycore.wire import attempt, lines
from tests.fault_server import Guest
from tests.faults import arranged
from tests.visits import charge, echo, over, refused, visiting


def test_a_call_may_have_a_shorter_deadline():
    """A call's own `timeout_s` shortens the account's and never lengthens it."""

    def dripping(guest: Guest) -> None:
        guest.hear()
        guest.drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 99)

    for ours, own in ((60, 0.2), (0.2, 60)):
        with visiting(dripping, timeout_s=ours) as (transport, site):
            start = monotonic()

            assert "time is up" in str(refused(transport, charge(site, timeout_s=own)))
            assert 0.15 < monotonic() - start < 30


def test_no_time_left_is_nothing_sent():
    """A call whose time is up before it begins is not begun."""
    with visiting(echo) as (transport, site):
        assert type(refused(transport, charge(site, timeout_s=0))) is NotSent
        assert site.requests == 0


def test_an_address_that_stays_silent_ends_in_time(monkeypatch):
    """All addresses of a name together have the time for connecting, and no more."""
    with arranged("connect_timeout", b"{}") as site, over(site.connection) as transport:
        port = site.connection.origin.port
        monkeypatch.setattr(
            lines.socket, "getaddrinfo", lambda *_, **__: [_address(port) for _ in range(100)]
        )
        start = monotonic()

        assert type(refused(transport, charge(site))) is NotSent
        assert monotonic() - start < 20  # each for itself they would take 40


def _address(port: int):
    return lines.socket.AF_INET, lines.socket.SOCK_STREAM, 0, "", ("127.0.0.1", port)


def test_a_server_that_does_not_read_is_cut_off():
    """A request that cannot be written out ends by its deadline as well, and may have left."""
    with visiting(lambda guest: guest.pause() and None, timeout_s=1.5) as (transport, site):
        start = monotonic()
        error = refused(transport, charge(site, {"padding": "x" * 20_000_000}))

        assert type(error) is OutcomeUnknown
        assert monotonic() - start < 30


def test_without_a_watchdog_nothing_is_sent(monkeypatch):
    """Where no deadline can be kept any more (the interpreter is ending), no call begins."""

    def no_thread(*arguments):
        raise RuntimeError("can't start new thread")

    with visiting(echo) as (transport, site):
        monkeypatch.setattr(attempt, "watch", no_thread)

        assert type(refused(transport, charge(site))) is NotSent
        assert site.connections == 0
