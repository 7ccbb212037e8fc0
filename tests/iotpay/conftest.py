"""A merchant at IOTPay, its vectors, and a provider that answers from a script."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import paycore
from paycore.wire.talk import converse
from paycore_iotpay import hooks
from paycore_iotpay.account import Account

VECTORS = Path(__file__).parent / "vectors"
KEY = "paycoreTestKey0000000000000000A1"


class Script:
    """A provider that says what it was told to say, and notes what it was asked."""

    def __init__(self, *answers: object, status: int = 200) -> None:
        self.calls: list[paycore.Call] = []
        self._answers = list(answers)
        self._status = status

    def __call__(self, call: paycore.Call) -> paycore.Reply:
        self.calls.append(call)
        answer = self._answers.pop(0)
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return paycore.Reply(self._status, body)


@pytest.fixture
def script() -> type[Script]:
    return Script


@pytest.fixture
def merchant() -> Callable[..., Account]:
    """Open an account, with some settings changed."""

    def opened(**changed: Any) -> Account:
        settings = {
            "base_url": "https://ccapi.iotpaycloud.com",
            "mode": "live",
            "notify_url": "https://shop.example/iotpay/notify",
            "pci_dss": True,
            "merchant_id": "10000701",
            "merchant_key": KEY,
            "login_name": "jack123",
        }
        return hooks.open_account({**settings, **changed})

    return opened


@pytest.fixture
def account(merchant: Callable[..., Account]) -> Account:
    return merchant()


@pytest.fixture
def messages() -> dict[str, dict[str, Any]]:
    """The example messages, by their ids."""
    told = json.loads((VECTORS / "iotpay_messages.json").read_text(encoding="utf-8"))
    return {message["id"]: message for message in told["messages"]}


@pytest.fixture
def carry() -> Callable[..., Any]:
    """Drive a talk to its end."""
    return converse
