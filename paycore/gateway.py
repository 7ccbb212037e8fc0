"""The front door: everything an application asks of paycore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from paycore import checks
from paycore.errors import InvalidRequest
from paycore.intents import Payer
from paycore.ledger.protocol import Page
from paycore.methods import Method
from paycore.money import Money
from paycore.payment import Payment, PaymentStatus
from paycore.report import Answer, WebhookMessage
from paycore.results import Refund, Token, Void
from paycore.states import Kind
from paycore.upkeep import Upkeep
from paycore.verbs import give_back, undo
from paycore.verbs.ask import ask
from paycore.verbs.capture import capture
from paycore.verbs.charge import Wish, charge, payment_of
from paycore.verbs.deliver import deliver_quietly
from paycore.verbs.payer_return import is_token, returned
from paycore.verbs.receive import receive
from paycore.verbs.supersede import supersede
from paycore.verbs.tokenize import tokenize

T = TypeVar("T")


class Gateway(Upkeep):
    """Charges, refunds, queries and messages, over the accounts of the settings.

    Made by `paycore.open_gateway`. Safe to share between threads.
    """

    def charge(
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
        """Ask to be paid; return the payment as it stands, UNKNOWN and declined included.

        Args:
            reference: Names the payment, for ever.
            amount: What to take, above zero.
            method: How the payer pays.
            account: Which account of the settings; the default one if none is named.
            key: The idempotency key; the reference if none is given. The same key and content
                give the stored result without network, another key is a new attempt.
            description: A short text for the payer's statement or page.
            details: A longer one.
            payer: What is known of who pays.
            metadata: Up to 50 texts of your own, never sent.
            extra: Plain members passed to the provider as they are.
            capture: Whether to take the money; if not, the provider is asked to hold it only,
                until `capture` takes it or `void` gives it up.

        Raises:
            InvalidRequest, NotSupported: refused here; nothing was stored or sent.
            Conflict: the key means something else, the payment is paid, or an attempt is open.
            NotSent: nothing that moves anything left us; the same key may try again.
            OutcomeUnknown: it was sent, and the ledger could not store the answer.
        """
        said = (description, details, payer, metadata, extra)
        wish = Wish(reference, amount, method, account, key, *said, capture)
        return self._told(reference, charge(self._wiring, wish))

    def capture(self, reference: str, amount: Money | None = None, *, key: str) -> Payment:
        """Take `amount` of what a charge holds, or all of it; return the payment as it stands.

        Once: a part gives up the rest. What becomes of a capture whose outcome is UNKNOWN, only
        the provider can tell; nothing else is tried meanwhile.

        Raises:
            InvalidRequest: more than is held, another currency, or nothing is authorized.
            Conflict: the key means something else, it was captured or released already, or another
                attempt took the money or may be taking it.
            NotSupported, NotSent, OutcomeUnknown: as for `charge`.
        """
        return self._told(reference, capture(self._wiring, reference, amount, key))

    def supersede(
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
        """Charge anew in place of an open page that its payer left; return the payment then.

        The provider is asked first: a page that was paid is not replaced. The old one stays in
        the query plan, and if both are paid after all, `payment.captured_twice` tells.

        Raises:
            Conflict: the provider does not say that the page only waits for the payer.
            InvalidRequest, NotSupported, NotSent, OutcomeUnknown: as for `charge`.
        """
        amount = give_back.known_payment(self._wiring, reference).amount
        said = (description, details, payer, None, extra)
        wish = Wish(reference, amount, method, account, key, *said, capture)
        return self._told(reference, supersede(self._wiring, wish))

    def tokenize(
        self,
        reference: str,
        method: Method,
        *,
        account: str | None = None,
        key: str | None = None,
        payer: Payer | None = None,
    ) -> Token:
        """Store a card at the provider; return the token as it stands.

        Raises:
            InvalidRequest, NotSupported, Conflict, NotSent: as for `charge`.
        """
        return self._told(reference, tokenize(self._wiring, reference, method, account, key, payer))

    def refund(self, reference: str, amount: Money | None = None, *, key: str) -> Refund:
        """Give `amount` back, or all that is left; return the refund as it stands.

        Raises:
            InvalidRequest: more than is left, another currency, or nothing was captured.
            NotSupported, Conflict, NotSent: as for `charge`.
        """
        return self._told(reference, give_back.refund(self._wiring, reference, amount, key))

    def void(self, reference: str, *, key: str) -> Void:
        """Cancel the whole charge before it settles, or release what is only held.

        Raises:
            InvalidRequest, NotSupported, Conflict, NotSent: as for `refund`.
        """
        return self._told(reference, undo.void(self._wiring, reference, key))

    def reverse(self, reference: str, *, key: str) -> Refund | Void:
        """Release or void the charge, or refund what is left of it, whichever can be done.

        Raises:
            InvalidRequest, NotSupported, Conflict, NotSent: as for `refund`.
        """
        return self._told(reference, undo.reverse(self._wiring, reference, key))

    def query(self, reference: str) -> Payment:
        """Ask the provider about a payment and all of it that is open; record and return it.

        A query that fails changes nothing: the payment comes back as it was.

        Raises:
            InvalidRequest: nobody knows the payment.
        """
        payment = give_back.known_payment(self._wiring, reference)
        for operation in payment.operations:
            if operation == payment.charge or operation.state.is_open:
                ask(self._wiring, operation)
        return self._told(reference, give_back.known_payment(self._wiring, reference))

    def query_refund(self, reference: str, key: str) -> Refund:
        """Ask the provider about one refund, void or release; record and return it.

        Raises:
            InvalidRequest: nobody knows it.
        """
        checks.name(key, "key")
        shapes = {Kind.REFUND: Refund, Kind.VOID: Void, Kind.RELEASE: Void}
        for kind, shape in shapes.items():
            operation = self._wiring.ledger.by_key(kind, key)
            if operation is not None and operation.owner == reference:
                return self._told(reference, shape.of(ask(self._wiring, operation)))
        raise InvalidRequest(f"{reference}: no refund or void with this key", field="key")

    def query_token(self, reference: str) -> Token:
        """Ask the provider about a token; record and return it.

        Raises:
            InvalidRequest: nobody knows it.
        """
        made = self._wiring.ledger.operations(checks.name(reference, "reference"), Kind.TOKEN)
        if not made:
            raise InvalidRequest(f"{reference}: no such token", field="reference")
        return self._told(reference, Token.of(ask(self._wiring, made[-1])))

    def find(self, reference: str) -> Payment | None:
        """Return what we know of a payment, without network; None if nobody knows it."""
        return self._wiring.ledger.payment(reference)

    def payments(
        self,
        *,
        status: PaymentStatus | None = None,
        account: str | None = None,
        limit: int = 100,
        after: str = "",
    ) -> Page:
        """Return a page of payments, oldest first; pass its `after` on to get the next."""
        if type(limit) is not int or not 1 <= limit <= 1000:
            raise InvalidRequest("limit: want 1 to 1000", field="limit")
        return self._wiring.ledger.payments(
            status=status, account=account, limit=limit, after=after
        )

    def receive(self, account: str, message: WebhookMessage) -> Answer:
        """Take a provider's message in; return the HTTP answer to send as it is. Never raises."""
        return receive(self._wiring, account, message)

    def returned(self, nonce: str) -> Payment | Token | None:
        """Return the payment or token whose payer's browser came back with this nonce.

        The nonce stands in the return address as `paycore`; nothing else there is believed. The
        provider is asked at most once in 30 s. None if nobody knows the nonce.
        """
        operation = returned(self._wiring, nonce)
        if operation is None:
            return None
        if is_token(operation):
            return self._told(operation.owner, Token.of(operation))
        return self._told(operation.owner, payment_of(self._wiring, operation))

    def _told(self, owner: str, result: T) -> T:
        """Return a result, once the events of its payment or token were told."""
        deliver_quietly(self._wiring, owner)
        return result
