"""Who we are to IOTPay: one account, loaded and checked from its settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote_plus, urlsplit

from marshmallow import fields
from marshmallow.validate import Length, OneOf, Regexp

from paycore import InvalidRequest, Kind, OutcomeUnknown
from paycore.wire.accounts import KeyedAccount, KeyedSettings
from paycore.wire.urls import host_of

_WIDE: Final = re.compile(r"[\U00010000-\U0010ffff]")


class AccountSchema(KeyedSettings):
    """The settings of an account, beside those that every account has."""

    notify_url = fields.String(load_default="", validate=Length(max=200))
    merchant_id = fields.String(required=True, validate=Regexp(r"[!-~]{1,30}\Z"))
    login_name = fields.String(required=True, validate=Regexp(r"[!-~]{1,12}\Z"))
    text_encoding = fields.String(validate=OneOf(["raw", "urlencoded"]))
    emoji = fields.String(validate=OneOf(["replace", "strip", "refuse"]))
    sure_refusals = fields.Dict(fields.Enum(Kind, by_value=True), fields.List(fields.String()))


@dataclass(frozen=True)
class Account(KeyedAccount):
    """One merchant at IOTPay; docs/providers/iotpay.md, "Settings", says what each word means."""

    merchant_id: str
    login_name: str
    text_encoding: str = "raw"
    emoji: str = "replace"
    sure_refusals: Mapping[Kind, list[str]] = field(default_factory=dict)
    channel: str = "PF_CC"

    def text(self, text: str, most: int) -> str:
        """Return free text as this account says it, cut to `most` characters."""
        if self.emoji == "refuse" and _WIDE.search(text):
            raise InvalidRequest("description: holds emoji", field="description")
        text = _WIDE.sub("?" if self.emoji == "replace" else "", text)[:most]
        while self.text_encoding == "urlencoded" and len(quote_plus(text)) > most:
            text = text[:-1]
        return text if self.text_encoding == "raw" else quote_plus(text)

    def page(self, url: str) -> str:
        """Return `url` if it is a page of IOTPay's own, over TLS; OutcomeUnknown if not."""
        host, home = host_of(url), urlsplit(self.base_url)
        known = host == home.hostname or (self.mode == "live" and host.endswith(".iotpaycloud.com"))
        if known and urlsplit(url).scheme in ("https", home.scheme):
            return url
        raise OutcomeUnknown("redirectUrl: not a page of IOTPay", field="redirectUrl")
