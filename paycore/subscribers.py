"""The callables that an application registered, by the type of event that they hear."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable

from paycore.errors import InvalidRequest
from paycore.events import Event, EventType

Callback = Callable[[Event], object]


class Subscribers:
    """Who hears what; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: dict[EventType, tuple[Callback, ...]] = {}

    def add(self, event_type: EventType | str, callback: Callback) -> None:
        """Let `callback` hear every event of that type.

        Raises:
            InvalidRequest: there is no such event, or the callback would never run.
        """
        kind = _known(event_type)
        check_callback(callback)
        with self._lock:
            self._of = {**self._of, kind: (*self._of.get(kind, ()), callback)}

    def __bool__(self) -> bool:
        """Whether anybody hears anything."""
        return bool(self._of)

    def of(self, event_type: EventType) -> tuple[Callback, ...]:
        """Return who hears events of that type."""
        return self._of.get(event_type, ())


def check_callback(callback: object, *, awaited: bool = False) -> None:
    """Refuse what would never run: called, it gives something to go through, and that is all.

    Coroutine functions run where what they give is `awaited`.

    Raises:
        InvalidRequest: it would not, or it cannot be called.
    """
    if not callable(callback):
        raise InvalidRequest("callback: cannot be called", field="callback")
    runs = (callback, type(callback).__call__)
    if not awaited and any(map(inspect.iscoroutinefunction, runs)):
        raise InvalidRequest(
            "callback: a coroutine function is awaited by an AsyncGateway only; "
            "give a plain function",
            field="callback",
        )
    if any(inspect.isgeneratorfunction(run) or inspect.isasyncgenfunction(run) for run in runs):
        raise InvalidRequest(
            "callback: a generator function never runs; give a plain function", field="callback"
        )


def _known(event_type: object) -> EventType:
    try:
        return EventType(event_type)
    except ValueError:
        known = ", ".join(each.value for each in EventType)
    raise InvalidRequest(f"event_type: want one of {known}", field="event_type")
