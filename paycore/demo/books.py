"""The two books side by side: what our ledger says, and what really moved at the provider."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from paycore.money import Money
from paycore.operation import Operation
from paycore.payment import Payment, PaymentStatus
from paycore.simulators import Effect
from paycore.states import Kind, State

_Move = tuple[str, str, int, str]
"""What moved: its kind, our reference, minor units and currency."""


@dataclass(frozen=True)
class Sums:
    """What moved for one payment."""

    captured: Money
    refunded: Money
    voided: Money


@dataclass(frozen=True)
class Line:
    """One payment in both books."""

    payment: str
    account: str
    asked: tuple[str, ...]
    """What was asked of the provider, in order: `charge 15.00 CAD, declined` and so on."""
    status: PaymentStatus
    ours: Sums
    """What our ledger says."""
    theirs: Sums
    """What really moved."""
    agrees: bool
    """Whether both are the same, effect by effect."""


@dataclass(frozen=True)
class Books:
    """Every payment in both books, and what the provider did that nobody asked for."""

    lines: tuple[Line, ...]
    effects: int
    """How many effects there were."""
    extra: tuple[Effect, ...] = ()

    @property
    def agree(self) -> bool:
        """Whether nothing is missing, different or extra."""
        return not self.extra and all(line.agrees for line in self.lines)


def compare(payments: Iterable[Payment], effects: Sequence[Effect]) -> Books:
    """Return both books side by side; what moved twice, or for nobody, does not agree."""
    lines = tuple(_line(payment, effects) for payment in payments)
    known = {o.reference for payment in payments for o in payment.operations}
    extra = tuple(effect for effect in effects if effect.reference not in known)
    return Books(lines, len(effects), extra)


def _line(payment: Payment, effects: Sequence[Effect]) -> Line:
    references = {operation.reference for operation in payment.operations}
    theirs = [effect for effect in effects if effect.reference in references]
    done = _moved(payment.operations)
    return Line(
        payment=payment.reference,
        account=payment.account,
        asked=tuple(map(_asked, payment.operations)),
        status=payment.status,
        ours=_sums(payment.amount.currency, [(kind, minor) for kind, _, minor, _ in done]),
        theirs=_sums(payment.amount.currency, [(e.kind, e.amount_minor) for e in theirs]),
        agrees=Counter(done) == Counter(map(_theirs, theirs)),
    )


def _asked(operation: Operation) -> str:
    """Return what was asked, and how it ended where it did not succeed."""
    words = f"{operation.kind.value} {operation.amount}"
    if operation.state is State.SUCCEEDED:
        return words
    return f"{words}, {operation.state.value.replace('_', ' ')}"


def _sums(currency: str, moved: Iterable[tuple[str, int]]) -> Sums:
    sums: Counter[str] = Counter()
    for kind, minor in moved:
        sums[kind] += minor
    return Sums(
        *(Money(sums[kind.value], currency) for kind in (Kind.CHARGE, Kind.REFUND, Kind.VOID))
    )


def _moved(operations: Sequence[Operation]) -> list[_Move]:
    """Return what moved, as our ledger says: a capture moves its charge, a release undoes it."""
    charges = {operation.id: operation for operation in operations}
    done = [operation for operation in operations if operation.state is State.SUCCEEDED]
    moved = [_ours(each.kind, each, each.taken) for each in done if not each.kind.ends_a_hold]
    released = [charges[each.charge] for each in done if each.kind is Kind.RELEASE]
    return moved + [_ours(Kind.VOID, charge, charge.amount) for charge in released]


def _ours(kind: Kind, operation: Operation, money: Money | None) -> _Move:
    minor, currency = (money.minor, money.currency) if money else (0, "")
    return kind.value, operation.reference, minor, currency


def _theirs(effect: Effect) -> _Move:
    return effect.kind, effect.reference, effect.amount_minor, effect.currency
