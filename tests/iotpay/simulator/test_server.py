"""The HTTP server."""

import http.client
import socket
import threading
from urllib.parse import urlsplit

import pytest

from paycore.serving import MAX_BODY, HungUp
from paycore_iotpay.simulator.server import Server


def echo(environ, start_response):
    """Answer with the body that came; `/gone` hangs up."""
    body = environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/gone":
        raise HungUp
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body]


@pytest.fixture
def server():
    with Server(echo) as running:
        yield running


def port_of(server):
    return urlsplit(server.url).port


@pytest.fixture
def client(server):
    connection = http.client.HTTPConnection("127.0.0.1", port_of(server), timeout=10)
    yield connection
    connection.close()


def raw(server, sent):
    with socket.create_connection(("127.0.0.1", port_of(server)), timeout=10) as line:
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65536), b""))


def test_a_connection_is_kept(client):
    """Several requests, one socket."""
    sockets = set()
    for body in (b"one", b"", b"three"):
        client.request("POST", "/", body)
        answer = client.getresponse()

        assert (answer.status, answer.read()) == (200, body)
        sockets.add(client.sock.getsockname())

    assert len(sockets) == 1


def test_a_body_in_chunks(client):
    """Is put together, and the next request is understood."""
    client.request("POST", "/", iter([b"one", b"two"]), encode_chunked=True)
    first = client.getresponse().read()
    client.request("POST", "/", b"next")

    assert (first, client.getresponse().read()) == (b"onetwo", b"next")


@pytest.mark.parametrize(
    "head",
    [
        f"Content-Length: {MAX_BODY + 1}",
        "Content-Length: " + "9" * 5000,
        "Content-Length: -1",
        "Content-Length: many",
        "Content-Length: \u00b2",
    ],
)
def test_a_length_that_cannot_be(server, head):
    """Is refused before anything is read, and the connection ends."""
    said = raw(server, f"POST / HTTP/1.1\r\nHost: s\r\n{head}\r\n\r\n".encode("latin-1"))

    assert said.startswith(b"HTTP/1.1 413 ")


def test_too_much_in_chunks(server):
    """What has no end is not read to its end."""
    head = b"POST / HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n%s" % (2 * MAX_BODY, b"x" * (MAX_BODY + 1))

    assert raw(server, head + chunk).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "sent",
    [
        b"POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 9\r\n\r\nhalf",
        b"POST / HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /gone HTTP/1.1\r\nHost: s\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_a_connection_that_is_given_up(server, sent, capfd):
    """Half a body, a broken chunk, an application that hangs up: no answer, and no complaint."""
    assert raw(server, sent) == b""
    assert capfd.readouterr() == ("", "")


def test_a_head_has_a_length_and_no_body(client):
    """And does not confuse the next request."""
    client.request("HEAD", "/")
    first = client.getresponse()
    first.read()
    client.request("POST", "/", b"next")

    assert first.status == 200
    assert client.getresponse().read() == b"next"


def test_nothing_is_logged(client, capfd):
    """The requests are in the control interface."""
    client.request("GET", "/")
    client.getresponse().read()

    assert capfd.readouterr() == ("", "")


def test_stopping_leaves_nothing_behind():
    """An idle connection is cut, and every thread has ended."""
    before = set(threading.enumerate())
    running = Server(echo)
    running.__enter__()
    where = ("127.0.0.1", port_of(running))
    with socket.create_connection(where, timeout=10) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: s\r\n\r\n")
        first = line.recv(65536)
        running.__exit__(None, None, None)

        assert first.startswith(b"HTTP/1.1 200")
        assert line.recv(65536) == b""
    assert set(threading.enumerate()) <= before
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(where, timeout=10)


def test_a_taken_port_is_an_error(server):
    """Not the end of the program."""
    with pytest.raises(OSError, match="in use"), Server(echo, port_of(server)):
        pass
