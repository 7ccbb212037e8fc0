"""docs/settings.md names every setting, with the default that it has."""

from __future__ import annotations

import re
import tomllib

import pytest
from marshmallow import Schema, missing

import paycore
import paycore_iotpay.account
import paycore_iotpay.hooks
import paycore_iotpay_unionpay.hooks
import paycore_stripe.account
from paycore import settings
from paycore.wire.fields import SettingsSchema
from tests.docs.pages import page, rows, section

OWN = {
    "iotpay": paycore_iotpay.account.AccountSchema,
    "stripe": paycore_stripe.account.AccountSchema,
}
CORE = {"base_url": "https://api.example", "mode": "live", "notify_url": "", "pci_dss": False}
EVERYTHING = {
    "merchant_id": "10000701",
    "merchant_key": "0123456789abcdef",
    "login_name": "jack123",
    "previous_merchant_key": "fedcba9876543210",
    "previous_key_until": "2026-03-01T00:00:00Z",
    "text_encoding": "urlencoded",
    "emoji": "strip",
    "sure_refusals": {"charge": ["no such card"]},
}


def settings_of(heading: str) -> dict[str, str]:
    return {row[0].strip("`"): row[1] for row in rows(section(page("settings.md"), heading))}


def check_names(told: dict[str, str], schema: type[Schema], besides: frozenset[str] = frozenset()):
    known = {name: field for name, field in schema().fields.items() if name not in besides}
    assert set(told) == set(known)
    for name, field in known.items():
        assert (told[name] == "required") is field.required, name
        default = field.load_default() if callable(field.load_default) else field.load_default
        if default is None:
            assert told[name] == "none", name
        elif default is not missing:
            assert tomllib.loads(f"it = {told[name].strip('`')}")["it"] == default, name


def test_every_setting_at_the_top_is_told():
    """The names of the top level, with their defaults."""
    check_names(settings_of("## Top level"), settings.TopSchema)


def test_every_setting_of_an_account_is_told():
    """The names that every account has, with their defaults."""
    check_names(settings_of("## Every account"), settings.AccountSchema)


@pytest.mark.parametrize("provider", OWN)
def test_every_setting_of_a_provider_is_told(provider):
    """The provider's own names, beside those that the core fills in."""
    besides = frozenset(SettingsSchema().fields)

    check_names(settings_of(f"## `{provider}`"), OWN[provider], besides)


@pytest.mark.parametrize("hooks", [paycore_iotpay.hooks, paycore_iotpay_unionpay.hooks])
def test_unionpay_is_set_as_iotpay_is(hooks):
    """The page lets `iotpay` speak for both: each takes all of its names, and no other."""
    assert set(EVERYTHING) == set(settings_of("## `iotpay`"))
    assert hooks.open_account({**CORE, **EVERYTHING}).merchant_id == "10000701"
    with pytest.raises(paycore.SettingsError, match="stranger"):
        hooks.open_account({**CORE, **EVERYTHING, "stranger": "1"})


@pytest.mark.parametrize(
    "name", re.findall(r"`(PAYCORE_(?:PORT|SERVICE)\w*)`", page("settings.md"))
)
def test_what_kubernetes_sets_stops_the_start(monkeypatch, tmp_path, name):
    """The page names such variables because they are refused; with another name they are not."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "paycore.toml").write_text('[accounts.cards]\nprovider = "fake"\n')
    monkeypatch.setenv(name.replace("PAYCORE", "SHOP"), "tcp://10.0.0.1:80")
    assert settings.read().accounts[0].name == "cards"

    monkeypatch.setenv(name, "tcp://10.0.0.1:80")
    with pytest.raises(paycore.SettingsError, match=f"^{name}: does not name a setting$"):
        settings.read()
