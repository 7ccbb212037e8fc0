"""The accounts: their plugins, their addresses, and what is still to be asked about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from importlib.resources import files
from typing import Any

from paycore import discovery
from paycore.bootstrap import load_providers, open_gateway
from paycore.cli.health.finding import Finding
from paycore.errors import PaycoreError
from paycore.ledger.memory import MemoryLedger
from paycore.methods import EmbeddedForm, HostedPage
from paycore.provider import Provider
from paycore.settings import AccountSettings, Settings


def plugins(settings: Settings) -> tuple[dict[str, Provider], list[Finding]]:
    """Return the named providers that pass the contract, and what was found."""
    good: dict[str, Provider] = {}
    found: list[Finding] = []
    for name in sorted({account.provider for account in settings.accounts}):
        try:
            good |= load_providers({name})
        except (PaycoreError, AssertionError, SystemExit) as error:
            problem = str(error) or type(error).__name__
            found.append(Finding("plugins", "failed", problem, "`paycore plugins` shows them all"))
        else:
            version = good[name].description.api_version
            found.append(Finding("plugins", "ok", f"{name} keeps contract {version}"))
    return good, found


def accounts(settings: Settings, providers: dict[str, Provider]) -> Iterator[Finding]:
    """Open every account whose plugin is good, without a byte to the network, and look at it."""
    for account in settings.accounts:
        provider = providers.get(account.provider)
        if provider is None:
            yield Finding("accounts", "failed", f"{account.name}: its plugin cannot be used")
            continue
        try:
            open_gateway(_alone(account), ledger=MemoryLedger()).close()
        except PaycoreError as error:
            yield Finding("accounts", "failed", str(error), "mend this setting")
            continue
        yield Finding("accounts", "ok", f"{account.name} opens ({account.mode})")
        yield from _addresses(account, provider, settings)


def questions(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Return what each provider's plugin wants settled before going live.

    A plugin lists them as `QUESTIONS` in its module of hooks: a tuple of texts, or
    `"package:file"`, a text file in the package with one question to a line.
    """
    names = sorted({account.provider for account in settings.accounts})
    asked: dict[str, tuple[str, ...]] = {}
    for name in names:
        try:
            module = discovery.load(discovery.PROVIDERS, [name])[name]
        except (PaycoreError, AssertionError, SystemExit):
            continue  # the plugins' own check tells it
        if told := _told(getattr(module, "QUESTIONS", ())):
            asked[name] = told
    return asked


def _told(questions: object) -> tuple[str, ...]:
    if isinstance(questions, str):
        package, _, name = questions.partition(":")
        try:
            questions = files(package).joinpath(name).read_text("utf-8").splitlines()
        except (ImportError, OSError, ValueError):
            questions = ()
    listed = questions if isinstance(questions, (tuple, list)) else ()
    return tuple(str(question) for question in listed if question)


def open_questions(settings: Settings, asked: dict[str, tuple[str, ...]]) -> Iterator[Finding]:
    """Warn of every live account whose provider left something to be asked."""
    for account in settings.accounts:
        count = len(asked.get(account.provider, ()))
        if count:
            yield Finding(
                "questions",
                "warning" if account.mode == "live" else "note",
                f"{account.name}: {count} to settle with the provider before going live",
                "they are listed below",
            )


def _alone(account: AccountSettings) -> dict[str, Any]:
    """Return settings with this account only, as a mapping."""
    core = {f.name: getattr(account, f.name) for f in fields(account)}
    own = core.pop("own")
    return {"ledger": "memory://", "accounts": {core.pop("name"): {**own, **core}}}


def _addresses(
    account: AccountSettings, provider: Provider, settings: Settings
) -> Iterator[Finding]:
    home = provider.description.base_url
    at = account.base_url or home
    if account.mode == "live" and at.rstrip("/") != home.rstrip("/"):
        yield Finding(
            "addresses",
            "warning",
            f"{account.name}: live, but talks to {at} and not to {home}",
            "leave base_url out, unless the provider told you otherwise",
        )
    if "verify_webhook" in provider.hooks and not account.notify_url:
        yield Finding(
            "addresses",
            "warning",
            f"{account.name}: no notify_url, so no payment tells where its messages go",
            "set notify_url to where `Gateway.receive` listens, if the provider is not told so "
            "in its own console; without either, only queries tell how payments end",
        )
    pages = {HostedPage, EmbeddedForm} & set(provider.description.methods)
    if pages and account.mode == "live" and not settings.return_hosts:
        yield Finding(
            "addresses",
            "warning",
            f"{account.name}: return_hosts is empty, so no payer can be sent to a page",
            'list the hosts of your shop: return_hosts = ["shop.example"]',
        )
