"""The front door for applications on an event loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from types import TracebackType
from typing import Self, cast

from paycore import log
from paycore.aio.hearing import awaited
from paycore.aio.ledger import WalkedLedger
from paycore.aio.sending import Walking
from paycore.aio.walks import Walks
from paycore.errors import NotSent
from paycore.events import Event, EventType
from paycore.gateway import Gateway
from paycore.intents import Payer
from paycore.ledger.protocol import Ledger, Page
from paycore.methods import Method
from paycore.money import Money
from paycore.payment import Payment, PaymentStatus
from paycore.reconcile import Reconciliation
from paycore.report import Answer, WebhookMessage
from paycore.results import Refund, Token, Void
from paycore.verbs.receive import NOT_STORED
from paycore.wiring import Wiring


class AsyncGateway:
    """What `paycore.Gateway` does, to be awaited; each method is told there.

    Made by `paycore.open_async_gateway`, for one event loop. A task that is cancelled while its
    call is under way leaves UNKNOWN, which `reconcile` settles by asking; one that is cancelled
    before leaves NOT_SENT, or nothing. No operation is lost. Once it is closed, every method
    raises `NotSent`, and `receive` answers 503.
    """

    def __init__(self, wiring: Wiring) -> None:
        self._walks = Walks()
        ledger = cast(Ledger, WalkedLedger(wiring.ledger, self._walks))
        self._wiring = replace(wiring, ledger=ledger)
        self._gateway = Gateway(self._wiring)

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
        return await self._walks.run(
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
        return await self._walks.run(self._gateway.capture, reference, amount, key=key)

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
        return await self._walks.run(
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
        return await self._walks.run(
            self._gateway.tokenize, reference, method, account=account, key=key, payer=payer
        )

    async def refund(self, reference: str, amount: Money | None = None, *, key: str) -> Refund:
        """Give `amount` back, or all that is left; return the refund as it stands."""
        return await self._walks.run(self._gateway.refund, reference, amount, key=key)

    async def void(self, reference: str, *, key: str) -> Void:
        """Cancel the whole charge before it settles; return the void as it stands."""
        return await self._walks.run(self._gateway.void, reference, key=key)

    async def reverse(self, reference: str, *, key: str) -> Refund | Void:
        """Void the charge or refund what is left of it, whichever the provider can."""
        return await self._walks.run(self._gateway.reverse, reference, key=key)

    async def query(self, reference: str) -> Payment:
        """Ask the provider about a payment and all of it that is open; record and return it."""
        return await self._walks.run(self._gateway.query, reference)

    async def query_refund(self, reference: str, key: str) -> Refund:
        """Ask the provider about one refund or void; record and return it."""
        return await self._walks.run(self._gateway.query_refund, reference, key)

    async def query_token(self, reference: str) -> Token:
        """Ask the provider about a token; record and return it."""
        return await self._walks.run(self._gateway.query_token, reference)

    async def find(self, reference: str) -> Payment | None:
        """Return what we know of a payment, without network; None if nobody knows it."""
        return await self._walks.run(self._gateway.find, reference)

    async def payments(
        self,
        *,
        status: PaymentStatus | None = None,
        account: str | None = None,
        limit: int = 100,
        after: str = "",
    ) -> Page:
        """Return a page of payments, oldest first; pass its `after` on to get the next."""
        return await self._walks.run(
            self._gateway.payments, status=status, account=account, limit=limit, after=after
        )

    async def receive(self, account: str, message: WebhookMessage) -> Answer:
        """Take a provider's message in; return the HTTP answer to send as it is. Never raises.

        Where nothing can be stored, on a closed gateway or another loop than its own, that is 503.
        """
        try:
            return await self._walks.run(self._gateway.receive, account, message)
        except NotSent as refused:
            log.event(
                "webhook_not_kept",
                level=log.ERROR,
                account=account if str(account) in self._wiring.accounts else "",
                error=type(refused).__name__,
                reason=str(refused),
            )
            return NOT_STORED

    async def returned(self, nonce: str) -> Payment | Token | None:
        """Return the payment or token whose payer's browser came back with this nonce."""
        return await self._walks.run(self._gateway.returned, nonce)

    async def reconcile(self, limit: int | None = None, *, ahead: bool = False) -> Reconciliation:
        """Do what is due, at most `limit` of each, and say how it went."""
        return await self._walks.run(self._gateway.reconcile, limit, ahead=ahead)

    async def deliver(self, limit: int = 1000) -> int:
        """Tell the callbacks up to `limit` events that are due; return how many were told."""
        return await self._walks.run(self._gateway.deliver, limit)

    def on(self, event_type: EventType | str, callback: Callable[[Event], object]) -> None:
        """Let `callback`, a function or a coroutine function, hear every event of that type.

        Raises:
            InvalidRequest: there is no such event, or the callback cannot be called.
        """
        self._gateway.on(event_type, awaited(callback))

    async def close(self) -> None:
        """Let go of connections, listeners and the ledger; closing twice is fine.

        Nothing new begins. Calls under way are cut, and what is known of them is recorded, before
        the ledger is let go.
        """
        self._walks.closed = True
        async with AsyncExitStack() as last_first:
            last_first.callback(self._gateway.close)
            last_first.push_async_callback(self._walks.ended)
            for account in self._wiring.accounts.values():
                last_first.push_async_callback(cast(Walking, account.sender).aclose)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
