"""Events leave the outbox: told at least once, in order for each payment, by whoever subscribed."""

from __future__ import annotations

import inspect
from typing import Final

from paycore import log
from paycore.events import Event
from paycore.wiring import Wiring

LEASE_S: Final = 300.0
"""How long telling one event may take before another process tells it, too."""
BATCH: Final = 20


class NeverAwaited(Exception):
    """A callback gave something to await, and here nobody awaits anything."""


def deliver(wiring: Wiring, limit: int, owner: str | None = None) -> int:
    """Tell up to `limit` events that are due, of one payment or of all; return how many were told.

    A gateway on which nobody subscribed tells nothing: the events wait for one that has. A
    callback that raises leaves its event, and what follows it for the same payment, to be told
    again by the plan; it stops no other payment's.
    """
    told, tried = 0, 0
    while wiring.subscribers and tried < limit:
        most = min(BATCH, limit - tried)
        batch = wiring.ledger.claim_events(wiring.now(), most, LEASE_S, owner)
        if not batch:
            break
        tried += len(batch)
        told += sum(_told(wiring, event) for event in batch)
    return told


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


def _told(wiring: Wiring, event: Event) -> bool:
    """Tell one event to everybody who hears its type, and return whether all of them took it."""
    try:
        for callback in wiring.subscribers.of(event.type):
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


def _check_over(told: object) -> None:
    """Refuse what a callback has not done, but gave to be awaited."""
    if inspect.isawaitable(told):
        close = getattr(told, "close", None)
        if close is not None:
            close()
        raise NeverAwaited
