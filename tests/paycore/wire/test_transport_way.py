"""The way to the provider: as the settings say, and as nobody else does (promise R30)."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from time import monotonic

import pytest

from paycore.errors import NotSent, SettingsError
from paycore.wire.connection import Connection
from paycore.wire.talk import Call
from paycore.wire.transport import Transport
from tests import certificates
from tests.fault_server import FaultServer, Guest
from tests.faults import standing
from tests.visits import CANARY, charge, echo, over, refused, visiting


def test_no_other_origin_is_called():
    """Another host, or another port of the same one, gets nothing; the error names the host."""
    with visiting(echo) as (transport, site), FaultServer(echo) as other:
        error = refused(transport, Call(f"{other.base_url}/v3/charge", {"card": CANARY}))

        assert type(error) is NotSent
        assert "127.0.0.1" in str(error)
        assert (site.connections, other.connections) == (0, 0)


def test_without_an_address_nothing_is_called():
    """An account without a base_url can call nobody."""
    with over(Connection("")) as transport:
        assert type(refused(transport, Call("https://api.example/x"))) is NotSent


@pytest.mark.parametrize("tls", [None, certificates.good()], ids=["http", "https"])
def test_a_proxy_of_the_settings_is_used(tls):
    """With `proxy` the call goes through it, still verified end to end."""
    heads = []

    def proxy(guest: Guest) -> None:
        guest.hear()
        heads.append(guest.head)
        guest.say(b"HTTP/1.1 200 OK\r\n\r\n")
        guest.relay(int(guest.head.split()[1].rpartition(b":")[2]))

    with FaultServer(proxy, tls) as way, ExitStack() as stack:
        address = way.base_url.replace("://", "://jack:pass@")
        site = stack.enter_context(standing(echo, certificates.good(), proxy=address))
        with over(site.connection) as transport:
            for amount in range(3):
                said = {"amount": amount, "padding": "x" * 20_000}
                assert transport.send(charge(site, said)).json == said

        assert (site.requests, site.connections, way.connections) == (3, 1, 1)
        assert heads[0].startswith(b"CONNECT 127.0.0.1:")
        assert b"Proxy-Authorization: Basic" in heads[0]


@pytest.mark.parametrize("how", ["closes", "is silent", "never ends"])
def test_what_a_proxy_is_told_is_no_part_of_the_request(how):
    """Promise R4: CONNECT is not the request, so a proxy that fails has sent nothing."""

    def play(guest: Guest) -> None:
        guest.hear()
        if how == "closes":
            guest.say(b"HTTP/1.1 200 OK\r\n\r\n")
        elif how == "is silent":
            guest.pause()
        else:
            guest.drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 9999)

    with FaultServer(play) as way:
        connection = Connection(
            "https://api.example", proxy=way.base_url, timeout_s=60, connect_timeout_s=1.0
        )
        with over(connection) as transport:
            start = monotonic()

            assert type(refused(transport, Call("https://api.example/x"))) is NotSent
            assert monotonic() - start < 30
            assert way.requests == 1


def test_certificates_are_loaded_once():
    """A new connection verifies with what was loaded at the start: the file may be gone."""
    with ExitStack() as stack:
        site = stack.enter_context(standing(echo, certificates.good()))
        path = Path(site.ca_bundle)
        with over(site.connection) as transport:
            path.rename(path.with_suffix(".away"))
            transport.send(charge(site))
            path.with_suffix(".away").rename(path)

        assert site.requests == 1


def test_a_bundle_that_cannot_be_read_is_refused_at_the_start():
    """A transport that could verify nobody is not made."""
    with pytest.raises(SettingsError, match="ca_bundle"):
        Transport(Connection("https://api.example", ca_bundle="/nowhere/ca.pem"))
