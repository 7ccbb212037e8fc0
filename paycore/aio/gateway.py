"""The front door for applications on an event loop."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Self, cast

from paycore.aio.bridge import wait, walk
from paycore.aio.sending import Walking
from paycore.events import Event, EventType
from paycore.gateway import Gateway
from paycore.intents import Payer
from paycore.ledger.protocol import Page
from paycore.methods import Method
from paycore.money import Money
from paycore.payment import Payment, PaymentStatus
from paycore.reconcile import Reconciliation
from paycore.report import Answer, WebhookMessage
from paycore.results import Refund, Token, Void
from paycore.wiring import Wiring


class AsyncGateway:
    """What `paycore.Gateway` does, to be awaited; each method is told there.

    Made by `paycore.open_async_gateway`, for one event loop. A task that is cancelled while its
    call is under way leaves UNKNOWN, which `reconcile` settles by asking; one that is cancelled
    before leaves NOT_SENT. No operation is lost.
    """

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._gateway = Gateway(wiring)

    async def charge(
        self,
        reference: str,
        amount: Money,
        method: Method,
        *,
        account: str | None = None,
        key: str | None = None,
        description: str | None = None,
        details: str | None = None,
        payer: Payer | None = None,
        metadata: Mapping[str, str] | None = None,
        extra: Mapping[str, str] | None = None,
        capture: bool = True,
    ) -> Payment:
        """Ask to be paid; return the payment as it stands, UNKNOWN and declined included."""
        return await walk(
            self._gateway.charge,
            reference,
            amount,
            method,
            account=account,
            key=key,
            description=description,
            details=details,
            payer=payer,
            metadata=metadata,
            extra=extra,
            capture=capture,
        )

    async def capture(self, reference: str, amount: Money | None = None, *, key: str) -> Payment:
        """Take `amount` of what a charge holds, or all of it; return the payment as it stands."""
        return await walk(self._gateway.capture, reference, amount, key=key)

    async def supersede(
        self,
        reference: str,
        method: Method,
        *,
        key: str,
        account: str | None = None,
        description: str | None = None,
        details: str | None = None,
        payer: Payer | None = None,
        extra: Mapping[str, str] | None = None,
        capture: bool = True,
    ) -> Payment:
        """Charge anew in place of an open page that its payer left; return the payment then."""
        return await walk(
            self._gateway.supersede,
            reference,
            method,
            key=key,
            account=account,
            description=description,
            details=details,
            payer=payer,
            extra=extra,
            capture=capture,
        )

    async def tokenize(
        self,
        reference: str,
        method: Method,
        *,
        account: str | None = None,
        key: str | None = None,
        payer: Payer | None = None,
    ) -> Token:
        """Store a card at the provider; return the token as it stands."""
        return await walk(
            self._gateway.tokenize, reference, method, account=account, key=key, payer=payer
        )

    async def refund(self, reference: str, amount: Money | None = None, *, key: str) -> Refund:
        """Give `amount` back, or all that is left; return the refund as it stands."""
        return await walk(self._gateway.refund, reference, amount, key=key)

    async def void(self, reference: str, *, key: str) -> Void:
        """Cancel the whole charge before it settles; return the void as it stands."""
        return await walk(self._gateway.void, reference, key=key)

    async def reverse(self, reference: str, *, key: str) -> Refund | Void:
        """Void the charge or refund what is left of it, whichever the provider can."""
        return await walk(self._gateway.reverse, reference, key=key)

    async def query(self, reference: str) -> Payment:
        """Ask the provider about a payment and all of it that is open; record and return it."""
        return await walk(self._gateway.query, reference)

    async def query_refund(self, reference: str, key: str) -> Refund:
        """Ask the provider about one refund or void; record and return it."""
        return await walk(self._gateway.query_refund, reference, key)

    async def query_token(self, reference: str) -> Token:
        """Ask the provider about a token; record and return it."""
        return await walk(self._gateway.query_token, reference)

    async def find(self, reference: str) -> Payment | None:
        """Return what we know of a payment, without network; None if nobody knows it."""
        return await walk(self._gateway.find, reference)

    async def payments(
        self,
        *,
        status: PaymentStatus | None = None,
        account: str | None = None,
        limit: int = 100,
        after: str = "",
    ) -> Page:
        """Return a page of payments, oldest first; pass its `after` on to get the next."""
        return await walk(
            self._gateway.payments, status=status, account=account, limit=limit, after=after
        )

    async def receive(self, account: str, message: WebhookMessage) -> Answer:
        """Take a provider's message in; return the HTTP answer to send as it is. Never raises."""
        return await walk(self._gateway.receive, account, message)

    async def returned(self, nonce: str) -> Payment | Token | None:
        """Return the payment or token whose payer's browser came back with this nonce."""
        return await walk(self._gateway.returned, nonce)

    async def reconcile(self, limit: int | None = None, *, ahead: bool = False) -> Reconciliation:
        """Do what is due, at most `limit` of each, and say how it went."""
        return await walk(self._gateway.reconcile, limit, ahead=ahead)

    async def deliver(self, limit: int = 1000) -> int:
        """Tell the callbacks up to `limit` events that are due; return how many were told."""
        return await walk(self._gateway.deliver, limit)

    def on(self, event_type: EventType | str, callback: Callable[[Event], object]) -> None:
        """Let `callback`, a function or a coroutine function, hear every event of that type.

        Raises:
            InvalidRequest: there is no such event, or the callback cannot be called.
        """
        self._gateway.on(event_type, _awaited(callback) if callable(callback) else callback)

    async def close(self) -> None:
        """Let go of connections, listeners and the ledger; closing twice is fine."""
        for account in self._wiring.accounts.values():
            await cast(Walking, account.sender).aclose()
        self._gateway.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def _awaited(callback: Callable[[Event], object]) -> Callable[[Event], object]:
    """Return a callback that is waited for, where it gives something to await."""

    def heard(event: Event) -> object:
        told = callback(event)
        return wait(cast(Awaitable[object], told)) if inspect.isawaitable(told) else told

    return heard
