"""Which addresses an account may name: where it talks to, and where it is called at."""

from __future__ import annotations

from paycore.errors import SettingsError
from paycore.wire.urls import host_of, is_loopback, reaches


def check_addresses(base_url: str, notify_url: str, *, sandbox: bool) -> None:
    """Refuse an address that cannot be trusted to mean what it seems to mean.

    Raises:
        SettingsError: `base_url` is more than https, or in a sandbox http to loopback, and a host;
            or `notify_url` is there and no provider could call it.
    """
    host = host_of(base_url)
    if not host or set("/?#") & set(base_url.partition("://")[2]):
        raise SettingsError("base_url: want scheme and host only", field="base_url")
    if not base_url.startswith("https://") and not (sandbox and is_loopback(host)):
        raise SettingsError(
            "base_url: want https (plain http only to loopback, with mode = sandbox)",
            field="base_url",
        )
    if notify_url and not reaches(notify_url, sandbox=sandbox):
        raise SettingsError(
            "notify_url: want https and a host that the provider can reach", field="notify_url"
        )
