"""A payment, computed from its operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final

from paycore.methods import NextAction
from paycore.money import Money
from paycore.operation import Operation
from paycore.report import Decline, Instrument
from paycore.states import Kind, State


class PaymentStatus(str, Enum):
    """Where a payment stands, in one word."""

    NEW = "new"
    AWAITING_PAYER = "awaiting_payer"
    PROCESSING = "processing"
    AUTHORIZED = "authorized"
    PAID = "paid"
    FAILED = "failed"
    VOIDED = "voided"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Payment:
    """One payment and all its operations, oldest first."""

    reference: str
    amount: Money
    operations: tuple[Operation, ...]
    created_at: datetime
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def status(self) -> PaymentStatus:
        """Where it stands; refunds leave a paid payment PAID."""
        if self.captured and self._keeps():
            return PaymentStatus.PAID
        if self.charge is None:
            return PaymentStatus.NEW
        voided = self.charge.state is State.SUCCEEDED
        released = self.charge.state in _GIVEN_UP and self.released(self.charge)
        return PaymentStatus.VOIDED if voided or released else _status_of(self.charge)

    @property
    def paid(self) -> bool:
        """Whether the money was taken and not voided (refunded or not)."""
        return self.status is PaymentStatus.PAID

    @property
    def charge(self) -> Operation | None:
        """The attempt that decides: one that took the money or holds it, an open one, the last.

        One that was voided gives way to one that holds money.
        """
        charges = self._of(Kind.CHARGE)
        sent = [o for o in charges if o.state is not State.NOT_SENT]
        is_open = [o for o in sent if o.state.is_open and not o.superseded]
        if self.captured and (self._keeps() or not self.authorized):
            return self.captured
        return self.authorized or next(iter(is_open[-1:] or sent[-1:]), None)

    @property
    def captured(self) -> Operation | None:
        """The attempt that took the money, if one did; of two, one that can still give it back."""
        took = self._with(Kind.CHARGE, State.SUCCEEDED)
        return next((charge for charge in took if self._left(charge)), next(iter(took), None))

    @property
    def authorized(self) -> Operation | None:
        """The attempt whose money the provider holds, if one does; a superseded one last."""
        held = self._with(Kind.CHARGE, State.AUTHORIZED)
        return next((o for o in held if not o.superseded), next(iter(held), None))

    @property
    def spare_holds(self) -> tuple[Operation, ...]:
        """The attempts that hold money beside the one that decides."""
        held = self._with(Kind.CHARGE, State.AUTHORIZED)
        return tuple(o for o in held if self.charge is None or o.id != self.charge.id)

    @property
    def taking(self) -> Operation | None:
        """The capture, of whatever attempt that was not voided, that took money or may take it."""
        captures = (o for o in self._of(Kind.CAPTURE) if not self._voided(o.charge))
        return next((o for o in captures if o.state.is_open or o.state is State.SUCCEEDED), None)

    @property
    def open_charge(self) -> Operation | None:
        """The attempt that stands in the way of another: open, and not superseded."""
        charges = (o for o in self._of(Kind.CHARGE) if o.state.is_open)
        return next((charge for charge in charges if not charge.superseded), None)

    @property
    def refunded(self) -> Money:
        """What surely went back by refunds."""
        return self._sum(self._with(Kind.REFUND, State.SUCCEEDED))

    @property
    def reserved(self) -> Money:
        """What open refunds and voids may still give back."""
        return self._sum(o for o in self.operations if o.kind.gives_back and o.state.is_open)

    @property
    def refundable(self) -> Money:
        """What may still be given back: captured, less refunded, voided and reserved."""
        return self.left(self.captured.id if self.captured else "")

    @property
    def account(self) -> str:
        """The account of the deciding attempt; empty while nothing was tried."""
        return self.charge.account if self.charge else ""

    @property
    def next_action(self) -> NextAction | None:
        """What the payer has to do now, if anything."""
        return self.charge.next_action if self.charge else None

    @property
    def instrument(self) -> Instrument | None:
        """What was paid with, masked."""
        return self.charge.instrument if self.charge else None

    @property
    def decline(self) -> Decline | None:
        """Why the last attempt was declined, if it was."""
        return self.charge.decline if self.charge else None

    @property
    def review(self) -> str:
        """Why a person should look at this payment; empty when nobody needs to."""
        return next((o.review for o in self.operations if o.review), "")

    def left(self, charge: str) -> Money:
        """Return what may still be given back of the charge with this id; 0 if it took nothing."""
        took = (o for o in self._with(Kind.CHARGE, State.SUCCEEDED) if o.id == charge)
        return Money(sum(self._left(each) for each in took), self.amount.currency)

    def ends_of_hold(self, charge: str) -> tuple[Operation, ...]:
        """Return the captures and releases of the charge with this id that did it, or may have."""
        ends = (o for o in self.operations if o.kind.ends_a_hold and o.charge == charge)
        return tuple(o for o in ends if o.state.is_open or o.state is State.SUCCEEDED)

    def released(self, charge: Operation) -> bool:
        """Return whether what a charge held was surely given up."""
        done = self._with(Kind.RELEASE, State.SUCCEEDED)
        return any(release.charge == charge.id for release in done)

    def _of(self, kind: Kind) -> tuple[Operation, ...]:
        return tuple(o for o in self.operations if o.kind is kind)

    def _with(self, kind: Kind, state: State) -> tuple[Operation, ...]:
        return tuple(o for o in self.operations if o.kind is kind and o.state is state)

    def _keeps(self) -> bool:
        """Return whether an attempt took the money and was not voided."""
        took = self._with(Kind.CHARGE, State.SUCCEEDED)
        return not all(self._voided(charge.id) for charge in took)

    def _voided(self, charge: str) -> bool:
        return any(o.charge in ("", charge) for o in self._with(Kind.VOID, State.SUCCEEDED))

    def _left(self, charge: Operation) -> int:
        """Return the minor units of a captured charge that nothing gave or may give back."""
        taken = charge.taken or self.amount
        given = self._sum(
            o
            for o in self.operations
            if o.kind.gives_back
            and o.charge in ("", charge.id)
            and (o.state.is_open or o.state is State.SUCCEEDED)
        )
        return 0 if self._voided(charge.id) else max(0, taken.minor - given.minor)

    def _sum(self, operations: Iterable[Operation]) -> Money:
        minor = sum(operation.amount.minor for operation in operations if operation.amount)
        return Money(minor, self.amount.currency)


def _status_of(charge: Operation) -> PaymentStatus:
    if charge.state is State.PENDING and charge.next_action is not None:
        return PaymentStatus.AWAITING_PAYER
    return _STATUS[charge.state]


_GIVEN_UP: Final = frozenset({State.EXPIRED, State.DECLINED})
_STATUS: Final[Mapping[State, PaymentStatus]] = {
    State.RESERVED: PaymentStatus.PROCESSING,
    State.SUBMITTING: PaymentStatus.PROCESSING,
    State.PENDING: PaymentStatus.PROCESSING,
    State.UNKNOWN: PaymentStatus.UNKNOWN,
    State.AUTHORIZED: PaymentStatus.AUTHORIZED,
    State.DECLINED: PaymentStatus.FAILED,
    State.NOT_EXECUTED: PaymentStatus.FAILED,
    State.EXPIRED: PaymentStatus.EXPIRED,
    State.SUCCEEDED: PaymentStatus.PAID,
}
