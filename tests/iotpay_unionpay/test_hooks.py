"""paycore_iotpay_unionpay.hooks: the channel differs, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import paycore
from paycore.provider import Provider
from paycore_iotpay import hooks as iotpay
from paycore_iotpay_unionpay import hooks

SETTINGS = {
    "base_url": "https://ccapi.iotpaycloud.com",
    "mode": "live",
    "notify_url": "https://shop.example/iotpay/notify",
    "merchant_id": "10000701",
    "merchant_key": "paycoreTestKey0000000000000000A1",
    "login_name": "jack123",
}


def said(method: Any, request: type[Any] = paycore.ChargeRequest) -> dict[str, Any]:
    account = hooks.open_account(SETTINGS)
    if request is paycore.TokenizeRequest:
        return dict(next(hooks.tokenize(account, request("card-1", method))).payload)
    asked = request("UPI-77", paycore.Money(250, "CAD"), method)
    return dict(next(hooks.charge(account, asked)).payload)


@pytest.mark.parametrize(
    "name", ["charge", "tokenize", "refund", "void", "query", "verify_webhook"]
)
def test_hook_is_the_very_same(name):
    """Every hook that talks or listens is IOTPay's own function."""
    assert getattr(hooks, name) is getattr(iotpay, name)


def test_description_differs_in_name_channel_and_wallets():
    """It describes itself as IOTPay does, but for the name, the channel and the wallets."""
    ours, theirs = hooks.describe(), iotpay.describe()
    methods = tuple(method for method in theirs.methods if method is not paycore.Wallet)

    assert ours == replace(theirs, name="iotpay_unionpay", channels=("UPI_EX",), methods=methods)
    assert paycore.Wallet in theirs.methods


def test_account_differs_in_its_channel():
    """The same settings open the same merchant over the other channel."""
    assert hooks.open_account(SETTINGS) == replace(iotpay.open_account(SETTINGS), channel="UPI_EX")


def test_wrong_setting_is_named():
    """Settings are checked as IOTPay's are."""
    with pytest.raises(paycore.SettingsError, match="channel"):
        hooks.open_account({**SETTINGS, "channel": "PF_CC"})


@pytest.mark.parametrize("request_", [paycore.ChargeRequest, paycore.TokenizeRequest])
def test_channel_is_said(request_):
    """A page to pay or to add a card on is asked for over UPI_EX."""
    assert said(paycore.HostedPage("https://shop.example/done"), request_)["channel"] == "UPI_EX"


def test_token_charge_says_where_to_notify():
    """The channel is the card's own; the address for notifications must be there."""
    spoken = said(paycore.StoredToken("up-card-1"))

    assert "channel" not in spoken
    assert spoken["notifyUrl"] == SETTINGS["notify_url"]


def test_plugin_keeps_the_contract():
    """The core takes the module as it is, with all the hooks that it shares."""
    assert Provider("iotpay_unionpay", hooks).hooks == Provider("iotpay", iotpay).hooks
