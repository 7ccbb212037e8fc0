"""A ledger of somebody else's, in one file, and what it may do wrong; opened by name in a child."""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from paycore.ledger.memory import MemoryLedger
from paycore.testing.crash.killable import WRITES


class FileLedger:
    """A ledger in memory, written to its file after each method that changes something."""

    def __init__(self, url, late=()):
        self._path = Path(url.removeprefix("sqlite:///")).with_suffix(".pickle")
        self._late = late
        self._ledger = MemoryLedger()
        if self._path.exists():
            vars(self._ledger).update(pickle.loads(self._path.read_bytes()))

    def __getattr__(self, name):
        method = getattr(self._ledger, name)
        return partial(self._saved, name, method) if name in WRITES else method

    def _saved(self, name, method, *given, **named):
        done = method(*given, **named)
        if name not in self._late:
            self.save()
        return done

    def save(self):
        state = {name: value for name, value in vars(self._ledger).items() if name != "_lock"}
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(pickle.dumps(state))
        os.replace(fresh, self._path)


class ToldTooSoon(FileLedger):
    """Takes what it hands out for told."""

    def claim_events(self, now, limit, lease_s, owner=None):
        events = self._ledger.claim_events(now, limit, lease_s, owner)
        for event in events:
            self._ledger.event_told(event, now)
        self.save()
        return events


@dataclass(frozen=True)
class Plant:
    """What is wrong, the kill that shows it, and the promise that notices."""

    name: str
    scene: str
    point: str
    noticed_by: str


def right(url):
    """Open one that has nothing wrong."""
    return FileLedger(url)


def reserves_late(url):
    """Open one that writes a reservation down with what comes next."""
    return FileLedger(url, late=("reserve",))


def keeps_late(url):
    """Open one that writes a message down with what comes next, if anything does."""
    return FileLedger(url, late=("keep", "mark", "claim_check", "record", "claim_events"))


def tells_too_soon(url):
    """Open one that forgets an event when it is handed out."""
    return ToldTooSoon(url)


PLANTS = (
    Plant("reserves_late", "charge", "charge.send.answer", "r02"),
    Plant("reserves_late", "refund", "refund.send.answer", "r02"),
    Plant("keeps_late", "webhook", "webhook.ack.after", "r11"),
    Plant("tells_too_soon", "charge", "charge.heard.before", "r17"),
)
