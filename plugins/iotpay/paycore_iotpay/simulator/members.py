"""What a request must hold, and who may send it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from paycore.errors import PaycoreError
from paycore.wire.strict import JsonObject, parse_json
from paycore_iotpay.simulator.checking import genuine

if TYPE_CHECKING:
    from paycore_iotpay.simulator.book import Merchant

Fields = dict[str, str]
"""A request's members, numbers as their digits; empty ones are not there."""


class Refused(PaycoreError):
    """The gateway answers retCode FAIL with this text, and nothing has happened."""


_COMMON: Final = ("mchId", "loginName")
_CARD: Final = ("cardNum", "expiryDate", "holder", "cvv")
_ORDER: Final = ("mchOrderNo", "amount", "currency")

REQUIRED: Final = {
    "cc_purchase": (*_COMMON, *_ORDER, "channel", "notifyUrl", "returnUrl"),
    "cc_addcard": (*_COMMON, "cardId", "channel", "returnUrl"),
    "cc_directaddcard": (*_COMMON, "cardId", "cardNum", "holder", "cvv", "channel"),
    "cc_directpurchase": (*_COMMON, *_ORDER, *_CARD, "channel"),
    "cc_querycard": ("mchId", "cardId"),
    "cc_purchasewithtoken": (*_COMMON, *_ORDER, "cardId"),
    "cc_purchasewithwallet": (*_COMMON, *_ORDER, "walletType", "walletData"),
    "cc_refund": (*_COMMON, "mchRefundNo", "refundAmount", "payOrderId"),
    "cc_void": (*_COMMON, "mchRefundNo", "payOrderId"),
    "cc_query": ("mchId",),
    "cc_pfaddcard": ("secureId", *_CARD),
    "cc_pfpurchase": ("secureId", *_CARD),
    "queryorder": ("secureId",),
}
"""What each endpoint cannot do without."""

_URL: Final = r"(?=.{1,200}$)https?://[0-9A-Za-z.:\[\]-]+(?:[/?#][!#-;=?-\[\]-~]*)?"

SHAPES: Final = {
    "mchId": r"[0-9]{1,30}",
    "loginName": r"[!-~]{1,12}",
    "mchOrderNo": r"[!-~]{1,30}",
    "mchRefundNo": r"[!-~]{1,30}",
    "mchUserId": r"[!-~]{1,30}",
    "payOrderId": r"[!-~]{1,30}",
    "cardId": r"[!-~]{1,30}",
    "amount": r"[1-9][0-9]{0,11}",
    "refundAmount": r"[1-9][0-9]{0,11}",
    "currency": r"[A-Z]{3}",
    "channel": r"PF_CC|UPI_EX",
    "subject": r"(?s:.{1,64})",
    "body": r"(?s:.{1,250})",
    "notifyUrl": _URL,
    "returnUrl": _URL,
    "clientIp": r"[0-9A-Fa-f.:]{1,50}",
    "cardNum": r"[0-9]{14,19}",
    "expiryDate": r"(?:0[1-9]|1[0-2])[0-9]{2}",
    "holder": r"[^\x00-\x1f\x7f]{1,50}",
    "cvv": r"[0-9]{3,4}",
    "walletType": r"ApplePay|GooglePay",
    "walletData": r"[0-9A-Za-z+/]+={0,2}",
    "secureId": r"[0-9a-f]{64}",
}
"""What each member may look like; one that is not here may look as it likes."""


def opened(merchant: Merchant, endpoint: str, raw: bytes) -> Fields:
    """Return the members of a merchant's request, complete, well formed and genuine.

    Raises:
        Refused: they are not; the text is what IOTPay would answer.
    """
    said = parse_json(raw, otherwise=Refused)
    fields = checked(endpoint, said)
    if fields["mchId"] != merchant.merchant_id:
        raise Refused("merchant does not exist")
    if fields.get("loginName", merchant.login_name) != merchant.login_name:
        raise Refused("loginName does not exist")
    if not genuine(said, merchant.key.reveal()):
        raise Refused("signature error")
    return fields


def checked(endpoint: str, said: JsonObject) -> Fields:
    """Return the members of a request as text, each of its own shape and none missing.

    Raises:
        Refused: one is missing or odd; the text names it.
    """
    fields = {name: _text(name, value) for name, value in said.items() if value not in ("", None)}
    for name in REQUIRED[endpoint]:
        if name not in fields:
            raise Refused(f"parameter error: {name}")
    for name, text in fields.items():
        if name in SHAPES and not re.fullmatch(SHAPES[name], text):
            raise Refused(f"parameter error: {name}")
    if fields.get("currency", "CAD") != "CAD":
        raise Refused("currency is not supported")
    return fields


def _text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Refused(f"parameter error: {name}")
