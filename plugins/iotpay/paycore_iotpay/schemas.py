"""The messages: our words on the left, IOTPay's on the right."""

from __future__ import annotations

from typing import Final

from marshmallow import fields
from marshmallow.validate import OneOf

from paycore.wire import fields as wire

CURRENCIES: Final = frozenset({"CAD"})
NOWHERE: Final = "https://localhost"  # as the vendor's SDK has it: the member must be there
_WALLETS: Final = {"apple_pay": "ApplePay", "google_pay": "GooglePay"}


class Request(wire.Said):
    """All that we ever say, of `{"ask": request, "by": account}`."""

    merchant_id = wire.Text("mchId", "by.merchant_id", 30)
    login_name = wire.Text("loginName", "by.login_name", 12)
    channel = wire.Text("channel", "by.channel", 10)
    reference = wire.Text("mchOrderNo", "ask.reference", 30)
    provider_reference = wire.Text("payOrderId", "ask.provider_reference", 30)
    amount = wire.Amount(attribute="ask.amount.minor", required=True)
    currency = fields.String(attribute="ask.amount.currency", validate=OneOf(CURRENCIES))
    description = wire.Made("subject", 64, lambda ask, by: by.text(ask.description, 64))
    details = wire.Made("body", 250, lambda ask, by: by.text(ask.details, 250))
    payer = wire.IfShort("mchUserId", "ask.payer.reference", 30)
    payer_ip = wire.IfShort("clientIp", "ask.payer.ip", 50)
    return_url = wire.Text("returnUrl", "ask.method.return_url", 200)
    notify_url = wire.Text("notifyUrl", "by.notify_url", 200)
    notify_always = wire.Made("notifyUrl", 200, lambda ask, by: by.notify_url or NOWHERE)
    token = wire.Text("cardId", "ask.method.token", 30)
    new_token = wire.Text("cardId", "ask.reference", 30)
    wallet = wire.Made("walletType", 10, lambda ask, by: _WALLETS.get(ask.method.kind, ""))
    wallet_data = wire.Text("walletData", "ask.method.data", 64 * 1024)
    number = wire.Made("cardNum", 19, lambda ask, by: ask.method.number.reveal())
    expiry = wire.Made("expiryDate", 4, lambda ask, by: wire.mmyy(ask.method))
    holder = wire.Text("holder", "ask.method.holder", 50)
    security_code = wire.Made("cvv", 4, lambda ask, by: ask.method.security_code.reveal())
    reversal = wire.Text("mchRefundNo", "ask.reference", 30)
    give_back = wire.Amount(data_key="refundAmount", attribute="ask.amount.minor", required=True)
    charge = wire.Text("payOrderId", "ask.charge_provider_reference", 30)


def _says(always: str, at_will: str = "") -> Request:
    return Request(only=f"{always} {at_will}".split(), partial=at_will.split())


_WHO: Final = "merchant_id login_name"
_ORDER: Final = f"{_WHO} reference amount currency"
_TEXTS: Final = "description details"
_CARD: Final = "channel number expiry holder security_code"
SAYS: Final = {
    "cc_purchase": _says(f"{_ORDER} channel notify_always return_url", f"{_TEXTS} payer"),
    "cc_purchasewithtoken": _says(f"{_ORDER} token notify_always", f"{_TEXTS} payer payer_ip"),
    "cc_purchasewithwallet": _says(f"{_ORDER} wallet wallet_data", _TEXTS),
    "cc_directpurchase": _says(f"{_ORDER} {_CARD}", f"{_TEXTS} payer_ip"),
    "cc_addcard": _says(f"{_WHO} new_token channel return_url"),
    "cc_directaddcard": _says(f"{_WHO} new_token {_CARD}"),
    "cc_refund": _says(f"{_WHO} reversal charge give_back", "notify_url"),
    "cc_void": _says(f"{_WHO} reversal charge", "notify_url"),
    "cc_query": _says("merchant_id", "reference provider_reference"),
    "cc_querycard": _says("merchant_id new_token"),
}


class Response(wire.Heard):
    """All that we ever hear: an order, a card, or a page to pay on."""

    class Meta(wire.Heard.Meta):
        include = dict.fromkeys(("invoiceNum", "authNum", "transNum", "paySuccTime"), fields.Raw())

    reference = fields.String(data_key="mchOrderNo", load_default=None)
    provider_reference = fields.String(data_key="payOrderId", load_default="")
    charge_provider_reference = fields.String(data_key="originalOrderId", load_default="")
    merchant_id = fields.String(data_key="mchId", load_default="")
    pay_type = fields.String(data_key="payType", load_default="", validate=OneOf(["pay", "refund"]))
    status = fields.Raw(load_default="")
    amount = wire.Minor()
    refundable = wire.Minor()
    currency = fields.String()
    card_id = fields.String(data_key="cardId", load_default=None)
    masked = wire.MaskedCard(data_key="cardNum", load_default="")
    brand = fields.Raw(data_key="cardType", load_default="")
    expiry = fields.Raw(data_key="expiryDate", load_default="")
    page = fields.String(data_key="redirectUrl", load_default="", metadata=wire.SENSITIVE)
    secure_id = fields.String(data_key="secureId", load_default="", metadata=wire.SENSITIVE)


HEARD: Final = Response()
