"""Settings in, `Gateway` out; the only module that knows every room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from paycore import discovery
from paycore.account import Account, Limits, Sender
from paycore.errors import InvalidRequest, PaycoreError, SettingsError
from paycore.gateway import Gateway
from paycore.ledger.memory import MemoryLedger
from paycore.ledger.protocol import Ledger
from paycore.listeners import Listeners
from paycore.money import Money
from paycore.provider import Provider
from paycore.settings import AccountSettings, Settings, read
from paycore.wire.connection import Connection
from paycore.wire.transport import Transport
from paycore.wire.urls import host_of, is_loopback, reaches
from paycore.wiring import Wiring, utc_now


def open_gateway(
    settings: str | Path | Mapping[str, Any] | None = None,
    *,
    ledger: Ledger | None = None,
    now: Callable[[], datetime] = utc_now,
    sender: Callable[[Connection], Sender] = Transport,
) -> Gateway:
    """Return a gateway over these settings, ready to charge.

    Args:
        settings: A mapping, the path of a TOML file, or None: `./paycore.toml`, then `PAYCORE_*`.
        ledger: A ledger of your own; without it, the one that the settings name.
        now: The clock, for tests.
        sender: What carries calls, for tests.

    Raises:
        SettingsError: the settings are wrong; the message names what to mend.
        PluginRefused: a plugin that the settings name breaks the contract.
    """
    read_settings = read(settings)
    providers = load_providers({account.provider for account in read_settings.accounts})
    kept = open_ledger(read_settings) if ledger is None else ledger
    listeners = Listeners(discovery.load(discovery.LISTENERS, read_settings.listeners))
    accounts = {
        account.name: _opened(account, providers[account.provider], listeners, sender)
        for account in read_settings.accounts
    }
    return Gateway(
        Wiring(
            accounts=accounts,
            ledger=kept,
            default_account=read_settings.default_account,
            return_hosts=read_settings.return_hosts,
            listeners=listeners,
            now=now,
        )
    )


def load_providers(names: set[str]) -> dict[str, Provider]:
    """Return the providers with these names, each checked against the contract."""
    plugins = discovery.load(discovery.PROVIDERS, names)
    return {name: Provider(name, plugin) for name, plugin in plugins.items()}


def open_ledger(settings: Settings) -> Ledger:
    """Return the ledger that the settings name."""
    if settings.ledger == "memory://":
        return MemoryLedger()
    raise SettingsError("ledger: want memory://", field="ledger")


def _opened(
    settings: AccountSettings,
    provider: Provider,
    listeners: Listeners,
    sender: Callable[[Connection], Sender],
) -> Account:
    settings = replace(settings, base_url=settings.base_url or provider.description.base_url)
    _check_addresses(settings)
    own = {
        **settings.own,
        "base_url": settings.base_url,
        "mode": settings.mode,
        "notify_url": settings.notify_url,
        "pci_dss": settings.pci_dss,
    }
    sandbox = settings.mode == "sandbox"
    return Account(
        name=settings.name,
        provider=provider,
        handle=_handle(settings, provider, own),
        sender=sender(
            Connection(
                base_url=settings.base_url,
                ca_bundle=settings.ca_bundle,
                proxy=settings.proxy,
                timeout_s=settings.timeout_s,
                connect_timeout_s=settings.connect_timeout_s,
                sandbox=sandbox,
            )
        ),
        limits=Limits(_guard(settings), settings.pci_dss, sandbox, settings.notify_peers),
        timeout_s=settings.timeout_s,
        listeners=listeners,
    )


def _handle(settings: AccountSettings, provider: Provider, own: dict[str, Any]) -> Any:
    try:
        return provider.open_account(own)
    except PaycoreError as error:
        raise SettingsError(f"accounts.{settings.name}: {error}", field=error.field) from None
    except Exception as error:
        raise SettingsError(
            f"accounts.{settings.name}: {provider.name} fails to open it: {type(error).__name__}"
        ) from None


def _check_addresses(settings: AccountSettings) -> None:
    where = f"accounts.{settings.name}"
    sandbox = settings.mode == "sandbox"
    host = host_of(settings.base_url)
    loopback = sandbox and is_loopback(host)
    bare = settings.base_url.partition("://")[2].rstrip("/")
    if not host or "/" in bare or "?" in bare or "#" in bare:
        raise SettingsError(f"{where}: base_url: want scheme and host only", field="base_url")
    if not settings.base_url.startswith("https://") and not loopback:
        raise SettingsError(
            f"{where}: base_url: want https (plain http only to loopback, with mode = sandbox)",
            field="base_url",
        )
    if settings.notify_url and not reaches(settings.notify_url, sandbox=sandbox):
        raise SettingsError(
            f"{where}: notify_url: want https and a host that the provider can reach",
            field="notify_url",
        )


def _guard(settings: AccountSettings) -> Money | None:
    if not settings.max_amount:
        return None
    try:
        return Money.parse(settings.max_amount)
    except InvalidRequest as error:
        raise SettingsError(
            f"accounts.{settings.name}: max_amount: {error}", field="max_amount"
        ) from None
