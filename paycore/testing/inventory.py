"""What stands in the ledger at the end of a run, in the checker's own words."""

from __future__ import annotations

from collections.abc import Iterator

from paycore.ledger.protocol import Ledger
from paycore.operation import Operation
from paycore.testing.checks.ending import Ending, Kept, Row
from paycore.testing.scene import Scene


def ending_of(scene: Scene) -> Ending:
    """Return how a run ended."""
    ledger = scene.ledger.inner
    due = {operation.id for operation in ledger.due(scene.clock(), None)}
    return Ending(
        history=scene.history,
        effects=tuple(scene.world.effects),
        orders=dict(scene.world.orders),
        rows=tuple(_row(ledger, operation, due) for operation in _operations(ledger)),
        inbox=tuple(_kept(ledger)),
        errors=tuple(scene.scheduler.errors),
    )


def _operations(ledger: Ledger) -> Iterator[Operation]:
    after = ""
    while True:
        page = ledger.payments(status=None, account=None, limit=100, after=after)
        for payment in page.payments:
            yield from payment.operations
        after = page.after
        if not after:
            return


def _row(ledger: Ledger, operation: Operation, due: set[str]) -> Row:
    return Row(
        kind=operation.kind.value,
        key=operation.key,
        owner=operation.owner,
        account=operation.account,
        reference=operation.reference,
        minor=operation.amount.minor if operation.amount else 0,
        state=operation.state.value,
        review=operation.review,
        evidence=len(ledger.evidence(operation.id)),
        due=operation.id in due,
    )


def _kept(ledger: Ledger) -> Iterator[Kept]:
    for row in ledger.messages():
        reference = row.notification.report.reference or ""
        yield Kept(row.account, reference, row.state.value, row.reason, row.copies)
