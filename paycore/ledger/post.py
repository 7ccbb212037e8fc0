"""The outbox of the memory ledger: events by owner, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from paycore.events import Event
from paycore.ledger.mail import retry_at


class Post:
    """Events that are to be told; the first of each owner holds back those behind it."""

    def __init__(self) -> None:
        self._of: dict[str, list[str]] = {}
        self._rows: dict[str, Event] = {}
        self._untold: dict[str, dict[str, datetime]] = {}
        """By owner: the id of each event that is not told yet, and when it may be told."""

    def add(self, events: Iterable[Event]) -> None:
        """Keep events, to be told at once."""
        for event in events:
            self._rows[event.id] = event
            self._of.setdefault(event.owner, []).append(event.id)
            self._untold.setdefault(event.owner, {})[event.id] = event.at

    def claim(
        self, now: datetime, limit: int, lease_s: float, owner: str | None
    ) -> tuple[Event, ...]:
        """Return up to `limit` events that may be told, and hold them back from others."""
        owners = self._untold if owner is None else {owner: None} & self._untold.keys()
        heads = (next(iter(self._untold[each].items())) for each in owners)
        free = [(event, at) for event, at in heads if at <= now]
        due = [event for event, _ in sorted(free, key=lambda each: each[1])][:limit]
        for event in due:
            row = self._rows[event]
            self._rows[event] = replace(row, tries=row.tries + 1)
            self._untold[row.owner][event] = now + timedelta(seconds=lease_s)
        return tuple(self._rows[event] for event in due)

    def told(self, event: Event) -> None:
        """Let go of an event that reached everybody."""
        if self._is_claimed(event):
            waiting = self._untold[event.owner]
            del waiting[event.id]
            if not waiting:
                del self._untold[event.owner]

    def held(self, event: Event, until: datetime) -> bool:
        """Hold an event back from others than its claimer, and return whether it still has one."""
        if claimed := self._is_claimed(event):
            self._untold[event.owner][event.id] = until
        return claimed

    def failed(self, event: Event, now: datetime) -> None:
        """Hold an event back until the plan tells it again."""
        self.held(event, retry_at(event, now))

    def _is_claimed(self, event: Event) -> bool:
        """Return whether an event is untold, and nobody claimed it after `event` was claimed."""
        waits = event.id in self._untold.get(event.owner, ())
        return waits and self._rows[event.id].tries == event.tries

    def of(self, owner: str) -> tuple[Event, ...]:
        """Return every event of one owner, as they came."""
        return tuple(self._rows[each] for each in self._of.get(owner, ()))
