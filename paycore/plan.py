"""When the provider is asked again: a plan as data; nothing here runs by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from zlib import crc32

from paycore.operation import Operation
from paycore.states import Kind, State

_DAY_S: Final = 86_400
PLAN_S: Final = (
    *(15, 60, 300, 900, 3600, 4 * 3600, 12 * 3600),
    *(day * _DAY_S for day in range(1, 8)),
)
"""How long after it was sent an operation is asked about, as long as it is open."""
AFTERWARDS_S: Final = 7 * _DAY_S
"""How often what is open past the plan, and needs a person, is asked about all the same."""
SPREAD: Final = 0.2
"""How much of a step may be added or taken off, so that not all ask at once."""
WATCHED: Final = frozenset({State.EXPIRED, State.NOT_EXECUTED})
"""Final states of a charge that the plan still asks about: the core concluded them, and a payer
may pay late."""
_STEPS: Final = tuple((later, later - earlier) for earlier, later in pairwise((0, *PLAN_S)))


def next_check(operation: Operation, now: datetime) -> datetime | None:
    """Return when the provider is to be asked next about an operation; None where never.

    One that is being sent is left alone until its lease runs out.
    """
    if operation.state in (State.RESERVED, State.SUBMITTING):
        return operation.lease_until
    if not (operation.state.is_open or _is_watched(operation)):
        return None
    begun = _begun(operation, now)
    after_s = next_step(_name(operation), (now - begun).total_seconds())
    if after_s is not None:
        return begun + timedelta(seconds=after_s)
    return now + timedelta(seconds=AFTERWARDS_S) if operation.state.is_open else None


def next_step(name: str, past_s: float) -> float | None:
    """Return the first step of the plan after `past_s`, in seconds; None past the last.

    Steps are spread by the name that they belong to, and the same every time.
    """
    spread = (at_s + _part(f"{name} {at_s}") * SPREAD * step_s for at_s, step_s in _STEPS)
    steps = (round(at_s, 3) for at_s in spread)  # as exact as times are kept: no step comes twice
    return next((at_s for at_s in steps if at_s > past_s), None)


def _part(text: str) -> float:
    """Return a number from -1 to 1, the same for the same text."""
    return crc32(text.encode()) / 2**31 - 1


def is_used_up(operation: Operation, now: datetime) -> bool:
    """Return whether an open operation was asked about by the whole plan, and is open still.

    What is held is no doubt: it waits for its capture as long as the provider holds it.
    """
    if operation.state is State.AUTHORIZED:
        return False
    past_s = (now - _begun(operation, now)).total_seconds()
    return operation.state.is_open and next_step(_name(operation), past_s) is None


def _name(operation: Operation) -> str:
    return f"{operation.account} {operation.reference}"


def _is_watched(operation: Operation) -> bool:
    return operation.kind is Kind.CHARGE and operation.state in WATCHED


def _begun(operation: Operation, now: datetime) -> datetime:
    """Return when it was sent; now, where the clock has gone back behind that (R52)."""
    return min(operation.sent_at or operation.created_at, now)
