"""The names that settings may have, with their defaults and their bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate

from paycore.settings.sources import opened
from paycore.wire.urls import host_of, ip_of


class Texts(fields.List[str]):
    """A list of texts; from the environment, one text with commas."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(fields.String(validate=self._check), **kwargs)

    def _check(self, text: str) -> None:
        """Refuse a text that means nothing here."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        return super()._deserialize(value, attr, data, **kwargs)


class Hosts(Texts):
    """Names of hosts: no scheme, no port and no pattern, which would never be equal to any."""

    def _check(self, text: str) -> None:
        if not text or host_of(f"https://{text}") != text.lower() or "*" in text:
            raise ValidationError("want the name of a host")

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return [host.lower() for host in super()._deserialize(value, attr, data, **kwargs)]


class Peers(Texts):
    """IP addresses, in the one spelling that sockets use."""

    def _check(self, text: str) -> None:
        if not ip_of(text):
            raise ValidationError("want an IP address")

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return [ip_of(peer) for peer in super()._deserialize(value, attr, data, **kwargs)]


class Opening(Schema):
    """Opens what comes sealed, in frames that are gone before an error could show them."""

    class Meta:
        unknown = RAISE

    @pre_load
    def _open(self, data: Mapping[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {name: opened(value) for name, value in data.items()}


class TopSchema(Opening):
    """The names at the top of the settings."""

    ledger = fields.String(load_default="sqlite:///paycore.db")
    engine = fields.String(load_default="inline")
    return_hosts = Hosts(load_default=list)
    default_account = fields.String(load_default="")
    listeners = Texts(load_default=list)
    accounts = fields.Dict(keys=fields.String(), required=True)


class AccountSchema(Opening):
    """The names of an account that the core reads; the rest is the provider's."""

    provider = fields.String(required=True, validate=validate.Length(min=1))
    mode = fields.String(load_default="live", validate=validate.OneOf(["live", "sandbox"]))
    base_url = fields.String(load_default="")
    notify_url = fields.String(load_default="")
    pci_dss = fields.Boolean(load_default=False)
    max_amount = fields.String(load_default="")
    notify_peers = Peers(load_default=list)
    ca_bundle = fields.String(load_default="")
    proxy = fields.String(load_default="")
    timeout_s = fields.Float(load_default=30.0, validate=validate.Range(0.1, 600))
    connect_timeout_s = fields.Float(load_default=5.0, validate=validate.Range(0.1, 60))
