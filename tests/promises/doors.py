"""Accounts of three providers behind one gateway, each with a payment that waits."""

from __future__ import annotations

from typing import Any, Final

import paycore
from paycore import HostedPage, Money
from paycore.bootstrap import load_providers
from paycore.ledger.memory import MemoryLedger
from paycore.ledger.protocol import InboxState
from paycore.provider import Provider
from tests.hostile.world import KEY, MERCHANT, PAYMENTS, THANKS, Iotpay
from tests.stage import Clock

ACKNOWLEDGED: Final = (b"SUCCESS", b"ok")
"""What IOTPay and the fake provider take for an answer."""
REFUSED: Final = {400, 401, 413}
_IOTPAY: Final = {"merchant_id": MERCHANT, "merchant_key": KEY, "login_name": "jack123"}
_ACCOUNTS: Final[dict[str, dict[str, Any]]] = {
    "iotpay": {"provider": "iotpay", **_IOTPAY},
    "unionpay": {"provider": "iotpay_unionpay", **_IOTPAY},
    "fake": {"provider": "fake"},
    "other_fake": {"provider": "fake"},
}
WAITING: Final = {"iotpay": PAYMENTS["P1"], "unionpay": "waits-2", "fake": "fk-1500"}
"""A payment for each provider; two are those that genuine messages speak of."""


class Watched:
    """A ledger that counts whenever anybody asks it for anything, and notes what messages were."""

    def __init__(self) -> None:
        self.touched = 0
        self.fates: list[InboxState] = []
        """What each message was worth, in order."""
        self._ledger = MemoryLedger()

    def __getattr__(self, name: str) -> Any:
        self.touched += 1
        return getattr(self._ledger, name)

    def mark(self, row: str, state: InboxState, *told: Any, **more: Any) -> None:
        self.fates.append(state)
        self._ledger.mark(row, state, *told, **more)


class Doors:
    """The gateway, its ledger and provider, and each plugin's own check behind no gateway."""

    def __init__(self) -> None:
        self.ledger: Any = Watched()
        self.provider = Iotpay()
        self.clock = Clock()
        self.gateway = paycore.open_gateway(
            {"ledger": "memory://", "return_hosts": ["shop.example"], "accounts": _ACCOUNTS},
            ledger=self.ledger,
            now=self.clock,
            sender=lambda connection: self.provider,
        )
        for account, reference in WAITING.items():
            self.gateway.charge(reference, Money(1500, "CAD"), HostedPage(THANKS), account=account)
        self._plugins = load_providers({each["provider"] for each in _ACCOUNTS.values()})
        self._handles = {name: self._opened(name) for name in _ACCOUNTS}

    def _opened(self, account: str) -> tuple[Provider, Any]:
        settings = _ACCOUNTS[account]
        provider = self._plugins[settings["provider"]]
        core = {"base_url": provider.description.base_url, "mode": "live", "notify_url": ""}
        own = {name: value for name, value in settings.items() if name != "provider"}
        return provider, provider.open_account({**core, "pci_dss": False, **own})

    def verified(self, account: str, message: paycore.WebhookMessage) -> paycore.Report:
        """Return what the plugin's own `verify_webhook` makes of a message, or what it raises."""
        provider, handle = self._handles[account]
        return provider.verify_webhook(handle, message).report

    def states(self) -> list[paycore.State]:
        """Return the state of each payment that waits."""
        found = [self.gateway.find(reference) for reference in WAITING.values()]
        return [payment.operations[0].state for payment in found if payment is not None]
