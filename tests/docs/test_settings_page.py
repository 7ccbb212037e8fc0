"""docs/settings.md names every setting, with the default that it has."""

from __future__ import annotations

import inspect
import tomllib

import pytest
from marshmallow import Schema, missing

import paycore_iotpay.account
import paycore_iotpay.hooks
import paycore_iotpay_unionpay.hooks
from paycore import settings
from paycore.wire.fields import SettingsSchema
from tests.docs.pages import page, rows, section

OWN = {"iotpay": paycore_iotpay.account.AccountSchema}


def settings_of(heading: str) -> dict[str, str]:
    return {row[0].strip("`"): row[1] for row in rows(section(page("settings.md"), heading))}


def check_names(told: dict[str, str], schema: type[Schema], besides: frozenset[str] = frozenset()):
    known = {name: field for name, field in schema().fields.items() if name not in besides}
    assert set(told) == set(known)
    for name, field in known.items():
        assert (told[name] == "required") is field.required, name
        default = field.load_default() if callable(field.load_default) else field.load_default
        if default is not missing:
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


def test_unionpay_is_set_as_iotpay_is():
    """The page lets `iotpay` speak for both, so both must be opened by one function."""
    ours = paycore_iotpay_unionpay.hooks.open_account

    assert ours is paycore_iotpay.hooks.open_account or "AccountSchema" in inspect.getsource(ours)
