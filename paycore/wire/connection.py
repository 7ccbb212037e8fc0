"""How one account reaches its provider: an address, its proofs and its deadlines, as a value."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from paycore.errors import SettingsError
from paycore.wire.urls import host_of, is_loopback

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
    """`http://` or `https://` and the proxy's host; never from the environment. It may hold a
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

    @property
    def origin(self) -> Origin | None:
        """Whom the account may speak to: nobody where there is no address."""
        return origin_of(self.base_url)

    def _check_origin(self) -> None:
        if self.origin is None:
            raise SettingsError("base_url: want https://host", field="base_url")
        if self.origin.scheme == "http" and not (self.sandbox and is_loopback(self.origin.host)):
            raise SettingsError(
                "base_url: plain http is for a sandbox on loopback only", field="base_url"
            )

    def _check_proxy(self) -> None:
        scheme, _, rest = self.proxy.partition("://")
        if origin_of(f"{scheme}://{rest.rpartition('@')[2]}") is None:
            raise SettingsError("proxy: want http://host:port or https://host:port", field="proxy")
        if self.origin and self.origin.scheme == "http":
            raise SettingsError("proxy: plain http stays on loopback, without one", field="proxy")


def origin_of(url: str) -> Origin | None:
    """Return whom `url` would speak to, or None where that is not beyond doubt."""
    host = host_of(url)
    if not host:
        return None
    parts = urlsplit(url)
    return Origin(parts.scheme, host, parts.port or _PORTS[parts.scheme])
