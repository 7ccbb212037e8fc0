"""UnionPay ExpressPay through IOTPay: the same words over channel UPI_EX.

Outcomes may come late (`State.UNKNOWN`, then a query tells), and there are no wallets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import paycore
from paycore_iotpay import hooks as iotpay
from paycore_iotpay.account import Account
from paycore_iotpay.hooks import (
    QUESTIONS,
    charge,
    query,
    refund,
    tokenize,
    verify_webhook,
    void,
)

__all__ = ["QUESTIONS", "charge", "query", "refund", "tokenize", "verify_webhook", "void"]


@paycore.hookimpl
def describe() -> paycore.Description:
    """Say what IOTPay is over channel UPI_EX."""
    told = iotpay.describe()
    methods = tuple(method for method in told.methods if method is not paycore.Wallet)
    return replace(told, name="iotpay_unionpay", channels=("UPI_EX",), methods=methods)


@paycore.hookimpl
def open_account(settings: Mapping[str, Any]) -> Account:
    """Return the merchant that `settings` describe, for UnionPay cards."""
    return replace(iotpay.open_account(settings), channel="UPI_EX")
