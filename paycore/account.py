"""One account: its provider, the plugin's handle for it, its door to the network, its limits."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from paycore.description import Description
from paycore.errors import NotSent, NotSupported
from paycore.listeners import Listeners
from paycore.money import Money
from paycore.naming import Naming
from paycore.provider import Provider
from paycore.report import Notification, WebhookMessage
from paycore.secret import bare
from paycore.wire.talk import MAX_CALLS, Call, Reply, Talk


class Sender(Protocol):
    """What carries calls: the transport, or a stand-in for it."""

    def send(self, call: Call) -> Reply:
        """Carry one call.

        Raises:
            NotSent: not one request byte left us.
            OutcomeUnknown: it left, and nothing came back that proves what happened.
        """

    def close(self) -> None:
        """Let go of every connection."""


@dataclass(frozen=True)
class Limits:
    """What an account refuses before anything is sent."""

    max_amount: Money | None = None
    pci_dss: bool = False
    sandbox: bool = False
    notify_peers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Account:
    """One account of one provider, ready to be used."""

    name: str
    provider: Provider
    handle: Any = field(repr=False)
    """What the plugin made of the settings; only handed back to it."""
    sender: Sender = field(repr=False)
    limits: Limits = Limits()
    timeout_s: float = 30.0
    listeners: Listeners = field(default_factory=lambda: Listeners({}), repr=False)
    timer: Callable[[], float] = field(default=time.monotonic, repr=False)

    @property
    def description(self) -> Description:
        """What its provider says of itself."""
        return self.provider.description

    @property
    def naming(self) -> Naming:
        """What its provider takes as a reference."""
        return Naming(self.description.reference_alphabet, self.description.reference_length)

    @property
    def lease_s(self) -> float:
        """How long a dispatcher may be at work: every call of a talk at its full deadline."""
        return self.timeout_s * MAX_CALLS + 30

    def talk(self, hook: str, request: Any) -> Talk[Any]:
        """Return the talk that the provider would hold.

        Raises:
            NotSupported: it cannot do that.
        """
        self.require(hook)
        return self.provider.talk(hook, self.handle, request)

    def require(self, hook: str) -> None:
        """Check that the provider has a hook.

        Raises:
            NotSupported: it has not.
        """
        if hook not in self.provider.hooks:
            raise NotSupported(f"account {self.name!r}: {self.provider.name} cannot {hook}")

    def verified(self, message: WebhookMessage) -> Notification:
        """Return what a genuine message reports, or raise `WebhookRejected`.

        What is raised comes without the plugin's frames: they hold keys.
        """
        try:
            return self.provider.verify_webhook(self.handle, message)
        except BaseException as error:
            raise bare(error) from None

    def send(self, call: Call) -> Reply:
        """Carry one call, and let the listeners know how it went.

        What is raised, an interrupt too, comes without the frames of the network: they hold keys.
        """
        started = self.timer()
        try:
            reply = self.sender.send(call)
            outcome = str(reply.status)
            return reply
        except BaseException as error:
            outcome = "not_sent" if isinstance(error, NotSent) else "unknown"
            raise bare(error) from None
        finally:
            self.listeners.emit(
                "call_finished",
                account=self.name,
                call=call.name,
                outcome=outcome,
                duration_ms=round((self.timer() - started) * 1000),
            )
