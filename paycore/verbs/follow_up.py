"""What an operation proves of another charge: recorded there, whoever found it out."""

from __future__ import annotations

from typing import Final

from paycore.ledger.protocol import Source
from paycore.operation import Operation
from paycore.report import Conclusion, Report
from paycore.reviews import HELD_TWICE
from paycore.states import Kind, State
from paycore.wiring import Wiring

_MONEY: Final = frozenset({State.SUCCEEDED, State.AUTHORIZED})


def followed_up(wiring: Wiring, operation: Operation) -> Operation:
    """Return an operation, once the charges that it tells something about know it.

    A capture that succeeded took the money; after a release that did, nothing is held any more.
    What is held beside another attempt that took money or holds it is named for review. Whatever
    else it is proves nothing of a charge. Doing it twice does no harm; where it was never done,
    the plan asks about the charge, which is open still.
    """
    if operation.kind is Kind.CHARGE:
        return _held_beside(wiring, operation)
    if not operation.kind.ends_a_hold or operation.state is not State.SUCCEEDED:
        return operation
    charge = wiring.ledger.operation(operation.charge)
    report = _proof(operation, charge)
    if charge.state is report.state and charge.taken == (report.amount or charge.taken):
        return operation
    after = wiring.ledger.record(charge.id, report, Source.RESPONSE, wiring.now())
    if after.state is not charge.state:
        wiring.listeners.emit("operation_finished", operation=after)
    _held_beside(wiring, after)
    return operation


def _held_beside(wiring: Wiring, charge: Operation) -> Operation:
    """Name every hold that stands beside the attempt that decides, once; return the charge."""
    alone = charge.attempt == 1 and not charge.superseded and not charge.late
    payment = None if alone or charge.state not in _MONEY else wiring.ledger.payment(charge.owner)
    if payment is None or payment.charge is None:
        return charge
    for hold in payment.spare_holds:
        twice = f"{HELD_TWICE}{payment.charge.reference} and {hold.reference}"
        if hold.review or _was_looked_at(wiring, hold, twice):
            continue
        said = Conclusion(hold.reference, hold.state, reason=twice, review=twice)
        after = wiring.ledger.record(hold.id, said, Source.CORE, wiring.now())
        charge = after if after.id == charge.id else charge
    return charge


def _was_looked_at(wiring: Wiring, hold: Operation, review: str) -> bool:
    """Return whether a person took this review down: who knows of it is not called again."""
    return any(
        seen.source is Source.OPERATOR and review in str(seen.fields.get("review", ""))
        for seen in wiring.ledger.evidence(hold.id)
    )


def _proof(operation: Operation, charge: Operation) -> Report:
    raw = {"paycore": f"{operation.kind.value} {operation.reference}"}
    if operation.kind is Kind.RELEASE:
        return Conclusion(charge.reference, State.EXPIRED, reason="released", raw=raw)
    return Report(
        charge.reference,
        State.SUCCEEDED,
        amount=operation.amount,
        kind=Kind.CHARGE,
        provider_reference=charge.provider_reference,
        raw=raw,
    )
