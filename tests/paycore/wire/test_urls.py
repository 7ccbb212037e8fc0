"""An address is trusted only where it cannot mean anything else than it seems to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from paycore.wire.urls import host_of, ip_of, is_at, is_loopback, is_public, reaches

TRICKS = [
    "",
    "shop.example",
    "//shop.example/",
    "javascript:alert(1)",
    "data:text/html,hi",
    "ftp://shop.example/",
    "https:shop.example",
    "https:///path",
    "https://shop.example@evil.example/",
    "https://user:word@shop.example/",
    "https://evil.example\\@shop.example/",
    "https://shop.example/\r\nX-A: b",
    "https://shop.example/a b",
    " https://shop.example/",
    "https://shop.example/\x00",
    "https://shop.example/\x7f",
    "https://shop.example:99999/",
    "https://shop.example:port/",
    "https://[::1/",
    "https://ѕhop.example/",  # the first letter is Cyrillic
    "https://shop.example/caf\u00e9",
    "https://shop.example/\ud800",
]
texts = st.text() | st.text(st.sampled_from("htps:/@[]\\.%#? 0aé\n"))


@pytest.mark.parametrize("url", TRICKS)
def test_a_tricky_address_has_no_host(url: str) -> None:
    """User info, other schemes, blanks, controls, backslashes and odd letters are not trusted."""
    assert host_of(url) == ""


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://shop.example", "shop.example"),
        ("https://SHOP.example/Thanks?a=b#c", "shop.example"),
        ("http://127.0.0.1:8080/", "127.0.0.1"),
        ("https://[::1]:8443/", "::1"),
        ("HTTPS://shop.example/", "shop.example"),
    ],
)
def test_the_host_is_the_host(url: str, host: str) -> None:
    """An ordinary address gives its host in lower case, without port and brackets."""
    assert host_of(url) == host


@pytest.mark.parametrize("odd", [None, 5, b"https://shop.example", ["https://shop.example"]])
def test_what_is_no_text_has_no_host(odd: object) -> None:
    """A value of another type is no address, and no crash."""
    assert host_of(odd) == ""  # type: ignore[arg-type]


@given(texts.map("https://".__add__) | texts)
@example("https://[v1.x]/")
@example("https://[::1%25eth0]/")
def test_no_text_breaks_it(text: str) -> None:
    """Whatever is given ends in a host or in none; a host found is one that Python agrees with."""
    host = host_of(text)

    assert host == "" or host == (urlsplit(text).hostname or "").lower()
    assert reaches(text, sandbox=False) <= text.startswith("https://")
    assert reaches(text, sandbox=False) <= reaches(text, sandbox=True)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "::1"])
def test_loopback_is_this_machine(host: str) -> None:
    """`localhost` and the loopback addresses are this machine, and are not public."""
    assert is_loopback(host)
    assert not is_public(host)


@pytest.mark.parametrize(
    "host", ["", "shop.example", "10.0.0.1", "128.0.0.1", "localhost.evil.example"]
)
def test_others_are_not_loopback(host: str) -> None:
    """A name that merely looks like this machine is another."""
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        ".",
        "shop",
        "localhost.",
        "api.localhost",
        "printer.local",
        "db.internal",
        "10.0.0.1",
        "172.16.0.9",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "fe80::1",
        "fc00::1",
        "::ffff:127.0.0.1",
        "2130706433",
        "127.1",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "127.0.0.0x1",
        "metadata.0x",
    ],
)
def test_a_host_indoors_is_not_public(host: str) -> None:
    """Private, link-local and disguised addresses cannot be called from outside."""
    assert not is_public(host)


@pytest.mark.parametrize(
    "host", ["shop.example", "SHOP.EXAMPLE.".lower(), "8.8.8.8", "2606:4700::1"]
)
def test_a_host_outdoors_is_public(host: str) -> None:
    """Names with a dot and global addresses can."""
    assert is_public(host)


@given(st.ip_addresses())
def test_an_address_is_public_as_python_says(address: IPv4Address | IPv6Address) -> None:
    """No address is both ours and public."""
    host = str(address)

    assert is_public(host) == address.is_global
    assert not (is_public(host) and is_loopback(host))


@pytest.mark.parametrize(
    ("url", "live", "sandbox"),
    [
        ("https://shop.example/hook", True, True),
        ("http://shop.example/hook", False, False),
        ("https://127.0.0.1:8443/hook", False, True),
        ("http://127.0.0.1:8080/hook", False, True),
        ("http://localhost/hook", False, True),
        ("http://169.254.169.254/latest", False, False),
        ("https://169.254.169.254/latest", False, False),
        ("http://10.0.0.1/hook", False, False),
        ("javascript:alert(1)", False, False),
        (None, False, False),
    ],
)
def test_who_may_be_reached(url: str, live: bool, sandbox: bool) -> None:
    """The world by https; plain http to loopback, in a sandbox only."""
    assert reaches(url, sandbox=False) is live
    assert reaches(url, sandbox=True) is sandbox


@given(st.ip_addresses())
def test_an_address_has_one_spelling(address: IPv4Address | IPv6Address) -> None:
    """However it is written out, an address comes back as sockets write it."""
    spelled = str(getattr(address, "ipv4_mapped", None) or address)

    assert ip_of(address.exploded) == ip_of(str(address).upper()) == spelled


@given(st.ip_addresses(v=4))
def test_an_address_of_one_family_in_the_other_s_words_is_itself(address: IPv4Address) -> None:
    """A socket that hears both families tells the old one's addresses in the new one's words."""
    mapped = ip_address(f"::ffff:{address}")

    assert ip_of(f"::ffff:{address}") == ip_of(mapped.exploded) == str(address)


@given(st.text())
@example("fe80::1%eth0")
@example("010.0.0.1")
@example("٣.0.0.1")
def test_other_text_is_no_address(text: str) -> None:
    """Scopes, leading zeros and other scripts' digits are not taken, and nothing raises."""
    found = ip_of(text)

    assert found == "" or ip_of(found) == found == ip_of(str(ip_address(text)))
    assert "%" not in found


@pytest.mark.parametrize(
    "url", ["https://pay.example/p/1?q#f", "https://pay.example", "http://127.0.0.1:8080/p"]
)
def test_a_page_is_at_one_of_its_origins(url: str) -> None:
    """Scheme, host and port are what counts, and any one of several."""
    assert is_at(url, "https://other.example", "https://pay.example/api", "http://127.0.0.1:8080")


@pytest.mark.parametrize(
    "url",
    [
        "", "/p", "//pay.example/p", "http://pay.example/p", "https://pay.example:8443/p",
        "https://pay.example.evil.example/", "https://evilpay.example/", "https://pay.example./",
        "https://pay.example@evil.example/", "https://evil.example\\.pay.example/",
        "https://pay.example\n/", "javascript://pay.example/%0aalert(1)", "https://[::1/",
    ],
)  # fmt: skip
def test_any_other_address_is_not(url: str) -> None:
    """Nor is one that could be read in two ways; and nothing is at no origin."""
    assert not is_at(url, "https://pay.example", "")
    assert not is_at("https://pay.example")
