"""The gateway's book: its records, its clock, and the lock that all who touch them hold."""

from __future__ import annotations

import secrets
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
from paycore_iotpay.simulator import storage
from paycore_iotpay.simulator.faults import Faults
from paycore_iotpay.simulator.records import UNDECIDED, Order, Records

REMEMBERED_REQUESTS: Final = 10_000


@dataclass(frozen=True)
class Merchant:
    """The one merchant whom the simulated gateway knows."""

    merchant_id: str
    key: Secret
    login_name: str


class Book:
    """Everything the simulated gateway knows, in memory and, where `path` is given, in a file."""

    def __init__(self, merchant: Merchant, path: str = "") -> None:
        self.merchant = merchant
        self.base_url = ""
        self.faults = Faults()
        self.requests: deque[dict[str, Any]] = deque(maxlen=REMEMBERED_REQUESTS)
        self.changed = threading.Condition(threading.RLock())
        self._path = Path(path) if path else None
        self.records = storage.load(self._path) if self._path else Records()
        self.late: dict[str, Order] = {}
        self._ids: dict[str, str] = {}
        for order in list(self.records.orders.values()):
            self.put(order)
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

    def find(self, reference: str) -> Order | None:
        """Return the order of that payOrderId, mchOrderNo or mchRefundNo."""
        return self.records.orders.get(self._ids.get(reference, reference))

    def taken(self, number: str) -> bool:
        """Return whether the merchant has used this number before."""
        return number in self._ids

    def put(self, order: Order) -> Order:
        """Keep `order`, in place of what it was before, and return it."""
        self.records.orders[order.pay_order_id] = order
        self._ids[order.number] = order.pay_order_id
        self.late.pop(order.pay_order_id, None)
        if order.status == UNDECIDED:
            self.late[order.pay_order_id] = order
        return order

    def new_id(self, prefix: str) -> str:
        """Return a fresh payOrderId: 2 letters, 14 digits of time, 12 digits."""
        return f"{prefix}{moment(self.now_ms()):%Y%m%d%H%M%S}{secrets.randbelow(10**12):012d}"

    def reset(self) -> None:
        """Forget everything: records, requests, faults, and how far the clock was moved."""
        with self.changing():
            self.records = Records()
            self._ids.clear()
            self.late.clear()
            self.requests.clear()
            self.faults.clear()


def moment(now_ms: int) -> datetime:
    """Return a time of the simulator's clock as a UTC time, whole seconds."""
    return datetime.fromtimestamp(now_ms // 1000, UTC)
