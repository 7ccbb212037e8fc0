"""Settings in, `Gateway` out; the only module that knows every room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from paycore import discovery
from paycore.account import Account, Limits, Sender
from paycore.engines.inline import Inline
from paycore.errors import InvalidRequest, PaycoreError, SettingsError
from paycore.gateway import Gateway
from paycore.ledger.memory import MemoryLedger
from paycore.ledger.protocol import Ledger
from paycore.listeners import Listeners
from paycore.money import Money
from paycore.provider import Provider
from paycore.secret import Secret, scrub
from paycore.settings import AccountSettings, Settings, read
from paycore.settings.addresses import check_addresses
from paycore.settings.sources import sealed
from paycore.wire.connection import Connection
from paycore.wire.transport import Transport
from paycore.wiring import Wiring, utc_now
from paycore.work import Engine


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
        ledger: A ledger of your own, with the engine `inline`; without it, what the settings name.
        now: The clock, for tests.
        sender: What carries calls, for tests.

    Raises:
        SettingsError: the settings are wrong; the message names what to mend.
        PluginRefused: a plugin that the settings name breaks the contract.
    """
    settings = sealed(settings) if isinstance(settings, Mapping) else settings
    return Gateway(open_wiring(settings, ledger=ledger, now=now, sender=sender))


def open_wiring(
    settings: str | Path | Mapping[str, Any] | None,
    *,
    ledger: Ledger | None,
    now: Callable[[], datetime],
    sender: Callable[[Connection], Sender],
) -> Wiring:
    """Return the rooms that these settings name, connected; arguments and errors as above.

    A mapping comes `sealed`: no frame holds a plain key, should this fail.
    """
    read_settings = read(settings)
    providers = load_providers({account.provider for account in read_settings.accounts})
    engine = open_engine(read_settings) if ledger is None else Inline()
    with ExitStack() as half_open:
        kept = open_ledger(read_settings, engine) if ledger is None else ledger
        if ledger is None:
            half_open.callback(kept.close)
        listeners = Listeners(discovery.load(discovery.LISTENERS, read_settings.listeners))
        accounts = {}
        for account in read_settings.accounts:
            opened = _opened(account, providers[account.provider], listeners, sender)
            half_open.callback(opened.sender.close)
            accounts[account.name] = opened
        half_open.pop_all()  # whole: the gateway closes it from now on
    return Wiring(
        accounts=accounts,
        ledger=kept,
        default_account=read_settings.default_account,
        return_hosts=read_settings.return_hosts,
        listeners=listeners,
        engine=engine,
        now=now,
    )


def load_providers(names: set[str]) -> dict[str, Provider]:
    """Return the providers with these names, each checked against the contract."""
    plugins = discovery.load(discovery.PROVIDERS, names)
    return {name: Provider(name, plugin) for name, plugin in plugins.items()}


def open_engine(settings: Settings) -> Engine:
    """Return the engine that the settings name, over the ledger that they name.

    Raises:
        SettingsError: it does not work there.
        PluginRefused: nobody offers it.
    """
    name = settings.engine
    if name == "inline":  # who wants no other need not look for one
        return Inline()
    engine: Engine = discovery.load(discovery.ENGINES, [name])[name](settings.ledger)
    return engine


def open_ledger(settings: Settings, engine: Engine | None = None) -> Ledger:
    """Return the ledger that the settings name; it tells `engine` what becomes due."""
    if settings.ledger.reveal() == "memory://":
        return MemoryLedger()
    from paycore.ledger.durable import open_durable  # SQLAlchemy: not for who keeps nothing

    if engine is None or not engine.defers:
        return open_durable(settings.ledger)
    ledger = open_durable(settings.ledger, enqueue=engine.enqueue)
    try:
        engine.check()
    except BaseException:
        ledger.close()
        raise
    return ledger


def _opened(
    settings: AccountSettings,
    provider: Provider,
    listeners: Listeners,
    sender: Callable[[Connection], Sender],
) -> Account:
    """Return an account; whatever is wrong with it is told with its name, and without its keys."""
    try:
        return _account(settings, provider, listeners, sender)
    except PaycoreError as error:
        problem, name = str(error), error.field
    except Exception as error:
        problem, name = f"{provider.name} fails to open it: {type(error).__name__}", None
    keys = (value for value in settings.own.values() if isinstance(value, Secret))
    problem = scrub(problem, *(key for key in keys if len(key) > 5))
    raise SettingsError(f"accounts.{settings.name}: {problem}", field=name)


def _account(
    settings: AccountSettings,
    provider: Provider,
    listeners: Listeners,
    sender: Callable[[Connection], Sender],
) -> Account:
    sandbox = settings.mode == "sandbox"
    home = (settings.base_url or provider.description.base_url).removesuffix("/")
    settings = replace(settings, base_url=home)
    check_addresses(settings.base_url, settings.notify_url, sandbox=sandbox)
    core = {name: getattr(settings, name) for name in ("base_url", "mode", "notify_url", "pci_dss")}
    guard = _guard(settings, provider)
    return Account(
        name=settings.name,
        provider=provider,
        handle=provider.open_account({**settings.own, **core}),
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
        limits=Limits(guard, settings.pci_dss, sandbox, settings.notify_peers),
        timeout_s=settings.timeout_s,
        listeners=listeners,
    )


def _guard(settings: AccountSettings, provider: Provider) -> Money | None:
    if not settings.max_amount:
        return None
    try:
        guard = Money.parse(settings.max_amount)
    except InvalidRequest as error:
        raise SettingsError(f"max_amount: {error}", field="max_amount") from None
    if guard.currency not in provider.description.currencies:
        raise SettingsError(
            f"max_amount: {provider.name} does not take {guard.currency}", field="max_amount"
        )
    return guard
