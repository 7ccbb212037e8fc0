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
_LONGEST_S: Final = {Kind.CAPTURE: _DAY_S, Kind.RELEASE: _DAY_S}
"""After how long of asking a person has to look, where that is before the plan's end: what is held
lapses in days, and then nothing can be taken any more."""
WATCHED: Final = frozenset({State.EXPIRED, State.NOT_EXECUTED})
"""Final states of a charge that the plan still asks about: the core concluded them, and a payer
may pay late."""
_STEP_S: Final = {later: later - earlier for earlier, later in pairwise((0, *PLAN_S))}


def next_check(operation: Operation, now: datetime) -> datetime | None:
    """Return when the provider is to be asked next about an operation; None where never.

    One that is being sent is left alone until its lease runs out; from then on it is in the plan
    as all that is open: nothing may be due for ever, or it would be in the way of the others.
    """
    if not operation.is_free(now):
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
    steps = (_spread_s(name, at_s) for at_s in PLAN_S)
    return next((at_s for at_s in steps if at_s > past_s), None)


def _spread_s(name: str, at_s: int) -> float:
    """Return a step as it is for one name; as exact as times are kept: no step comes twice."""
    return round(at_s + _part(f"{name} {at_s}") * SPREAD * _STEP_S[at_s], 3)


def _part(text: str) -> float:
    """Return a number from -1 to 1, the same for the same text."""
    return crc32(text.encode()) / 2**31 - 1


def is_used_up(operation: Operation, now: datetime) -> bool:
    """Return whether an open operation was asked about for as long as asking alone should do.

    That is the whole plan; a day for what ends a hold, which lapses before a week is over. What
    is held is no doubt: it waits for its capture as long as the provider holds it.
    """
    if operation.state is State.AUTHORIZED:
        return False
    past_s = (now - _begun(operation, now)).total_seconds()
    last_s = _LONGEST_S.get(operation.kind, PLAN_S[-1])
    return operation.state.is_open and past_s >= _spread_s(_name(operation), last_s)


def _name(operation: Operation) -> str:
    return f"{operation.account} {operation.reference}"


def _is_watched(operation: Operation) -> bool:
    return operation.kind is Kind.CHARGE and operation.state in WATCHED


def _begun(operation: Operation, now: datetime) -> datetime:
    """Return when it was sent; now, where the clock has gone back behind that (R52)."""
    return min(operation.sent_at or operation.created_at, now)
