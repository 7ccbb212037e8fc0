"""Who we are to IOTPay: one account, loaded and checked from its settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit

from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf, Regexp

import paycore
from paycore.wire.fields import SecretText, SettingsSchema
from paycore.wire.urls import host_of

_WIDE: Final = re.compile(r"[\U00010000-\U0010ffff]")
_EMOJI: Final = {"replace": "?", "strip": "", "refuse": None}


class AccountSchema(SettingsSchema):
    """The settings of an account, beside those that every account has."""

    notify_url = fields.String(load_default="", validate=Length(max=200))
    merchant_id = fields.String(required=True, validate=Regexp(r"[!-~]{1,30}\Z"))
    merchant_key = SecretText(required=True)
    login_name = fields.String(required=True, validate=Regexp(r"[!-~]{1,12}\Z"))
    previous_merchant_key = SecretText()
    previous_key_until = fields.AwareDateTime()
    text_encoding = fields.String(validate=OneOf(("raw", "urlencoded")))
    emoji = fields.String(validate=OneOf(_EMOJI))
    sure_refusals = fields.Dict(
        fields.Enum(paycore.Kind, by_value=True), fields.List(fields.String())
    )

    @validates_schema
    def _ends(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if ("previous_merchant_key" in data) != ("previous_key_until" in data):
            raise ValidationError("a previous key must have an end", "previous_key_until")


@dataclass(frozen=True)
class Account:
    """One merchant at IOTPay; its words are those of docs/providers/iotpay.md, "Settings"."""

    base_url: str
    mode: str
    notify_url: str
    pci_dss: bool
    merchant_id: str
    merchant_key: paycore.Secret
    login_name: str
    previous_merchant_key: paycore.Secret | None = None
    previous_key_until: datetime | None = None
    text_encoding: str = "raw"
    emoji: str = "replace"
    sure_refusals: Mapping[paycore.Kind, list[str]] = field(default_factory=dict)
    channel: str = "PF_CC"

    def previous_key(self, now: datetime) -> paycore.Secret | None:
        """Return the key that notifications may still be signed with at `now`, beside ours."""
        until = self.previous_key_until
        return self.previous_merchant_key if until and now < until else None

    def text(self, text: str, most: int) -> str:
        """Return free text as this account says it, cut to `most` characters.

        Raises:
            InvalidRequest: it holds characters of 4 bytes, and the account refuses them.
        """
        instead = _EMOJI[self.emoji]
        if instead is None and _WIDE.search(text):
            raise paycore.InvalidRequest("description: holds emoji", field="description")
        text = _WIDE.sub(instead or "", text)[:most]
        while self.text_encoding == "urlencoded" and len(quote_plus(text)) > most:
            text = text[:-1]
        return text if self.text_encoding == "raw" else quote_plus(text)

    def page(self, url: str) -> str:
        """Return the address of a page to send a payer to: IOTPay's own, over TLS.

        Raises:
            OutcomeUnknown: it is anything else; nobody is sent there.
        """
        host, home = host_of(url), urlsplit(self.base_url)
        known = host == home.hostname or (self.mode == "live" and host.endswith(".iotpaycloud.com"))
        if host and known and urlsplit(url).scheme in ("https", home.scheme):
            return url
        raise paycore.OutcomeUnknown("redirectUrl: not a page of IOTPay", field="redirectUrl")
