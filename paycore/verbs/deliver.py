"""Events leave the outbox: told at least once, in order for each payment, by whoever subscribed."""

from __future__ import annotations

import inspect
from datetime import datetime, timedelta
from typing import Final

from paycore import log
from paycore.events import Event
from paycore.wiring import Wiring

LEASE_S: Final = 300.0
"""How long one callback may take before another process tells its event, too."""
_LONGEST: Final = 12
"""How many times as long it may take at most, where it was too slow before: an hour."""
BATCH: Final = 20
_QUICK_S: Final = 1.0
"""How long telling the first ones of a batch may take before each other one is held anew."""


class NeverAwaited(Exception):
    """A callback gave something to await or to go through, and here nobody does."""


def deliver(wiring: Wiring, limit: int, owner: str | None = None) -> int:
    """Tell up to `limit` events that are due, of one payment or of all; return how many were told.

    A gateway on which nobody subscribed tells nothing: the events wait for one that has. A
    callback that raises leaves its event, and what follows it for the same payment, to be told
    again by the plan; it stops no other payment's.
    """
    return delivered(wiring, limit, owner)[1]


def delivered(wiring: Wiring, limit: int, owner: str | None = None) -> tuple[int, int]:
    """Do what `deliver` does; return how many events were tried, and how many told."""
    tried, told = 0, 0
    while wiring.subscribers and tried < limit:
        now, most = wiring.now(), min(BATCH, limit - tried)
        batch = wiring.ledger.claim_events(now, most, LEASE_S + _QUICK_S, owner)
        if not batch:
            break
        tried += len(batch)
        told += sum(_told(wiring, event, now) for event in batch)
    return tried, told


def deliver_quietly(wiring: Wiring, owner: str) -> None:
    """Tell what is due of one payment; what goes wrong is logged, and changes no outcome.

    Where the engine has workers, they tell it.
    """
    if wiring.engine.defers:
        return
    try:
        deliver(wiring, BATCH, owner)
    except Exception as error:
        log.event("events_not_delivered", level=log.ERROR, owner=owner, error=type(error).__name__)


def _told(wiring: Wiring, event: Event, claimed_at: datetime) -> bool:
    """Tell one event to everybody who hears its type, and return whether all of them took it.

    Before each of them it is held anew, if the others took long; it may be another's by now.
    """
    held_at = claimed_at if event.tries == 1 else None
    for callback in wiring.subscribers.of(event.type):
        held_at = _held(wiring, event, held_at)
        if held_at is None:
            return False
        try:
            _check_over(callback(event))
        except Exception as error:
            log.event(
                "event_not_delivered",
                level=log.ERROR,
                owner=event.owner,
                hook=event.type.value,
                error=type(error).__name__,
            )
            wiring.ledger.event_failed(event, wiring.now())
            return False
    wiring.ledger.event_told(event, wiring.now())
    wiring.listeners.emit("event_delivered", event=event)
    return True


def _held(wiring: Wiring, event: Event, since: datetime | None) -> datetime | None:
    """Return since when an event is held for as long as a callback may take; None: another's.

    One that was told before, and nobody came to an end with it, is held longer with each try:
    else two processes with a callback that is too slow would tell it in turns for ever.
    """
    now = wiring.now()
    if since is not None and now - since <= timedelta(seconds=_QUICK_S):
        return since
    lease_s = LEASE_S * min(event.tries, _LONGEST)
    return now if wiring.ledger.hold_event(event, now, lease_s) else None


def _check_over(told: object) -> None:
    """Refuse what a callback has not done, but gave to be awaited or gone through."""
    if inspect.isawaitable(told) or inspect.isgenerator(told) or inspect.isasyncgen(told):
        close = getattr(told, "close", None)
        if close is not None:
            close()
        raise NeverAwaited
