"""Dialling ends in time, and only what follows the connecting counts as request."""

from __future__ import annotations

import socket
import ssl
from contextlib import ExitStack
from http.client import IncompleteRead
from threading import Thread
from time import monotonic
from types import SimpleNamespace

import pytest
from urllib3.util.ssltransport import SSLTransport

from paycore.wire import lines
from paycore.wire.attempt import Attempt
from paycore.wire.lines import POOLS, dial, has_unread
from tests import certificates
from tests.faults import silent_port


def address(port: int):
    return socket.getaddrinfo("127.0.0.1", port, type=socket.SOCK_STREAM)[0]


@pytest.fixture
def stack():
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def listening(stack) -> int:
    return stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]


@pytest.fixture
def refusing(stack) -> int:
    taken = stack.enter_context(socket.socket())
    taken.bind(("127.0.0.1", 0))
    return taken.getsockname()[1]


def test_the_first_address_that_answers_is_taken(listening, refusing):
    """An address that refuses is passed over; options are set before connecting."""
    options = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    with dial([address(refusing), address(listening)], monotonic() + 10, options) as line:
        assert line.getpeername()[1] == listening
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_address_that_is_silent_leaves_time_for_the_next(stack, listening):
    """Addresses share the time: a silent one does not use it up."""
    ten = [address(silent_port(stack)), *[address(listening)] * 9]
    with dial(ten, monotonic() + 10, []) as line:
        assert line.getpeername()[1] == listening


def test_all_addresses_together_have_one_deadline(stack):
    """However many addresses a name has, dialling ends when its time is up."""
    silent, start = address(silent_port(stack)), monotonic()

    with pytest.raises(TimeoutError):
        dial([silent] * 100, start + 0.3, [])

    assert monotonic() - start < 15  # each for itself they would take 30


def test_the_last_refusal_is_told(refusing):
    """Where no address answers, the last one's reason is raised; where there is none, that."""
    with pytest.raises(ConnectionRefusedError):
        dial([address(refusing)] * 2, monotonic() + 10, [])
    with pytest.raises(OSError, match="no address"):
        dial([], monotonic() + 10, [])


def test_outside_an_attempt_nothing_is_dialled():
    """A connection that nobody watches is not opened."""
    pool = POOLS["http"]("127.0.0.1", 1)

    with pytest.raises(ConnectionError):
        pool._new_conn().connect()


@pytest.mark.parametrize("line", [None, "line"])
def test_a_connection_that_dialled_by_itself_writes_nothing(line):
    """Should urllib3 ever connect past us, there is no line to cut, and nothing is written."""
    ours, theirs = socket.socketpair()
    connection = POOLS["http"]("127.0.0.1", 1)._new_conn()
    with ours, theirs, Attempt(60, 5) as attempt:
        connection.sock = ours
        if line:
            connection._line = lines.Line(ours)
            connection.send(b"x")
        else:
            with pytest.raises(ConnectionError):
                connection.send(b"x")

        assert attempt.begun is bool(line)
        connection.close()


def test_closing_twice_is_harmless():
    """A connection that was never opened, or is closed already, can be closed."""
    connection = POOLS["https"]("127.0.0.1", 1)._new_conn()
    connection.close()
    connection.close()

    assert connection.is_closed


def test_an_idle_connection_is_not_believed(monkeypatch):
    """A connection unused for a while counts as dead, even if it seems alive."""
    ours, theirs = socket.socketpair()
    connection = POOLS["http"]("127.0.0.1", 1)._new_conn()
    with ours, theirs, Attempt(60, 5):
        connection.sock, connection._line = ours, lines.Line(ours)
        connection.send(b"x")

        assert connection.is_connected

        monkeypatch.setattr(lines, "monotonic", lambda: monotonic() + lines.IDLE_S)

        assert not connection.is_connected
        connection.close()


@pytest.mark.parametrize(("size", "whole"), [(b"2", True), (b"-2", False), (b"x", False)])
def test_a_chunk_has_a_size(size, whole):
    """A negative size would read without a bound; http.client itself believes it."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        theirs.sendall(head + size + b"\r\n{}\r\n0\r\n\r\n")
        response = lines._StrictResponse(ours)
        response.begin()
        read = SimpleNamespace(body=None)
        try:
            read.body = response.read(10)
        except IncompleteRead:
            pass
        finally:
            response.close()

    assert (read.body == b"{}") is whole


def test_what_tls_took_from_its_socket_is_seen(stack):
    """Decrypted and not read, or not even decrypted: the socket itself has nothing more to say."""
    ours, theirs = map(stack.enter_context, socket.socketpair())
    trust = ssl.create_default_context(cadata=certificates.bundle().decode())
    context = certificates.good()

    def speak() -> None:
        said = context.wrap_socket(theirs, server_side=True)
        stack.enter_context(said)
        said.sendall(b"one, two")
        said.sendall(b"three")

    speaking = Thread(target=speak)
    speaking.start()
    line = SSLTransport(ours, trust, certificates.HOST)
    speaking.join()
    heard = [(line.recv(5), has_unread(line)) for _ in range(3)]

    assert heard == [(b"one, ", True), (b"two", True), (b"three", False)]
