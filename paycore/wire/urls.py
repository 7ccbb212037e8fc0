"""Which addresses can be trusted to mean what they seem to mean."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f\\]")
_NUMBER: Final = re.compile(r"0x[0-9a-f]*|[0-9]+")
_INDOORS: Final = frozenset({"localhost", "local", "internal"})
"""What the names of hosts end in that cannot be reached from outside."""


def host_of(url: str) -> str:
    """Return the lower-case host of an https or http URL; empty where there is none to trust.

    User info, blanks, control characters and backslashes make a URL untrustworthy.
    """
    if not isinstance(url, str) or not url.isascii() or _UNSAFE.search(url):
        return ""
    try:
        parts = urlsplit(url)
        _ = parts.port  # a malformed port raises only when it is read
    except ValueError:
        return ""
    if parts.scheme not in ("https", "http") or "@" in parts.netloc:
        return ""
    return (parts.hostname or "").lower()


def is_at(url: str, *origins: str) -> bool:
    """Return whether `url` can be trusted to be at one of `origins`: scheme, host and port."""
    if not host_of(url):
        return False
    at = urlsplit(url)[:2]
    return any(at == urlsplit(origin)[:2] for origin in origins)


def ip_of(text: str) -> str:
    """Return an IP address in its one canonical spelling; empty where `text` is none.

    A socket that hears both families says `::ffff:203.0.113.9` for 203.0.113.9: that is one.
    """
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return ""
    return "" if "%" in text else str(getattr(found, "ipv4_mapped", None) or found)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine: `localhost` or a loopback address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(host: str) -> bool:
    """Return whether a host could be reached from outside, as far as its name tells."""
    host = host.rstrip(".")
    last = host.rpartition(".")[2]
    if last in _INDOORS:
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:  # 127.1 and 0x7f.0.0.1 are no names either: they are addresses in disguise
        return "." in host and not _NUMBER.fullmatch(last)


def reaches(url: str, *, sandbox: bool) -> bool:
    """Return whether paycore may talk to, or be called at, `url`.

    https to a public host; in the sandbox also plain http, and then only to loopback.
    """
    host = host_of(url)
    if sandbox and is_loopback(host):
        return True
    return is_public(host) and url.startswith("https://")
