"""A `Connection` that could not be trusted cannot be made."""

from __future__ import annotations

import pytest

from paycore.errors import SettingsError
from paycore.wire.connection import Connection, Origin, origin_of


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://api.example", Origin("https", "api.example", 443)),
        ("HTTPS://API.example:443/v3?a=b", Origin("https", "api.example", 443)),
        ("https://api.example:8443", Origin("https", "api.example", 8443)),
        ("http://[::1]:80", Origin("http", "::1", 80)),
        ("http://127.0.0.1:8080/x", Origin("http", "127.0.0.1", 8080)),
    ],
)
def test_an_origin_is_scheme_host_and_port(url, origin):
    """Path, query and letter case do not make another origin; the port always counts."""
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.example",
        "ftp://api.example",
        "file:///etc/passwd",
        "https://",
        "https://jack@api.example",
        "https://api.example@evil.example",
        "https://api.example\\@evil.example",
        "https://api.example\r\nHost: evil.example",
        "https://api.ex\u0430mple",
        "https://api.example:99999",
        "https://api.example:x",
        "https://[::1",
    ],
)
def test_an_address_in_doubt_has_no_origin(url):
    """What two parsers could understand in two ways is nobody's address."""
    assert origin_of(url) is None


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "127.1.2.3:80", "[::1]:8080"])
def test_plain_http_is_for_a_sandbox_on_loopback(host):
    """Plain http needs both: the sandbox and a loopback host."""
    assert Connection(f"http://{host}", sandbox=True).origin is not None

    with pytest.raises(SettingsError, match="base_url"):
        Connection(f"http://{host}")


@pytest.mark.parametrize("host", ["api.example", "10.0.0.1", "localhost.example", "0.0.0.0"])
def test_plain_http_goes_nowhere_else(host):
    """A sandbox does not open plain http to the network."""
    with pytest.raises(SettingsError, match="base_url"):
        Connection(f"http://{host}", sandbox=True)


@pytest.mark.parametrize(
    ("field", "settings"),
    [
        ("base_url", {"base_url": "api.example"}),
        ("base_url", {"base_url": "https://jack@api.example"}),
        ("timeout_s", {"timeout_s": 0}),
        ("timeout_s", {"timeout_s": float("nan")}),
        ("timeout_s", {"timeout_s": float("inf")}),
        ("connect_timeout_s", {"connect_timeout_s": -1}),
        ("proxy", {"proxy": "proxy.example:3128"}),
        ("proxy", {"proxy": "socks5://proxy.example"}),
        ("proxy", {"proxy": "http://127.0.0.1:1", "base_url": "http://[::1]", "sandbox": True}),
    ],
)
def test_a_bad_setting_is_named(field, settings):
    """What cannot be used is refused by name, before anything is connected."""
    with pytest.raises(SettingsError) as caught:
        Connection(**{"base_url": "https://api.example", **settings})

    assert caught.value.field == field


def test_a_proxy_may_need_a_password_and_never_shows_it():
    """The proxy's user info is taken, and hidden from whoever prints the connection."""
    connection = Connection("https://api.example", proxy="http://jack:canary@proxy.example:3128")

    assert "canary" not in repr(connection)


def test_without_an_address_there_is_no_origin():
    """An account without an address is a value; nothing can be called with it."""
    assert Connection("").origin is None
