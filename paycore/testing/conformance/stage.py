"""A provider, opened for one check: its plugin, an account, and whoever answers in its place."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from paycore import discovery
from paycore.account import Account, Limits
from paycore.description import Description
from paycore.errors import NotSent
from paycore.gateway import Gateway
from paycore.ledger.memory import MemoryLedger
from paycore.money import Money
from paycore.provider import Provider
from paycore.report import WebhookMessage
from paycore.simulators import Simulator
from paycore.testing.conformance.case import Answering, Case
from paycore.testing.conformance.mailbox import Mailbox
from paycore.wire.connection import Connection
from paycore.wire.talk import Call, Reply
from paycore.wire.transport import Transport
from paycore.wiring import Wiring

if TYPE_CHECKING:
    from paycore.testing.conformance.outcome import Play

NOTIFY_URL: Final = "https://shop.example/webhooks/conformance"
RETURN_URL: Final = "https://shop.example/thanks"
MINOR: Final = 1537
"""An amount that nothing else in an answer is likely to be."""


class Stage:
    """One `Case`, opened as a context; what it offers is made when it is first asked for."""

    def __init__(self, case: Case) -> None:
        """Prepare; nothing of the plugin runs yet."""
        self.case = case
        self.simulator: Simulator | None = None
        self.mailbox: Mailbox | None = None
        self._held = ExitStack()

    def __enter__(self) -> Self:
        """Start the simulator, where there is one."""
        if self.case.simulator is not None:
            self.mailbox = self._held.enter_context(Mailbox())
            self.simulator = self._held.enter_context(self.case.simulator())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop whatever runs."""
        self._held.close()

    @cached_property
    def plugin(self) -> Any:
        """The hooks themselves."""
        if self.case.plugin is not None:
            return self.case.plugin
        return discovery.load(discovery.PROVIDERS, [self.case.provider])[self.case.provider]

    @cached_property
    def provider(self) -> Provider:
        """The plugin behind its relay; PluginRefused where it breaks the contract."""
        return Provider(self.case.provider, self.plugin)

    @property
    def description(self) -> Description:
        """What the provider says of itself."""
        return self.provider.description

    @cached_property
    def money(self) -> Money:
        """What is charged."""
        return self.case.amount or Money(MINOR, min(self.description.currencies))

    @cached_property
    def settings(self) -> dict[str, Any]:
        """What the plugin is given to open an account."""
        core = {"base_url": self.description.base_url, "mode": "live", "notify_url": NOTIFY_URL}
        own: dict[str, Any] = {}
        if self.simulator is not None and self.mailbox is not None:
            own = self.simulator.settings(self.case.provider, notify_url=self.mailbox.url)
        own = {**core, "pci_dss": True, **own, **self.case.settings}
        return {name: value for name, value in own.items() if name != "provider"}

    @cached_property
    def handle(self) -> Any:
        """The plugin's own account."""
        return self.provider.open_account(dict(self.settings))

    @cached_property
    def send(self) -> Answering:
        """What carries a call to the healthy provider."""
        if self.case.answers is not None:
            return self.case.answers()
        if self.simulator is None:
            return _nobody
        transport = Transport(Connection(self.simulator.base_url, sandbox=True))
        self._held.callback(transport.close)
        return transport.send

    @cached_property
    def tour(self) -> tuple[Play, ...]:
        """Every request that the provider says it takes, made once, well or not."""
        from paycore.testing.conformance.tour import toured

        return toured(self)

    @property
    def plays(self) -> tuple[Play, ...]:
        """Those of the tour that went well, and said something for it."""
        return tuple(play for play in self.tour if not play.problem and play.calls)

    @cached_property
    def messages(self) -> tuple[WebhookMessage, ...]:
        """Genuine messages: the author's, and what the simulator sent."""
        if self.simulator is None or self.mailbox is None:
            return self.case.messages
        bool(self.tour)  # what is notified is what was done
        self.simulator.settle()
        return (*self.case.messages, *self.mailbox.messages)

    @cached_property
    def forged(self) -> tuple[WebhookMessage, ...]:
        """Messages that are not genuine: the author's, and what the simulator can forge."""
        if self.simulator is None:
            return self.case.forged
        bool(self.tour)
        made = [self.simulator.forge(e.provider_reference) for e in self.simulator.effects()[:3]]
        return (*self.case.forged, *(WebhookMessage("POST", h, "", body) for h, body in made))

    def account(self, send: Answering) -> Account:
        """Return the account as the core has it, over something that carries calls."""
        limits = Limits(pci_dss=True)
        return Account("conformance", self.provider, self.handle, _Sender(send), limits)

    def gateway(self, note: Callable[[Call], object]) -> Gateway:
        """Return the front door that applications use, over a line that notes calls and is down."""

        def send(call: Call) -> Reply:
            note(call)
            raise NotSent(call.name)

        account = self.account(send)
        hosts = frozenset({urlsplit(RETURN_URL).hostname or ""})
        return Gateway(Wiring({account.name: account}, MemoryLedger(), account.name, hosts))

    def heard(self, message: WebhookMessage) -> Any:
        """Return what the plugin itself makes of a message, unchecked."""
        return self.plugin.verify_webhook(account=self.handle, message=message)


class _Sender:
    """Carries calls by a function."""

    def __init__(self, send: Answering) -> None:
        self._send = send

    def send(self, call: Call) -> Reply:
        """Carry one call."""
        return self._send(call)

    def close(self) -> None:
        """Nothing is held."""


def _nobody(call: Call) -> Reply:
    raise NotSent(f"{call.name}: the case has neither answers nor a simulator")
