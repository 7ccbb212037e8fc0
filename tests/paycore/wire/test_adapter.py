"""Whatever a request says, it goes to the one origin, with the one idea of trust."""

from __future__ import annotations

import ssl

import pytest
from requests import Request

from paycore.wire.adapter import OriginAdapter
from paycore.wire.connection import Origin
from paycore.wire.tls import trust_in

ORIGIN = Origin("https", "api.example", 443)


@pytest.fixture
def adapter():
    opened = OriginAdapter(ORIGIN, trust_in(""), "")
    yield opened
    opened.close()


def test_every_request_goes_to_the_one_pool(adapter):
    """The pool is chosen by the origin alone; a request's own URL and wishes do not count."""
    strange = Request("POST", "http://evil.example:81/").prepare()
    pool = adapter.get_connection_with_tls_context(strange, False, proxies={"http": "x"})

    assert (pool.scheme, pool.host, pool.port) == ORIGIN


def test_verification_cannot_be_turned_off(adapter):
    """A request that asks not to be verified is verified, with the context loaded once."""
    request = Request("POST", "https://api.example/").prepare()
    pool = adapter.get_connection_with_tls_context(request, False)
    adapter.cert_verify(pool, request.url, False, None)

    assert pool.cert_reqs == "CERT_REQUIRED"
    assert pool.ca_certs is None
    assert pool.conn_kw["ssl_context"] is trust_in("")
    assert pool._new_conn().ssl_context.verify_mode is ssl.CERT_REQUIRED


def test_a_proxy_is_trusted_no_more_than_the_origin():
    """A proxy that speaks TLS is verified by the same context."""
    adapter = OriginAdapter(ORIGIN, trust_in(""), "https://jack:pass@proxy.example:3128")
    pool = adapter._pool
    adapter.close()

    assert pool.proxy.host == "proxy.example"
    assert pool.proxy_config.ssl_context is trust_in("")
    assert "Proxy-Authorization" in pool.proxy_headers


def test_a_closed_pool_opens_nothing(adapter):
    """After closing, nothing is connected any more."""
    adapter.close()

    assert adapter._pool.pool is None
