"""A secret that changes: two count for a while, and the older one has an end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from paycore.errors import SettingsError
from paycore.secret import Secret
from paycore.wire.accounts import KeyedAccount, KeyedSettings, SignedAccount, SignedSettings
from paycore.wire.messages import load

CANARY = "canary-4d1f0c-0123456789"
OLDER = "old-key-0123456789"
BASE = {"base_url": "https://api.example", "mode": "live"}
NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEYED = ("merchant_key", "previous_merchant_key", "previous_key_until")
SIGNED = ("webhook_secret", "previous_webhook_secret", "previous_webhook_secret_until")
both = pytest.mark.parametrize("names", [KEYED, SIGNED], ids=["keyed", "signed"])


def opened(names, previous=None, until=None):
    """Return an account with a secret, and with one before it."""
    schema, account = (
        (KeyedSettings, KeyedAccount) if names is KEYED else (SignedSettings, SignedAccount)
    )
    given = dict(zip(names, (CANARY, previous, until), strict=True))
    said = {name: value for name, value in given.items() if value is not None}
    return account(**load(schema(), {**BASE, **said}, SettingsError))


def in_force(account, now):
    return list(account.keys(now) if isinstance(account, KeyedAccount) else account.secrets(now))


@both
@pytest.mark.parametrize("half", [(OLDER, None), (None, "2026-02-01T00:00:00Z")])
def test_a_previous_secret_has_an_end(names, half):
    """One that nobody would ever retire is refused, and an end without a secret as well."""
    with pytest.raises(SettingsError) as caught:
        opened(names, *half)
    assert caught.value.field == names[2]


@both
@pytest.mark.parametrize("until", ["2026-02-01T00:00:00", "tomorrow", 1])
def test_an_end_has_a_time_zone(names, until):
    """Else it would end when nobody meant it."""
    with pytest.raises(SettingsError) as caught:
        opened(names, OLDER, until)
    assert caught.value.field == names[2]


@both
def test_a_secret_is_wanted_and_long_enough(names):
    """The current one always; and one under 16 bytes proves nothing."""
    with pytest.raises(SettingsError) as caught:
        load((KeyedSettings if names is KEYED else SignedSettings)(), BASE, SettingsError)
    assert caught.value.field == names[0]
    with pytest.raises(SettingsError):
        opened(names, "short", NOW.isoformat())


@both
def test_both_secrets_count_until_the_older_one_ends(names):
    """The current one first; from the end on, it alone."""
    account = opened(names, OLDER, NOW.isoformat())
    before, second = NOW - timedelta(seconds=1), timedelta(seconds=1)

    assert in_force(account, before) == [Secret(CANARY), Secret(OLDER)]
    assert in_force(account, NOW) == in_force(account, NOW + second) == [Secret(CANARY)]
    assert in_force(opened(names), NOW) == [Secret(CANARY)]
    assert "canary" not in repr(account)
