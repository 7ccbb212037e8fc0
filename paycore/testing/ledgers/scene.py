"""What the checks have in common: intents, reports, and ledgers in which something happened."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from paycore.errors import PaycoreError
from paycore.ledger.protocol import Intent, Ledger, Source
from paycore.money import Money
from paycore.naming import Naming
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.report import Conclusion, Report
from paycore.states import Kind, State

OpenLedger = Callable[[], Ledger]
Check = Callable[[OpenLedger], None]

NOW: Final = datetime(2026, 1, 1, 12, 30, 15, 123456, tzinfo=UTC)
NAMING: Final = Naming(frozenset("abcdefghijklmnopqrstuvwxyz0123456789-"), 12)
LEASE_S: Final = 60.0


def cad(minor: int) -> Money:
    """Return so many cents of Canada."""
    return Money(minor, "CAD")


def after_s(seconds: int) -> datetime:
    """Return the time so many seconds after the scene began."""
    return NOW + timedelta(seconds=seconds)


def intent(
    kind: Kind = Kind.CHARGE, key: str = "k-1", minor: int | None = 1500, **more: Any
) -> Intent:
    """Return what is about to be asked; `more` replaces any field."""
    fields: dict[str, Any] = {
        "owner": "o-1",
        "fingerprint": f"{kind.value} {minor}",
        "account": "main",
        "naming": NAMING,
        "lease_s": LEASE_S,
        "amount": None if minor is None else cad(minor),
        "nonce": f"nonce-{key}" if kind is Kind.CHARGE else "",
    }
    return Intent(kind=kind, key=key, **{**fields, **more})


def reserved(ledger: Ledger, wanted: Intent, at: datetime = NOW) -> Operation:
    """Return the operation that now stands for `wanted`."""
    return ledger.reserve(wanted, at).operation


def report(operation: Operation, state: State = State.SUCCEEDED, **more: Any) -> Report:
    """Return a report that agrees with the operation; `more` replaces any field."""
    fields = {"amount": operation.amount, "provider_reference": f"T-{operation.reference}"}
    return Report(operation.reference, state, **{**fields, **more})


def recorded(
    ledger: Ledger,
    operation: Operation,
    state: State = State.SUCCEEDED,
    source: Source = Source.RESPONSE,
    at: datetime = NOW,
    **more: Any,
) -> Operation:
    """Return the operation as it stands once the provider has said `state`."""
    return ledger.record(operation.id, report(operation, state, **more), source, at)


def given_up(ledger: Ledger, operation: Operation, at: datetime = NOW) -> Operation:
    """Return the operation once its dispatcher is taken for dead."""
    said = Conclusion(operation.reference, State.UNKNOWN)
    return ledger.record(operation.id, said, Source.CORE, at)


def unsent(ledger: Ledger, operation: Operation) -> Operation:
    """Return the operation once its dispatcher knows that no byte left."""
    said = Conclusion(operation.reference, State.NOT_SENT)
    return ledger.record(operation.id, said, Source.RESPONSE, NOW, fence=operation.fence)


def captured(ledger: Ledger, owner: str = "o-1", minor: int = 1500, **more: Any) -> Operation:
    """Return a charge that took the money."""
    wanted = intent(owner=owner, key=owner, minor=minor, **more)
    return recorded(ledger, reserved(ledger, wanted))


def held(ledger: Ledger, owner: str = "o-1", minor: int = 1500) -> Operation:
    """Return a charge whose money the provider holds."""
    wanted = intent(owner=owner, key=owner, minor=minor, hold_only=True)
    return recorded(ledger, reserved(ledger, wanted), State.AUTHORIZED)


def capturing(ledger: Ledger, minor: int | None = 1500, key: str = "c-1") -> Operation:
    """Return a capture that is being sent."""
    return reserved(ledger, intent(Kind.CAPTURE, key, minor))


def releasing(ledger: Ledger, key: str = "x-1") -> Operation:
    """Return a release that is being sent."""
    return reserved(ledger, intent(Kind.RELEASE, key, None))


def taken(ledger: Ledger, minor: int = 1500) -> Operation:
    """Return a charge of which a capture took so much."""
    charge = held(ledger)
    recorded(ledger, capturing(ledger, minor))
    return recorded(ledger, charge, amount=cad(minor))


def payment(ledger: Ledger, reference: str = "o-1") -> Payment:
    """Return a payment that is there."""
    found = ledger.payment(reference)
    assert found is not None, f"{reference} is not in the ledger"
    return found


def refused(error: type[PaycoreError], work: Callable[[], object]) -> bool:
    """Return whether `work` raises `error`."""
    with suppress(error):
        work()
        return False
    return True
