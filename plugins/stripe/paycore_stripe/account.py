"""Who we are to Stripe: one account, loaded and checked from its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import Regexp

from paycore import OutcomeUnknown, Secret
from paycore.wire.accounts import SignedAccount, SignedSettings
from paycore.wire.fields import SecretText
from paycore.wire.urls import is_at


class AccountSchema(SignedSettings):
    """The settings of an account, beside those that every account has."""

    secret_key = SecretText(required=True)
    page_host = fields.String(validate=Regexp(r"[a-z0-9-]+(\.[a-z0-9-]+)+\Z"))

    @validates_schema
    def _fits(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        """Refuse a key that is not for this mode."""
        key = data["secret_key"].reveal()
        odd = "_test_" if data["mode"] == "live" else "_live_"
        if key.startswith("pk_") or odd in key[:8]:
            raise ValidationError("not a secret key for this mode", "secret_key")


@dataclass(frozen=True)
class Account(SignedAccount):
    """One account at Stripe; docs/providers/stripe.md, "Settings", says what each word means."""

    secret_key: Secret
    page_host: str = "checkout.stripe.com"

    def page(self, url: str) -> str:
        """Return a page of Stripe's own, or in a sandbox where the API is; else OutcomeUnknown."""
        home = self.base_url if self.mode == "sandbox" else ""
        if is_at(url, f"https://{self.page_host}", home):
            return url
        raise OutcomeUnknown("url: not a page of Stripe", field="url")
