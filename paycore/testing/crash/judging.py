"""Judges how a run ended, by the bank's effects; knows nothing of the code under test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from paycore.testing.crash.ending import Ending, Row
from paycore.testing.worldly import STRONG

_SUCCESSES: Final = frozenset(
    ("payment.paid", "payment.late_success", "refund.succeeded", "void.succeeded", "token.stored")
)


def problems(ending: Ending, moves: Sequence[tuple[str, int]]) -> list[str]:
    """Return every promise that was broken, with how; `moves` is what must have moved."""
    found = [f"{name}: {told}" for name, check in CHECKS.items() for told in check(ending)]
    return found + [f"r36: {told}" for told in _unfinished(ending, moves)]


def _never_twice(ending: Ending) -> Iterator[str]:
    """R1: one effect for each kind and key, and one charge of a payment."""
    keys: Counter[tuple[str, str]] = Counter()
    charges: Counter[str] = Counter()
    for row in ending.rows:
        keys[row.kind, row.key] += ending.moved(row)
        charges[row.owner] += ending.moved(row) if row.kind == "charge" else 0
    for named, times in keys.items():
        if times > 1:
            yield f"{named} moved {times} times"
    for owner, times in charges.items():
        if times > 1:
            yield f"{owner} was charged {times} times"


def _truth_is_reached(ending: Ending) -> Iterator[str]:
    """R4, R16: what succeeded moved something, what moved something succeeded."""
    for row in ending.rows:
        moved = ending.moved(row) > 0
        if moved and row.state != "succeeded":
            yield f"{row.reference} moved, and is {row.state}"
        if row.state == "declined":
            yield f"{row.reference} was declined by nobody"
        if row.state == "succeeded" and not moved:
            yield f"{row.reference} is told as succeeded, and nothing moved"


def _nobody_is_needed(ending: Ending) -> Iterator[str]:
    """R36: nothing is left to a person, unless the provider cannot tell."""
    for row in ending.rows:
        if _cannot_tell(ending, row):
            if row.is_open and not row.review:
                yield f"{row.reference} is {row.state} for a week, and nobody is told"
        elif row.is_open or row.review:
            yield f"{row.reference} is left {row.state} {row.review}".rstrip()


def _right_sums(ending: Ending) -> Iterator[str]:
    """R32, R33: what went back and what may go back, and not a cent else."""
    for sums in ending.sums:
        rows = [row for row in ending.rows if row.owner == sums.owner]
        took = sum(ending.minor(row) for row in rows if row.kind == "charge")
        gave = _total(row for row in rows if row.kind == "refund" and ending.moved(row))
        voids = _total(row for row in rows if row.kind == "void" and ending.moved(row))
        held = _total(row for row in rows if row.kind in ("refund", "void") and row.is_open)
        right = gave, held, max(0, took - gave - held - voids)
        if (sums.refunded, sums.reserved, sums.refundable) != right:
            yield f"{sums} where {right} would be right"
        if gave + voids > took:
            yield f"{sums.owner}: {gave + voids} went back of {took}"


def _holds_end(ending: Ending) -> Iterator[str]:
    """R34: what was captured or released is held no more."""
    for row in ending.rows:
        ends = {o.kind for o in ending.rows if o.owner == row.owner and ending.moved(o)}
        if row.state == "authorized" and ends & {"capture", "release"}:
            yield f"{row.reference} is told as held, after {', '.join(sorted(ends))}"


def _conserved(ending: Ending) -> Iterator[str]:
    """R12, R15: every message is there once, with its reason, and none waits for what is known."""
    known = {row.reference for row in ending.rows}
    for kept in ending.kept:
        if kept.waits and kept.reference in known:
            yield f"a message about {kept.reference} still waits: {kept.state}"
        if kept.state != "applied" and not kept.reason:
            yield f"a message about {kept.reference} is {kept.state} without a reason"
    for reference, times in Counter(kept.reference for kept in ending.kept).items():
        if times > 1:
            yield f"a message about {reference} is there {times} times"


def _evidence(ending: Ending) -> Iterator[str]:
    """R35: what ended left evidence."""
    for row in ending.rows:
        if not row.is_open and not row.evidence:
            yield f"{row.reference} is {row.state} without evidence"


def _events_are_told(ending: Ending) -> Iterator[str]:
    """R17: every event is heard, in the order of its payment, and none that nothing stands for."""
    first_heard = {event: place for place, event in reversed([*enumerate(ending.heard)])}
    told = {event.id for event in ending.events}
    yield from (f"{event} was heard, and is not in the outbox" for event in {*first_heard} - told)
    yield from (f"{event} was never heard" for event in told - {*first_heard})
    for owner in {event.owner for event in ending.events}:
        places = [first_heard.get(e.id, 0) for e in ending.events if e.owner == owner]
        if places != sorted(places):
            yield f"the events of {owner} were heard out of order"
    successes = Counter(e.reference for e in ending.events if e.type in _SUCCESSES)
    for row in ending.rows:
        heard = row.state == "succeeded" and row.kind != "capture"  # its charge tells of it
        if successes[row.reference] != heard:
            yield f"{row.reference} is {row.state}, told as {successes[row.reference]} successes"


CHECKS: Final[dict[str, Callable[[Ending], Iterator[str]]]] = {
    "r01": _never_twice,
    "r16": _truth_is_reached,
    "r36": _nobody_is_needed,
    "r32": _right_sums,
    "r34": _holds_end,
    "r12": _conserved,
    "r17": _events_are_told,
    "r35": _evidence,
}


def _unfinished(ending: Ending, moves: Sequence[tuple[str, int]]) -> Iterator[str]:
    """R36: what the caller wanted has come about, wherever the provider can tell."""
    if any(row.is_open and _cannot_tell(ending, row) for row in ending.rows):
        return
    moved: Counter[str] = Counter()
    for effect in ending.effects:
        moved[effect.kind] += effect.minor
    if dict(moves) != dict(moved):
        yield f"{dict(moved)} moved where {dict(moves)} was wanted"


def _cannot_tell(ending: Ending, row: Row) -> bool:
    """Return whether the provider never had it, and its not knowing it proves nothing."""
    known = (ending.account, row.reference) in ending.orders
    return ending.account != STRONG and not known


def _total(rows: Iterator[Row]) -> int:
    return sum(row.minor for row in rows)
