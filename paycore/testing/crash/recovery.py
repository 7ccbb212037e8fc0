"""Started again after a kill: reconcile, let the callers repeat themselves, and say what stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from paycore.events import Event
from paycore.ledger.protocol import InboxRow
from paycore.operation import Operation
from paycore.states import Kind
from paycore.testing.crash.cue import Cue
from paycore.testing.crash.ending import Kept, Row, Sums, Told
from paycore.testing.crash.scenes import Scene

PLAN_S: Final = (0, 20, 80, 400, 1200, 4400, 18_000, 52_000, *[90_000] * 8)
"""How time goes on after the start: what is open is asked about again, for a week."""


def recover(cue: Cue, scene: Scene) -> None:
    """Go on until nothing is left to do; tell the stage what the ledger holds, before and after."""
    rows = _operations(cue, scene)
    cue.line.tell(
        {
            "known": [operation.reference for operation in rows],
            "kept": [asdict(kept) for kept in _inbox(cue, rows)],
        }
    )
    cue.step("")
    for pause_s in PLAN_S:
        if pause_s:
            cue.advance(pause_s)
        cue.gateway.reconcile()
        scene.play(cue)
        cue.step("")
        if scene.posts:
            cue.post()
        if not _is_open(cue, scene):
            break
    cue.line.tell({"found": _found(cue, scene)})
    _tidy_up(cue)


def _tidy_up(cue: Cue) -> None:
    """Take what a killed child told, and could not note as told, out of the next run's way."""
    later = cue.hands() + timedelta(days=1)
    while events := cue.desk.ledger.claim_events(later, 100, 1):
        for event in events:
            cue.desk.ledger.event_told(event, later)


def _is_open(cue: Cue, scene: Scene) -> bool:
    rows = _operations(cue, scene)
    if not rows or any(row.state.is_open for row in rows):
        return True
    waits = any(kept.waits and kept.reference != cue.stranger for kept in _inbox(cue, rows))
    untold = {event.id for event in _events(cue, scene)} - cue.heard()
    return waits or bool(untold)


def _found(cue: Cue, scene: Scene) -> dict[str, Any]:
    rows = _operations(cue, scene)
    return {
        "rows": [asdict(_row(cue, each)) for each in rows],
        "sums": [asdict(each) for each in _sums(cue, scene)],
        "kept": [asdict(each) for each in _inbox(cue, rows)],
        "events": [asdict(_told(each)) for each in _events(cue, scene)],
    }


def _operations(cue: Cue, scene: Scene) -> list[Operation]:
    ledger = cue.desk.ledger
    found: list[Operation] = []
    for suffix in scene.owners:
        payment = ledger.payment(cue.run + suffix)
        found += payment.operations if payment else ()
        found += ledger.operations(cue.run + suffix, Kind.TOKEN)
    return found


def _events(cue: Cue, scene: Scene) -> list[Event]:
    owners = [cue.run + suffix for suffix in scene.owners]
    return [event for owner in owners for event in cue.desk.ledger.events_of(owner)]


def _told(event: Event) -> Told:
    return Told(event.id, event.type.value, event.owner, str(event.facts["reference"]))


def _row(cue: Cue, operation: Operation) -> Row:
    return Row(
        kind=operation.kind.value,
        key=operation.key,
        owner=operation.owner,
        reference=operation.reference,
        minor=operation.amount.minor if operation.amount else 0,
        state=operation.state.value,
        review=operation.review,
        evidence=len(cue.desk.ledger.evidence(operation.id)),
    )


def _sums(cue: Cue, scene: Scene) -> list[Sums]:
    found = (cue.desk.ledger.payment(cue.run + suffix) for suffix in scene.owners)
    return [
        Sums(
            owner=payment.reference,
            status=payment.status.value,
            refunded=payment.refunded.minor,
            reserved=payment.reserved.minor,
            refundable=payment.refundable.minor,
        )
        for payment in found
        if payment is not None
    ]


def _inbox(cue: Cue, rows: Sequence[Operation]) -> list[Kept]:
    """Return the messages of this run."""
    names = {row.reference for row in rows} | {cue.stranger}
    return [_kept(row) for row in cue.desk.ledger.messages_about(cue.account, names)]


def _kept(row: InboxRow) -> Kept:
    return Kept(_name(row), row.state.value, row.reason, row.copies)


def _name(row: InboxRow) -> str:
    return row.notification.said.reference or ""
