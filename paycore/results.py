"""What callers get for a refund, a void and a tokenization: their operation, seen from outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from paycore.errors import LedgerError
from paycore.methods import NextAction, StoredToken
from paycore.money import Money
from paycore.operation import Operation
from paycore.report import Decline, Instrument
from paycore.states import State


@dataclass(frozen=True)
class Refund:
    """Money on its way back to the payer."""

    payment: str
    """The payment's reference."""
    key: str
    amount: Money
    state: State
    reference: str
    """The wire reference: what the provider calls ours."""
    provider_reference: str
    account: str
    decline: Decline | None
    review: str

    @classmethod
    def of(cls, operation: Operation) -> Self:
        """Return the refund (or void) that `operation` is."""
        if operation.amount is None:
            raise LedgerError(f"{operation.owner}: what gives money back must have an amount")
        return cls(
            payment=operation.owner,
            key=operation.key,
            amount=operation.amount,
            state=operation.state,
            reference=operation.reference,
            provider_reference=operation.provider_reference,
            account=operation.account,
            decline=operation.decline,
            review=operation.review,
        )

    @property
    def succeeded(self) -> bool:
        """Whether the money surely goes back."""
        return self.state is State.SUCCEEDED


class Void(Refund):
    """A whole charge cancelled before it settled."""


@dataclass(frozen=True)
class Token:
    """A stored card, or the storing of one under way."""

    reference: str
    """Our name for it; `StoredToken(reference)` pays with it."""
    account: str
    """The account that made it; no other can use it."""
    state: State
    next_action: NextAction | None
    instrument: Instrument | None
    decline: Decline | None
    review: str

    @classmethod
    def of(cls, operation: Operation) -> Self:
        """Return the token that `operation` stores."""
        return cls(
            reference=operation.owner,
            account=operation.account,
            state=operation.state,
            next_action=operation.next_action,
            instrument=operation.instrument,
            decline=operation.decline,
            review=operation.review,
        )

    @property
    def usable(self) -> bool:
        """Whether a charge can be made with it."""
        return self.state is State.SUCCEEDED

    @property
    def method(self) -> StoredToken:
        """The method of payment that charges it."""
        return StoredToken(self.reference)
