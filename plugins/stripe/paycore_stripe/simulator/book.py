"""Stripe's book: its records, its clock, and the lock that all who touch them hold."""

from __future__ import annotations

import secrets
import string
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from paycore.secret import Secret
from paycore.wire.strict import JsonObject
from paycore_stripe.simulator import storage
from paycore_stripe.simulator.faults import Faults
from paycore_stripe.simulator.records import Records
from paycore_stripe.simulator.refusing import missing

REMEMBERED_REQUESTS: Final = 10_000
RIPE: Final = "_ripe_ms"
"""When something happens to a thing by itself, by the simulator's clock."""
_LETTERS: Final = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Shop:
    """The one Stripe account that the simulator knows."""

    secret_key: Secret
    webhook_secret: Secret


class Book:
    """Everything the simulated Stripe knows, in memory and, where `path` is given, in a file."""

    def __init__(self, shop: Shop, path: str = "") -> None:
        self.shop = shop
        self.base_url = ""
        self.faults = Faults()
        self.requests: deque[dict[str, Any]] = deque(maxlen=REMEMBERED_REQUESTS)
        self.under_way: set[str] = set()
        """The idempotency keys of requests that are not answered yet."""
        self.changed = threading.Condition(threading.RLock())
        self._path = Path(path) if path else None
        self.records = storage.load(self._path) if self._path else Records()
        self.ripening: dict[str, int] = {}
        for thing in list(self.records.things.values()):
            self.put(thing)
        with self.changing():  # a file that cannot be written is noticed now
            pass

    @contextmanager
    def changing(self) -> Iterator[Records]:
        """Hold the lock for one change, store it, and wake whoever waits for one.

        A change that raises must have changed nothing: it is not stored.
        """
        with self.changed:
            yield self.records
            if self._path is not None:
                storage.save(self.records, self._path)
            self.changed.notify_all()

    def now_ms(self) -> int:
        """Return the simulator's time: ours, moved on by every `advance`."""
        return time.time_ns() // 1_000_000 + self.records.offset_ms

    def now_s(self) -> int:
        """Return the simulator's time as Stripe says it, in whole seconds."""
        return self.now_ms() // 1000

    def get(self, kind: str, name: str, param: str = "id") -> JsonObject:
        """Return the object of that kind and id.

        Raises:
            Refused: there is none; `param` is the parameter that named it.
        """
        thing = self.records.things.get(name)
        if thing is None or thing["object"] != kind:
            raise missing(kind, name, param)
        return thing

    def of(self, kind: str) -> list[JsonObject]:
        """Return every object of a kind, newest first, as Stripe lists them."""
        things = self.records.things.values()
        return [thing for thing in reversed(things) if thing["object"] == kind]

    def put(self, thing: JsonObject) -> JsonObject:
        """Keep a thing, in place of what it was before, and return it."""
        self.records.things[thing["id"]] = thing
        self.ripening.pop(thing["id"], None)
        if thing.get(RIPE):
            self.ripening[thing["id"]] = thing[RIPE]
        return thing

    def new(self, kind: str, prefix: str, **members: Any) -> JsonObject:
        """Keep a new thing with a fresh id, and return it."""
        said = {"id": new_id(prefix), "object": kind, "created": self.now_s(), "livemode": False}
        return self.put({**said, **members})

    def reset(self) -> None:
        """Forget everything but where events go: requests, faults, how far the clock was moved."""
        with self.changing():
            self.records = Records(endpoints=self.records.endpoints)
            self.ripening.clear()
            self.requests.clear()
            self.faults.clear()


def new_id(prefix: str) -> str:
    """Return a fresh id: the prefix and 24 letters or digits."""
    return f"{prefix}_{''.join(secrets.choice(_LETTERS) for _ in range(24))}"


def iso(now_ms: int) -> str:
    """Return a time of the simulator's clock, ISO 8601, UTC, whole seconds."""
    return datetime.fromtimestamp(now_ms // 1000, UTC).isoformat()
