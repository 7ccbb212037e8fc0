"""What a capture or a release proves of its charge: recorded there, whoever found it out."""

from __future__ import annotations

from paycore.ledger.protocol import Source
from paycore.operation import Operation
from paycore.report import Conclusion, Report
from paycore.states import Kind, State
from paycore.wiring import Wiring


def followed_up(wiring: Wiring, operation: Operation) -> Operation:
    """Return an operation, once its charge knows what it proves.

    A capture that succeeded took the money; after a release that did, nothing is held any more.
    Whatever else it is proves nothing of the charge. Doing it twice does no harm; where it was
    never done, the plan asks about the charge, which is open still.
    """
    if not operation.kind.ends_a_hold or operation.state is not State.SUCCEEDED:
        return operation
    charge = wiring.ledger.operation(operation.charge)
    report = _proof(operation, charge)
    if charge.state is report.state and charge.taken == (report.amount or charge.taken):
        return operation
    after = wiring.ledger.record(charge.id, report, Source.RESPONSE, wiring.now())
    if after.state is not charge.state:
        wiring.listeners.emit("operation_finished", operation=after)
    return operation


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
