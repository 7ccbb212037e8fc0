"""A web server on loopback: whole requests in, whole answers out, and nothing left behind."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from paycore.serving import HOST, MAX_BODY, Asked, HungUp, Said, Serving


def echo(asked: Asked) -> Said:
    if asked.path == "/hung":
        raise HungUp
    if asked.path == "/broken":
        raise KeyError("/broken")
    if asked.path == "/wait":
        assert asked.connection is not None
        while asked.connection.recv(1):
            pass
        raise HungUp
    said = f"{asked.method} {asked.path} {asked.query} {asked.header('x-own')} ".encode()
    return Said(201, said + asked.body, {"X-Told": "yes"})


@pytest.fixture
def serving():
    with Serving(echo) as running:
        yield running


def line_to(serving: Serving) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(serving.url).netloc, timeout=10)


def raw(serving: Serving, sent: bytes) -> bytes:
    """Send bytes, end, and return all that comes back."""
    with socket.create_connection((HOST, urlsplit(serving.url).port), 10) as line:
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65536), b""))


def test_a_request_arrives_whole_and_so_does_its_answer(serving):
    """Method, path, query, headers and body; status, headers and body."""
    with closing(line_to(serving)) as line:
        line.request("POST", "/a/b?c=1", b"body", {"X-OWN": "mine"})
        reply = line.getresponse()

        assert (reply.status, reply.headers["X-Told"]) == (201, "yes")
        assert reply.read() == b"POST /a/b c=1 mine body"


def test_a_connection_carries_one_request_after_another(serving):
    """It is kept alive: the same socket asks again."""
    with closing(line_to(serving)) as line:
        answers = []
        for number in range(3):
            line.request("GET", f"/{number}")
            answers.append(line.getresponse().read())
            kept = line.sock

    assert answers == [b"GET /0   ", b"GET /1   ", b"GET /2   "]
    assert kept is not None


def test_a_head_has_a_length_and_no_body(serving):
    """What follows its head is the next answer."""
    said = raw(serving, b"HEAD / HTTP/1.1\r\n\r\n")

    assert b"\r\nContent-Length: 9\r\n" in said
    assert said.endswith(b"\r\n\r\n")


def test_who_hangs_up_writes_nothing(serving):
    """Not even a status line."""
    assert raw(serving, b"GET /hung HTTP/1.1\r\n\r\n") == b""


@pytest.mark.parametrize("length", [b"4", b"000000000000004", b"0" * 5000 + b"4"])
def test_a_length_is_a_number_however_it_is_written(serving, length):
    """Zeros before it mean nothing, and hide nothing."""
    said = raw(serving, b"POST / HTTP/1.1\r\nContent-Length: " + length + b"\r\n\r\nbody")

    assert said.endswith(b"POST /   body")


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: many",
        b"Content-Length: -1",
        b"Content-Length: " + b"9" * 5000,
        b"Content-Length: %d" % (MAX_BODY + 1),
        b"Content-Length: 000000000%d" % (MAX_BODY + 1),
    ],
)
def test_a_body_that_cannot_be_read_whole_is_refused(serving, head):
    """And the connection ends: what follows is anybody's guess."""
    said = raw(serving, b"POST / HTTP/1.1\r\n" + head + b"\r\n\r\nGET / HTTP/1.1\r\n\r\n")

    assert said.startswith(b"HTTP/1.1 413")
    assert said.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    "half",
    [
        b"Content-Length: 9\r\n\r\nhalf",
        b"Transfer-Encoding: chunked\r\n\r\n9\r\nhalf",
        b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n+4\r\nhalf\r\n0\r\n\r\n",
    ],
)
def test_half_a_request_is_none(serving, half):
    """A caller who dies in the middle of a word is not answered."""
    assert raw(serving, b"POST / HTTP/1.1\r\n" + half) == b""


def test_a_body_in_chunks_is_put_together(serving):
    """Up to the same length as any; the next request on the line is understood."""
    with closing(line_to(serving)) as line:
        line.request("POST", "/", iter([b"one", b"two"]), encode_chunked=True)
        first = line.getresponse().read()
        line.request("HEAD", "/")
        second = line.getresponse()
        line.request("POST", "/", b"next")

        assert first == b"POST /   onetwo"
        assert (second.headers["Content-Length"], second.read()) == ("9", b"")
        assert line.getresponse().read() == b"POST /   next"
    head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n%s" % (2 * MAX_BODY, b"x" * (MAX_BODY + 1))
    assert raw(serving, head + chunk).startswith(b"HTTP/1.1 413 ")


def test_a_fault_of_ours_is_shown_and_ends_only_its_connection(serving, capfd):
    """The next caller is served."""
    assert raw(serving, b"GET /broken HTTP/1.1\r\n\r\n") == b""
    assert b"201" in raw(serving, b"GET / HTTP/1.1\r\n\r\n")
    assert "KeyError: '/broken'" in capfd.readouterr().err


def test_a_port_can_be_named_and_a_taken_one_is_refused():
    """Before anything was started."""
    with Serving(echo) as first:
        port = urlsplit(first.url).port
        with pytest.raises(OSError, match="in use"), Serving(echo, port=port):
            pass


def test_when_it_ends_nothing_is_left():
    """Open connections are cut, whoever waits in them included, and every thread has ended."""
    before = set(threading.enumerate())
    with Serving(echo, name="short-lived") as serving:
        names = {thread.name for thread in threading.enumerate()}
        with closing(line_to(serving)) as line:
            line.request("GET", "/wait")
            until = time.monotonic() + 20
            while len(set(threading.enumerate()) - before) < 2 and time.monotonic() < until:
                time.sleep(0.01)
            serving.__exit__(None, None, None)

            assert set(threading.enumerate()) == before
    assert "short-lived" in names
    assert serving.url == ""
