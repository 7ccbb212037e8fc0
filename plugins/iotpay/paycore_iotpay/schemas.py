"""The messages: our words on the left, IOTPay's on the right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_dump, post_load, pre_load
from marshmallow.validate import Length, OneOf

import paycore
from paycore.wire.fields import SENSITIVE, Amount, Digits, MaskedCard

CURRENCIES: Final = frozenset({"CAD"})
NOWHERE: Final = "https://localhost"
"""What the vendor's own SDK says as `notifyUrl` when it has none: the member must be there."""
_WALLETS: Final = {"apple_pay": "ApplePay", "google_pay": "GooglePay"}


def _text(theirs: str, ours: str, most: int) -> fields.String:
    return fields.String(data_key=theirs, attribute=ours, required=True, validate=Length(1, most))


def _made(theirs: str, most: int, make: Callable[[Any, Any], str]) -> fields.Function:
    """Return a text that `make` makes of the request and the account."""
    return fields.Function(
        lambda said: make(**said), str, data_key=theirs, required=True, validate=Length(1, most)
    )


class Said(Schema):
    """All that we ever say of `{"ask": request, "by": account}`; empty texts are left out."""

    merchant_id = _text("mchId", "by.merchant_id", 30)
    login_name = _text("loginName", "by.login_name", 12)
    channel = _text("channel", "by.channel", 10)
    reference = _text("mchOrderNo", "ask.reference", 30)
    provider_reference = _text("payOrderId", "ask.provider_reference", 30)
    amount = Amount(attribute="ask.amount.minor", required=True)
    currency = fields.String(attribute="ask.amount.currency", validate=OneOf(CURRENCIES))
    description = _made("subject", 64, lambda ask, by: by.text(ask.description, 64))
    details = _made("body", 250, lambda ask, by: by.text(ask.details, 250))
    payer = _made("mchUserId", 30, lambda ask, by: _if_short(ask.payer.reference, 30))
    payer_ip = _text("clientIp", "ask.payer.ip", 50)
    return_url = _text("returnUrl", "ask.method.return_url", 200)
    notify_url = _text("notifyUrl", "by.notify_url", 200)
    notify_always = _made("notifyUrl", 200, lambda ask, by: by.notify_url or NOWHERE)
    token = _text("cardId", "ask.method.token", 30)
    new_token = _text("cardId", "ask.reference", 30)
    wallet = _made("walletType", 10, lambda ask, by: _WALLETS.get(ask.method.kind, ""))
    wallet_data = fields.String(data_key="walletData", attribute="ask.method.data", required=True)
    number = _made("cardNum", 19, lambda ask, by: ask.method.number.reveal())
    expiry = _made("expiryDate", 4, lambda ask, by: _mmyy(ask.method))
    holder = _text("holder", "ask.method.holder", 50)
    security_code = _made("cvv", 4, lambda ask, by: ask.method.security_code.reveal())
    own_reference = _text("mchRefundNo", "ask.reference", 30)
    give_back = Amount(data_key="refundAmount", attribute="ask.amount.minor", required=True)
    charge = _text("payOrderId", "ask.charge_provider_reference", 30)

    @post_dump
    def _full(self, said: Mapping[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {name: value for name, value in said.items() if value != ""}


def _if_short(text: str, most: int) -> str:
    """Return a text that may as well be left out, where it fits."""
    return text if len(text) <= most else ""


def _mmyy(card: paycore.CardData) -> str:
    return f"{card.expiry_month:02}{card.expiry_year % 100:02}"


def _says(always: str, at_will: str = "") -> Schema:
    return Said(only=f"{always} {at_will}".split(), partial=at_will.split())


_WHO: Final = "merchant_id login_name"
_ORDER: Final = f"{_WHO} reference amount currency"
_TEXTS: Final = "description details"
_CARD: Final = "channel number expiry holder security_code"
SAYS: Final[Mapping[str, Schema]] = {
    "cc_purchase": _says(f"{_ORDER} channel notify_always return_url", f"{_TEXTS} payer"),
    "cc_purchasewithtoken": _says(f"{_ORDER} token notify_always", f"{_TEXTS} payer payer_ip"),
    "cc_purchasewithwallet": _says(f"{_ORDER} wallet wallet_data", _TEXTS),
    "cc_directpurchase": _says(f"{_ORDER} {_CARD}", f"{_TEXTS} payer_ip"),
    "cc_addcard": _says(f"{_WHO} new_token channel return_url"),
    "cc_directaddcard": _says(f"{_WHO} new_token {_CARD}"),
    "cc_refund": _says(f"{_WHO} own_reference charge give_back", "notify_url"),
    "cc_void": _says(f"{_WHO} own_reference charge", "notify_url"),
    "cc_query": _says("merchant_id", "reference provider_reference"),
    "cc_querycard": _says("merchant_id new_token"),
}


class Heard(Schema):
    """All that we ever hear; null and empty mean absent, and they may add a member any day."""

    class Meta:
        unknown = EXCLUDE

    reference = fields.String(data_key="mchOrderNo", load_default=None)
    provider_reference = fields.String(data_key="payOrderId", load_default="")
    charge = fields.String(data_key="originalOrderId", load_default="")
    merchant_id = fields.String(data_key="mchId", load_default="")
    pay_type = fields.Raw(data_key="payType", load_default="")
    status = fields.Raw(load_default="")
    amount = Digits(load_default=None)
    refundable = Digits(load_default=None)
    currency = fields.String(load_default="")
    token = fields.String(data_key="cardId", load_default=None)
    card = MaskedCard(data_key="cardNum", load_default="")
    brand = fields.Raw(data_key="cardType", load_default="")
    expiry = fields.Raw(data_key="expiryDate", load_default="")
    page = fields.String(data_key="redirectUrl", load_default="", metadata=SENSITIVE)
    secure_id = fields.String(data_key="secureId", load_default="", metadata=SENSITIVE)
    invoice = fields.Raw(data_key="invoiceNum")
    authorization = fields.Raw(data_key="authNum")
    transaction = fields.Raw(data_key="transNum")
    paid_at = fields.Raw(data_key="paySuccTime")

    @pre_load
    def _full(self, heard: Mapping[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {name: value for name, value in heard.items() if value not in (None, "")}

    @post_load
    def _exact(self, heard: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Make money of the amounts, where a currency comes with them."""
        try:
            for name in ("amount", "refundable"):
                told = heard[name] is not None and heard["currency"]
                heard[name] = paycore.Money(heard[name], heard["currency"]) if told else None
        except paycore.InvalidRequest as odd:
            raise ValidationError("not money", odd.field or "amount") from None
        return heard


HEARD: Final = Heard()
