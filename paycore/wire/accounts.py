"""Accounts with a secret that changes: for a while the one before it counts as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import fields, validates_schema
from marshmallow.exceptions import ValidationError

from paycore.secret import Secret
from paycore.wire.fields import SecretText, SettingsSchema


class KeyedSettings(SettingsSchema):
    """What an account with one key for both ways may say: the key, and the one before it."""

    merchant_key = SecretText(required=True)
    previous_merchant_key = SecretText(load_default=None)
    previous_key_until = fields.AwareDateTime(load_default=None)

    @validates_schema
    def _ends(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        _both_or_neither(data, "previous_merchant_key", "previous_key_until")


class SignedSettings(SettingsSchema):
    """What an account may say that is sent messages under a secret of their own."""

    webhook_secret = SecretText(required=True)
    previous_webhook_secret = SecretText(load_default=None)
    previous_webhook_secret_until = fields.AwareDateTime(load_default=None)

    @validates_schema
    def _ends(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        _both_or_neither(data, "previous_webhook_secret", "previous_webhook_secret_until")


@dataclass(frozen=True)
class _Account:
    """What every account has."""

    base_url: str
    mode: str
    notify_url: str
    pci_dss: bool


@dataclass(frozen=True)
class KeyedAccount(_Account):
    """What `KeyedSettings` loads; a plugin's account adds its own."""

    merchant_key: Secret
    previous_merchant_key: Secret | None
    previous_key_until: datetime | None

    def keys(self, now: datetime) -> Iterator[Secret]:
        """Yield the keys that a message may be signed with at `now`, the current one first."""
        previous, until = self.previous_merchant_key, self.previous_key_until
        yield from _in_force(now, self.merchant_key, previous, until)


@dataclass(frozen=True)
class SignedAccount(_Account):
    """What `SignedSettings` loads; a plugin's account adds its own."""

    webhook_secret: Secret
    previous_webhook_secret: Secret | None
    previous_webhook_secret_until: datetime | None

    def secrets(self, now: datetime) -> Iterator[Secret]:
        """Yield the secrets that a message may be signed with at `now`, the current one first."""
        previous, until = self.previous_webhook_secret, self.previous_webhook_secret_until
        yield from _in_force(now, self.webhook_secret, previous, until)


def _both_or_neither(data: Mapping[str, Any], previous: str, until: str) -> None:
    """Refuse a previous secret without an end, which nobody would ever retire."""
    if (data[previous] is None) != (data[until] is None):
        raise ValidationError("want both or neither", until)


def _in_force(
    now: datetime, current: Secret, previous: Secret | None, until: datetime | None
) -> Iterator[Secret]:
    yield current
    if previous and until and now < until:
        yield previous
