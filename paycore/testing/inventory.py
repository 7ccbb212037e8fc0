"""What stands in the ledger at the end of a run, in the checker's own words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from paycore.ledger.protocol import Ledger
from paycore.operation import Operation
from paycore.payment import Payment
from paycore.testing.checks.ending import Ending, Kept, Row, Told
from paycore.testing.scene import Scene, name_of

DAY_S: Final = 86_400.0


def ending_of(scene: Scene) -> Ending:
    """Return how a run ended."""
    ledger = scene.ledger.inner
    planned = {operation.id for operation in ledger.due(scene.clock(), None, ahead=True)}
    return Ending(
        history=scene.history,
        effects=tuple(scene.world.effects),
        orders=dict(scene.world.orders),
        rows=tuple(_row(scene, operation, planned) for operation in _operations(ledger)),
        inbox=tuple(_kept(ledger)),
        outbox=tuple(_told(ledger)),
        errors=tuple(scene.scheduler.errors),
    )


def planned_in_s(scene: Scene) -> float:
    """Return in how many seconds something is to be done; a day, where nothing is before that."""
    ledger, now = scene.ledger.inner, scene.clock()
    asked = [each.next_check_at for each in ledger.due(now, None, ahead=True)]
    tried = [each.next_try_at for each in ledger.due_messages(now, None, ahead=True)]
    waits = [(at - now).total_seconds() for at in (*asked, *tried) if at is not None]
    return min(waits, default=DAY_S)


def _payments(ledger: Ledger) -> Iterator[Payment]:
    after = ""
    while True:
        page = ledger.payments(status=None, account=None, limit=100, after=after)
        yield from page.payments
        after = page.after
        if not after:
            return


def _operations(ledger: Ledger) -> Iterator[Operation]:
    return (operation for payment in _payments(ledger) for operation in payment.operations)


def _row(scene: Scene, operation: Operation, planned: set[str]) -> Row:
    at, now = operation.next_check_at, scene.clock()
    waits_s = (at - now).total_seconds() if at and operation.id in planned else None
    return Row(
        kind=operation.kind.value,
        key=operation.key,
        owner=operation.owner,
        account=operation.account,
        reference=operation.reference,
        minor=operation.taken.minor if operation.taken else 0,
        state=operation.state.value,
        review=operation.review,
        evidence=len(scene.ledger.inner.evidence(operation.id)),
        planned_s=waits_s,
        age_s=(now - (operation.sent_at or now)).total_seconds(),
    )


def _kept(ledger: Ledger) -> Iterator[Kept]:
    for row in ledger.messages():
        reference = row.notification.said.reference or ""
        yield Kept(row.account, reference, row.state.value, row.reason, row.copies)


def _told(ledger: Ledger) -> Iterator[Told]:
    for payment in _payments(ledger):
        for event in ledger.events_of(payment.reference):
            facts = {name: str(value) for name, value in event.facts.items()}
            yield Told(
                name=name_of(event),
                type=event.type.value,
                owner=event.owner,
                account=event.account,
                reference=facts["reference"],
                kind=facts["kind"],
                state=facts["state"],
                other=facts.get("other", ""),
            )
