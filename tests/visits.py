"""Short words for tests of the transport: whom it visits, what it says, how it is refused."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from paycore.errors import PaycoreError
from paycore.wire.connection import Connection
from paycore.wire.talk import Call
from paycore.wire.transport import Transport
from tests.fault_server import Guest, Play, answer
from tests.faults import Site, standing
from tests.looped import OnLoop

CANARY = "4111111111111111"
"""What must turn up in no error and no log."""


def echo(guest: Guest) -> None:
    """Answer every request with its own body."""
    while (body := guest.hear()) is not None:
        guest.say(answer(body))


Door = Transport | OnLoop


@contextmanager
def over(connection: Connection, door: type[Any] = Transport) -> Iterator[Any]:
    """Yield a transport over `connection`, and close it."""
    transport: Door = door(connection)
    try:
        yield transport
    finally:
        transport.close()


@contextmanager
def visiting(
    play: Play,
    tls: ssl.SSLContext | None = None,
    *,
    door: type[Any] = Transport,
    **settings: Any,
) -> Iterator[tuple[Any, Site]]:
    """Yield a transport and the site it speaks to."""
    with standing(play, tls, **settings) as site, over(site.connection, door) as transport:
        yield transport, site


def charge(site: Site, payload: Mapping[str, Any] | None = None, **named: Any) -> Call:
    """Return a call to `site`; unless told otherwise it says the canary."""
    return Call(f"{site.base_url}/v3/charge", payload or {"card": CANARY}, **named)


def refused(transport: Door, call: Call) -> PaycoreError:
    """Return the error that sending `call` ends in."""
    with pytest.raises(PaycoreError) as caught:
        transport.send(call)
    return caught.value
