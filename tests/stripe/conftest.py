"""An account at Stripe, messages as Stripe signs them, and a small Stripe behind a gateway."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import paycore
from paycore.wire.talk import converse
from paycore_stripe import hooks
from paycore_stripe.account import Account
from tests.stripe.messages import SECRET
from tests.stripe.scripted import Stripe

KEY = "sk_test_paycore000000000000000canary"


@pytest.fixture
def merchant() -> Callable[..., Account]:
    """Open an account, with some settings changed."""

    def opened(**changed: Any) -> Account:
        settings = {
            "base_url": "https://api.stripe.com",
            "mode": "sandbox",
            "notify_url": "",
            "pci_dss": False,
            "secret_key": KEY,
            "webhook_secret": SECRET,
        }
        return hooks.open_account({**settings, **changed})

    return opened


@pytest.fixture
def account(merchant: Callable[..., Account]) -> Account:
    return merchant()


@pytest.fixture
def carry() -> Callable[..., Any]:
    """Drive a talk to its end."""
    return converse


class Wire:
    """Carries calls to a small Stripe, or loses one on its way there or back."""

    def __init__(self) -> None:
        self.stripe = Stripe(pays=False)
        self.loses: list[str] = []
        self.answers: Callable[[paycore.Call], paycore.Reply | None] = lambda call: None
        """What is answered to a call in Stripe's place."""

    def __call__(self, connection: object) -> Wire:
        return self  # what `open_gateway` does for each account

    def send(self, call: paycore.Call) -> paycore.Reply:
        how = self.loses.pop(0) if self.loses else ""
        if how == "sent":
            raise paycore.NotSent("no route")
        reply = self.answers(call) or self.stripe(call)
        if how == "answer":
            raise paycore.OutcomeUnknown("reset")
        return reply

    def close(self) -> None:
        """Nothing is held."""


SETTINGS = {
    "ledger": "memory://",
    "return_hosts": ["shop.example"],
    "accounts": {
        "cards": {
            "provider": "stripe",
            "mode": "sandbox",
            "secret_key": KEY,
            "webhook_secret": SECRET,
        }
    },
}


def opened(wire: Wire) -> paycore.Gateway:
    """Open the front door that applications use, over a small Stripe."""
    return paycore.open_gateway(SETTINGS, sender=wire)


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def gateway(wire: Wire) -> Iterator[paycore.Gateway]:
    with opened(wire) as gateway:
        yield gateway
