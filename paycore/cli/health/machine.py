"""The machine: certificate authorities, what is installed, stevedore's cache, the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import paycore
from paycore import discovery
from paycore.cli.front import COMMANDS
from paycore.cli.health.finding import Finding
from paycore.errors import SettingsError
from paycore.settings import Settings
from paycore.simulators import GROUP as SIMULATORS
from paycore.wire.tls import trust_in

ENGINES: Final = "paycore.engines"
GROUPS: Final = (discovery.PROVIDERS, SIMULATORS, discovery.LISTENERS, ENGINES, COMMANDS)
_SANE_YEARS: Final = range(2025, 2100)


def trust(settings: Settings | None) -> Iterator[Finding]:
    """Look at every bundle of certificate authorities that an account believes."""
    bundles = {account.ca_bundle for account in settings.accounts} if settings else {""}
    for bundle in sorted(bundles):
        name = bundle or "certifi's bundle"
        try:
            known = trust_in(bundle).cert_store_stats()["x509_ca"]
        except SettingsError:
            yield Finding("tls", "failed", f"{name} cannot be read", "name a PEM file or a folder")
            continue
        if known or Path(bundle or "-").is_dir():
            yield Finding("tls", "ok", f"{name}: {known} certificate authorities")
        else:
            yield Finding("tls", "failed", f"{name} holds no certificate authority")


def duplicates(settings: Settings | None) -> Iterator[Finding]:
    """Name every provider that two packages claim: paycore loads neither."""
    used = {account.provider for account in settings.accounts} if settings else set()
    for name, claims in sorted(discovery.installed(discovery.PROVIDERS).items()):
        if len(claims) > 1:
            both = " and ".join(sorted(claims))
            yield Finding(
                "plugins",
                "failed" if name in used else "warning",
                f"{name!r} is claimed by {both}",
                "uninstall one of them",
            )


def cache() -> Iterator[Finding]:
    """Compare stevedore's cache with what is installed; nothing is written.

    paycore reads past that cache; others who use stevedore here would not.
    """
    stale = [group for group in GROUPS if _cached(group) != _installed(group)]
    if stale:
        yield Finding(
            "cache",
            "warning",
            f"stevedore's cache is behind for {', '.join(stale)}; paycore does not use it",
            "other programs that use stevedore may: delete its folder, python-entrypoints",
        )
    else:
        yield Finding(
            "cache", "ok", "stevedore's cache, where there is one, knows what is installed"
        )


def clock(now: datetime | None = None) -> Finding:
    """Look whether the clock can be right: not before paycore was installed, in a sane year."""
    now = now or datetime.now(UTC)
    installed = datetime.fromtimestamp(Path(paycore.__file__).stat().st_mtime, UTC)
    if now < installed or now.year not in _SANE_YEARS:
        return Finding(
            "clock",
            "warning",
            f"it says {now:%Y-%m-%d %H:%M} UTC, which cannot be right",
            "set it: leases, lifetimes and key ends go by it",
        )
    return Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC")


def _installed(group: str) -> set[tuple[str, str]]:
    from importlib import metadata

    return {(entry.name, entry.value) for entry in metadata.entry_points(group=group)}


def _cached(group: str) -> set[tuple[str, str]]:
    """Return what another user of stevedore would be told, without writing a cache."""
    try:
        from stevedore import _cache

        reader = _cache.Cache()
        reader._disable_caching = True  # it then reads a cache, but makes none
        told = reader.get_group_all(group)
    except (ImportError, AttributeError):  # another stevedore: nothing can be said
        return _installed(group)
    return {(entry.name, entry.value) for entry in told}
