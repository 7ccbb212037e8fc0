"""TOML, mappings and environment -> one section for each account; unknown names are refused."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from marshmallow import INCLUDE, RAISE, Schema, fields, validate

from paycore.errors import SettingsError
from paycore.secret import Secret
from paycore.wire.messages import load

DEFAULT_FILE: Final = "paycore.toml"
PREFIX: Final = "PAYCORE_"
_NOT_SETTINGS: Final = ("PAYCORE_TEST_", "PAYCORE_CONFIG")
_SECRET_ENDINGS: Final = ("_key", "_secret", "_password", "_token")


@dataclass(frozen=True)
class AccountSettings:
    """One account, as the settings have it."""

    name: str
    provider: str
    mode: str
    base_url: str
    notify_url: str
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
    ledger: str = field(repr=False)
    return_hosts: frozenset[str]
    listeners: tuple[str, ...]


class Texts(fields.List[str]):
    """A list of texts; from the environment, one text with commas."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(fields.String(), **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        return super()._deserialize(value, attr, data, **kwargs)


class TopSchema(Schema):
    """The names at the top of the settings."""

    class Meta:
        unknown = RAISE

    ledger = fields.String(load_default="memory://")
    return_hosts = Texts(load_default=list)
    default_account = fields.String(load_default="")
    listeners = Texts(load_default=list)
    accounts = fields.Dict(keys=fields.String(), values=fields.Dict(), required=True)


class AccountSchema(Schema):
    """The names of an account that the core reads; the rest is the provider's."""

    class Meta:
        unknown = INCLUDE

    provider = fields.String(required=True, validate=validate.Length(min=1))
    mode = fields.String(load_default="live", validate=validate.OneOf(["live", "sandbox"]))
    base_url = fields.String(load_default="")
    notify_url = fields.String(load_default="")
    pci_dss = fields.Boolean(load_default=False)
    max_amount = fields.String(load_default="")
    notify_peers = Texts(load_default=list)
    ca_bundle = fields.String(load_default="")
    proxy = fields.String(load_default="")
    timeout_s = fields.Float(load_default=30.0, validate=validate.Range(0.1, 600))
    connect_timeout_s = fields.Float(load_default=5.0, validate=validate.Range(0.1, 60))


def read(source: str | Path | Mapping[str, Any] | None = None) -> Settings:
    """Return the settings in `source`: a mapping, a TOML file, or `./paycore.toml` if None.

    Names in the environment (`PAYCORE_ACCOUNTS__CARDS__MERCHANT_KEY`) go over those of a file.

    Raises:
        SettingsError: a name is unknown, missing or malformed; it is named, no value is quoted.
    """
    if isinstance(source, Mapping):
        raw = {str(name): value for name, value in source.items()}
    else:
        raw = _overlaid(_file(source), os.environ)
    top = load(TopSchema(), raw, otherwise=SettingsError)
    accounts = tuple(_account(name, section) for name, section in top["accounts"].items())
    if not accounts:
        raise SettingsError("accounts: want at least one [accounts.NAME]", field="accounts")
    names = [account.name for account in accounts]
    default = top["default_account"] or names[0]
    if default not in names:
        raise SettingsError("default_account: no such account", field="default_account")
    return Settings(
        accounts=accounts,
        default_account=default,
        ledger=top["ledger"],
        return_hosts=frozenset(host.lower() for host in top["return_hosts"]),
        listeners=tuple(top["listeners"]),
    )


def _file(source: str | Path | None) -> dict[str, Any]:
    path = Path(DEFAULT_FILE if source is None else source)
    if source is None and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        where = str(error).rpartition("(")[2].rstrip(")")
        raise SettingsError(f"{path}: not TOML ({where})") from None


def _overlaid(raw: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings with what the environment says laid over them."""
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name.startswith(_NOT_SETTINGS):
            continue
        *path, last = name.removeprefix(PREFIX).lower().split("__")
        section: Any = raw
        for step in path:
            section = section.setdefault(step, {}) if isinstance(section, dict) else None
        if not isinstance(section, dict):
            raise SettingsError(f"{name}: does not name a setting", field=name)
        section[last] = environ[name]
    return raw


def _account(name: str, section: Mapping[str, Any]) -> AccountSettings:
    if not name.isidentifier() and not name.replace("-", "_").isidentifier():
        raise SettingsError(f"accounts: {name!r} is not a plain name", field="accounts")
    opened = {key: _opened(f"accounts.{name}.{key}", key, item) for key, item in section.items()}
    known = set(AccountSchema().fields)
    core = {key: _shown(item) for key, item in opened.items() if key in known}
    try:
        loaded = load(AccountSchema(), core, otherwise=SettingsError)
    except SettingsError as error:
        raise SettingsError(f"accounts.{name}: {error}", field=error.field) from None
    loaded["notify_peers"] = tuple(loaded["notify_peers"])
    own = {key: item for key, item in opened.items() if key not in known}
    return AccountSettings(name=name, own=own, **loaded)


def _opened(where: str, key: str, value: Any) -> Any:
    """Return a value with `env:` and `file:` followed; what is secret comes as a `Secret`."""
    if not isinstance(value, str):
        return value
    scheme, _, rest = value.partition(":")
    if scheme == "env":
        found = os.environ.get(rest, "")
        if not found:
            raise SettingsError(f"{where}: the environment has no {rest}", field=key)
        return Secret(found)
    if scheme == "file":
        try:
            return Secret(Path(rest).read_text(encoding="utf-8").rstrip("\r\n"))
        except (OSError, UnicodeDecodeError):
            raise SettingsError(f"{where}: the file cannot be read", field=key) from None
    return Secret(value) if key.endswith(_SECRET_ENDINGS) else value


def _shown(value: Any) -> Any:
    return value.reveal() if isinstance(value, Secret) else value
