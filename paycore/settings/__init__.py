"""TOML, mappings and environment -> one section for each account; unknown names are refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from paycore.errors import SettingsError
from paycore.secret import Secret
from paycore.settings.places import beside
from paycore.settings.schemas import AccountSchema, TopSchema
from paycore.settings.sources import DEFAULT_FILE as DEFAULT_FILE
from paycore.settings.sources import PREFIX as PREFIX
from paycore.settings.sources import file_of, followed, from_file, handed_on, overlaid, sealed
from paycore.wire.messages import load

_ACCOUNT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True)
class AccountSettings:
    """One account, as the settings have it."""

    name: str
    provider: str
    mode: str
    base_url: str = field(repr=False)
    """Scheme and host, without a slash at the end; empty: the provider's own."""
    notify_url: str = field(repr=False)
    pci_dss: bool
    max_amount: str
    notify_peers: tuple[str, ...]
    ca_bundle: str
    proxy: str = field(repr=False)
    timeout_s: float
    connect_timeout_s: float
    own: Mapping[str, Any] = field(repr=False)
    """The provider's own names; the provider checks them."""


@dataclass(frozen=True)
class Settings:
    """Everything that `open_gateway` goes by."""

    accounts: tuple[AccountSettings, ...]
    default_account: str
    ledger: Secret
    """Its URL, which may hold a password; a relative path lies in the folder of the file."""
    engine: str
    return_hosts: frozenset[str]
    listeners: tuple[str, ...]


def read(source: str | Path | Mapping[str, Any] | None = None) -> Settings:
    """Return the settings in `source`: a mapping, a TOML file, or `./paycore.toml` if None.

    Names in the environment (`PAYCORE_ACCOUNTS__CARDS__MERCHANT_KEY`) go over those of a file.

    Raises:
        SettingsError: a name is unknown, missing or malformed; it is named, no value is quoted.
    """
    source = sealed(source) if isinstance(source, Mapping) else source
    if isinstance(source, dict):
        return _checked(source)
    file = file_of(source)
    raw = overlaid({} if file is None else from_file(file), TopSchema().fields.keys())
    if file is None and "accounts" not in raw:
        there = f"no {DEFAULT_FILE} in this folder"
        raise SettingsError(f"{there}, and no {PREFIX}* names an account", field="accounts")
    settings = _checked(raw)
    if file is None:
        return settings
    return replace(settings, ledger=Secret(beside(settings.ledger.reveal(), file)))


def _checked(raw: dict[str, Any]) -> Settings:
    """Return the settings as `raw` has them; every name is known, and one account is the default.

    Raises:
        SettingsError: as `read` says.
    """
    known = TopSchema().fields
    if unknown := sorted(raw.keys() - known.keys()):
        there = ", ".join(sorted(known))
        raise SettingsError(f"{unknown[0]}: no such setting; there are {there}", field=unknown[0])
    settings = _settings(raw)
    if not settings.accounts:
        raise SettingsError("accounts: want at least one [accounts.NAME]", field="accounts")
    if settings.default_account not in [account.name for account in settings.accounts]:
        raise SettingsError("default_account: no such account", field="default_account")
    return settings


def _settings(raw: Mapping[str, Any]) -> Settings:
    """Return the settings as `raw` has them; what is open already is in no frame of an error."""
    sections = raw.get("accounts")
    named = sections.items() if isinstance(sections, dict) else ()
    accounts = tuple(_account(name, section) for name, section in named)
    top = load(TopSchema(), raw, otherwise=SettingsError)
    return Settings(
        accounts=accounts,
        default_account=top["default_account"] or next((each.name for each in accounts), ""),
        ledger=Secret(top["ledger"]),
        engine=top["engine"],
        return_hosts=frozenset(top["return_hosts"]),
        listeners=tuple(top["listeners"]),
    )


def _account(name: str, section: object) -> AccountSettings:
    if not _ACCOUNT.fullmatch(name):
        raise SettingsError(f"accounts: {name!r} is not a plain name", field="accounts")
    where = f"accounts.{name}"
    if not isinstance(section, dict):
        raise SettingsError(f"{where}: want a section [{where}]", field=name)
    opened = {key: followed(f"{where}.{key}", item) for key, item in section.items()}
    core = {key: opened.pop(key) for key in AccountSchema().fields if key in opened}
    own = {key: handed_on(f"{where}.{key}", key, item) for key, item in opened.items()}
    return AccountSettings(name=name, own=own, **_loaded(where, core))


def _loaded(where: str, core: Mapping[str, Any]) -> dict[str, Any]:
    try:
        loaded = load(AccountSchema(), core, otherwise=SettingsError)
        return {**loaded, "notify_peers": tuple(loaded["notify_peers"])}
    except SettingsError as error:
        problem, name = str(error), error.field
    raise SettingsError(f"{where}: {problem}", field=name)
