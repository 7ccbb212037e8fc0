"""The twenty faults of the matrix (promise R4): how each is arranged, and what it must end in.

    with arranged("truncated_body", good_reply) as site:
        ...  # charge over site.connection, then compare with FAULTS["truncated_body"]
        assert site.requests <= 1

A fault differs from a healthy provider in one thing: whoever overlooks it hears the good reply.
`FAULTS` is the closed list of twenty, `MORE` are neighbours worth a look, arranged the same way.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import trustme

from paycore.states import State
from paycore.wire.connection import Connection
from tests import certificates
from tests.fault_plays import ANSWERS, TIMES, GoodReply, good
from tests.fault_server import FaultServer, Guest, Play, answer


@dataclass
class Site:
    """Where a fault waits: what to call, and what has arrived there so far."""

    connection: Connection
    """Ready to use; its deadlines are short where the fault is about time."""
    server: FaultServer | None = field(default=None, repr=False)

    @property
    def base_url(self) -> str:
        """Scheme, host and port."""
        return self.connection.base_url

    @property
    def ca_bundle(self) -> str:
        """The file of authorities to believe; empty for plain http."""
        return self.connection.ca_bundle

    @property
    def requests(self) -> int:
        """How many requests were seen, completely or partly."""
        return self.server.requests if self.server else 0

    @property
    def connections(self) -> int:
        """How many connections were accepted."""
        return self.server.connections if self.server else 0

    @property
    def received(self) -> int:
        """How many bytes of requests came in."""
        return self.server.received if self.server else 0


@contextmanager
def arranged(name: str, good_reply: GoodReply, *, tls: bool = False) -> Iterator[Site]:
    """Arrange the fault `name` and yield its `Site`, until the end of the context.

    Faults of an answer wait behind plain http, or behind verified TLS with `tls=True`; those of
    names, lines and certificates are what they are.
    """
    with ExitStack() as stack:
        if name in ANSWERS:
            play = partial(ANSWERS[name], reply=good_reply)
            context = certificates.good() if tls else None
            yield stack.enter_context(standing(play, context, **TIMES.get(name, {})))
        elif name in _CERTIFICATES:
            play = partial(good, reply=good_reply)
            yield stack.enter_context(standing(play, _CERTIFICATES[name]()))
        else:
            yield _NOWHERE[name](stack)


@contextmanager
def standing(
    play: Play, tls: ssl.SSLContext | None = None, *, greet: Play | None = None, **settings: Any
) -> Iterator[Site]:
    """Yield the site of a `FaultServer`; `settings` are those of its `Connection`."""
    with ExitStack() as stack:
        server = stack.enter_context(FaultServer(play, tls, greet=greet))
        yield Site(_connection(stack, server.base_url, **settings), server)


def _connection(stack: ExitStack, base_url: str, **settings: Any) -> Connection:
    if base_url.startswith("http:"):
        return Connection(base_url, sandbox=True, **settings)
    path = stack.enter_context(trustme.Blob(certificates.bundle()).tempfile())
    return Connection(base_url, ca_bundle=path, **settings)


# Faults of names, lines and certificates: nothing can leave.

_CERTIFICATES: dict[str, Callable[[], ssl.SSLContext]] = {
    "tls_self_signed": certificates.self_signed,
    "tls_wrong_name": certificates.wrong_name,
    "tls_expired": certificates.expired,
    "tls_unknown_ca": certificates.unknown_authority,
    "tls_old_version": certificates.old_version,
}


def _name_lookup(stack: ExitStack) -> Site:
    """A name that nobody knows; told by a stand-in, since a real lookup needs a network."""
    real = socket.getaddrinfo

    def nobody(host: Any, *arguments: Any, **named: Any) -> Any:
        if host == "nobody.invalid":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *arguments, **named)

    socket.getaddrinfo = nobody
    stack.callback(setattr, socket, "getaddrinfo", real)
    return Site(_connection(stack, "https://nobody.invalid"))


def _connection_refused(stack: ExitStack) -> Site:
    """A port that is taken, by a socket that does not listen."""
    taken = stack.enter_context(socket.socket())
    taken.bind(("127.0.0.1", 0))
    return Site(_connection(stack, f"https://127.0.0.1:{taken.getsockname()[1]}"))


def _connect_timeout(stack: ExitStack) -> Site:
    """A listener whose queue is full: the kernel leaves further callers without an answer."""
    address = f"https://127.0.0.1:{silent_port(stack)}"
    return Site(_connection(stack, address, connect_timeout_s=0.4))


def silent_port(stack: ExitStack) -> int:
    """Return a port where nobody answers, until `stack` ends."""
    listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
    for _ in range(4):
        caller = stack.enter_context(socket.socket())
        caller.setblocking(False)
        with suppress(BlockingIOError):
            caller.connect(listener.getsockname())
    port: int = listener.getsockname()[1]
    return port


def _tls_stalled(stack: ExitStack) -> Site:
    """A handshake that drips for ever: every byte would start a read timeout anew."""
    server = stack.enter_context(
        FaultServer(lambda guest: guest.drip(b"\x16\x03\x03\x3f\xff" * 999))
    )
    address = server.base_url.replace("http:", "https:")
    return Site(_connection(stack, address, connect_timeout_s=0.4), server)


def _proxy_refuses(stack: ExitStack) -> Site:
    """A proxy that does not let us through."""

    def play(guest: Guest) -> None:
        guest.hear()
        guest.say(answer(b"", "407 Proxy Authentication Required"))

    server = stack.enter_context(FaultServer(play))
    return Site(_connection(stack, "https://provider.example", proxy=server.base_url))


_NOWHERE: dict[str, Callable[[ExitStack], Site]] = {
    "name_lookup": _name_lookup,
    "connection_refused": _connection_refused,
    "connect_timeout": _connect_timeout,
    "tls_stalled": _tls_stalled,
    "proxy_refuses": _proxy_refuses,
}

FAULTS: dict[str, State] = {
    "name_lookup": State.NOT_SENT,
    "connection_refused": State.NOT_SENT,
    "connect_timeout": State.NOT_SENT,
    "tls_self_signed": State.NOT_SENT,
    "tls_wrong_name": State.NOT_SENT,
    "tls_expired": State.NOT_SENT,
    "tls_unknown_ca": State.NOT_SENT,
    "tls_old_version": State.NOT_SENT,
    "read_timeout": State.UNKNOWN,
    "reset_mid_request": State.UNKNOWN,
    "reset_after_request": State.UNKNOWN,
    "close_without_status": State.UNKNOWN,
    "truncated_body": State.UNKNOWN,
    "truncated_chunked": State.UNKNOWN,
    "dripping_body": State.UNKNOWN,
    "redirect_307": State.UNKNOWN,
    "error_502_html": State.UNKNOWN,
    "oversized_body": State.UNKNOWN,
    "gzip_bomb": State.UNKNOWN,
    "not_json": State.UNKNOWN,
}
"""The twenty of promise R4, and where an operation stands after each."""

MORE: dict[str, State] = {
    "tls_stalled": State.NOT_SENT,
    "proxy_refuses": State.NOT_SENT,
    "redirect_302": State.UNKNOWN,
    "error_500": State.UNKNOWN,
    "rate_limited_429": State.UNKNOWN,
    "duplicate_names": State.UNKNOWN,
}
"""Neighbours of the twenty."""
