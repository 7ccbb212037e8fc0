"""How one account reaches its provider: an address, its proofs and its deadlines, as a value."""

from __future__ import annotations

import ipaddress
import math
import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from paycore.errors import SettingsError

_UNTRUSTWORTHY: Final = re.compile(r"[^\x21-\x7e]|\\")
_PORTS: Final = {"https": 443, "http": 80}


class Origin(NamedTuple):
    """Who is spoken to."""

    scheme: str
    host: str
    """In lower case; an IPv6 address without its brackets."""
    port: int


@dataclass(frozen=True)
class Connection:
    """How one account reaches its provider; one that could not be trusted cannot be made.

    Raises:
        SettingsError: a setting is malformed, or asks for plain http beyond loopback.
    """

    base_url: str
    """Scheme and host; nothing else may be called. Empty: nothing may be called at all."""
    ca_bundle: str = ""
    """A file or folder of certificate authorities to believe instead of certifi's."""
    proxy: str = field(default="", repr=False)
    """`http://` or `https://` and the proxy's host; never from the environment. May hold a
    password, so it is not shown."""
    timeout_s: float = 30.0
    """For the whole call, name lookup excepted."""
    connect_timeout_s: float = 5.0
    """For all addresses together, the proxy's answer and the TLS handshake included."""
    sandbox: bool = False
    """Whether plain http is allowed, and then only to loopback."""

    def __post_init__(self) -> None:
        for name in ("timeout_s", "connect_timeout_s"):
            seconds = getattr(self, name)
            if not (math.isfinite(seconds) and seconds > 0):
                raise SettingsError(f"{name}: want seconds above 0", field=name)
        if self.base_url:
            self._check_origin()
        if self.proxy:
            self._check_proxy()

    def _check_origin(self) -> None:
        origin = origin_of(self.base_url)
        if origin is None:
            raise SettingsError("base_url: want https://host", field="base_url")
        if origin.scheme == "http" and not (self.sandbox and _is_loopback(origin.host)):
            raise SettingsError(
                "base_url: plain http is for a sandbox on loopback only", field="base_url"
            )

    def _check_proxy(self) -> None:
        scheme, separator, rest = self.proxy.partition("://")
        if not separator or origin_of(f"{scheme}://{rest.rpartition('@')[2]}") is None:
            raise SettingsError("proxy: want http://host:port or https://host:port", field="proxy")
        if self.base_url.startswith("http:"):
            raise SettingsError("proxy: plain http stays on loopback, without one", field="proxy")


def origin_of(url: str) -> Origin | None:
    """Return whom `url` would speak to, or None where that is not beyond doubt.

    User info, blanks, control characters, backslashes and anything but ASCII leave doubt.
    """
    if _UNTRUSTWORTHY.search(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or "@" in parts.netloc or not parts.hostname or port == 0:
        return None
    return Origin(parts.scheme, parts.hostname, port or _PORTS[parts.scheme])


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
