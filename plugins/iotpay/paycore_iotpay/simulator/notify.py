"""Notifications: signed, posted from a thread of their own, repeated until acknowledged."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

from paycore_iotpay.simulator import till
from paycore_iotpay.simulator.book import Book
from paycore_iotpay.simulator.checking import sign
from paycore_iotpay.simulator.records import PAID, Delivery, Order
from paycore_iotpay.simulator.said import order_object

TRIES: Final = 6
MINUTE_MS: Final = 60_000
TIMEOUT_S: Final = 10
HEADERS: Final = {"Content-Type": "application/json;charset=UTF-8"}


def message(book: Book, order: Order, key: str) -> bytes:
    """Return the notification that `order` succeeded, signed with `key`."""
    fields = order_object(book, replace(order, status=PAID))
    fields["sign"] = sign(fields, key)
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


class Notifier:
    """Sends what is due by the simulator's clock, one after the other.

    The first try is made at once; after the n-th that failed, n minutes pass; six are made.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._stopped = True
        self._busy = False
        self._lines: set[HTTPConnection] = set()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to send."""
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="iotpay-notifier", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Cut what is under way, and wait until the thread has ended; nothing is forgotten."""
        with self._book.changed:
            self._stopped = True
            for line in self._lines:
                _cut(line)
            self._book.changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def settle(self) -> None:
        """Wait until nothing is under way: what is left then waits for the clock."""
        with self._book.changed:
            self._book.changed.wait_for(lambda: self._stopped or not (self._busy or self._next()))

    def send(self, order: Order) -> bool:
        """Post the notification of `order` now; return whether it was acknowledged."""
        body = message(self._book, order, self._book.merchant.key.reveal())
        try:
            with closing(_line(order.notify_url)) as line, self._cuttable(line):
                return _acknowledged(line, order.notify_url, body)
        except (OSError, HTTPException, ValueError, OverflowError):  # or no address at all
            return False

    @contextmanager
    def _cuttable(self, line: HTTPConnection) -> Iterator[None]:
        """Let `stop` cut the line as long as it is in use."""
        with self._book.changed:
            if self._stopped:
                raise ConnectionAbortedError
            self._lines.add(line)
        try:
            yield
        finally:
            with self._book.changed:
                self._lines.discard(line)

    def _run(self) -> None:
        while (delivery := self._taken()) is not None:
            order = self._book.find(delivery.pay_order_id)
            self._done(delivery, acknowledged=order is None or self.send(order))

    def _taken(self) -> Delivery | None:
        """Wait for a delivery to become due and return it; `None` when it is time to stop."""
        with self._book.changed:
            while not self._stopped:
                if (delivery := self._next()) is not None:
                    self._busy = True
                    return delivery
                self._book.changed.wait(self._wait_s())
        return None

    def _next(self) -> Delivery | None:
        """Return the delivery that is due now, those of cards that were late included."""
        now_ms = self._book.now_ms()
        if any(order.ripe_ms <= now_ms for order in self._book.late.values()):
            with self._book.changing():
                till.ripen(self._book)
        due = [d for d in self._book.records.deliveries if d.due_ms <= now_ms]
        return min(due, key=lambda delivery: delivery.due_ms, default=None)

    def _wait_s(self) -> float | None:
        """Return how long nothing will be due; `None` for as long as nothing changes."""
        late = [order.ripe_ms for order in self._book.late.values()]
        soonest_ms = min([*late, *(d.due_ms for d in self._book.records.deliveries)], default=None)
        return None if soonest_ms is None else max(0, soonest_ms - self._book.now_ms()) / 1000

    def _done(self, delivery: Delivery, *, acknowledged: bool) -> None:
        """Take the delivery off the list, or put it on again for later."""
        with self._book.changing() as records:
            self._busy = False
            if delivery not in records.deliveries or (self._stopped and not acknowledged):
                return
            records.deliveries.remove(delivery)
            tries = delivery.tries + 1
            if not acknowledged and tries < TRIES:
                due_ms = self._book.now_ms() + tries * MINUTE_MS
                records.deliveries.append(Delivery(delivery.pay_order_id, due_ms, tries))


def _line(url: str) -> HTTPConnection:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(parts.netloc, timeout=TIMEOUT_S)


def _acknowledged(line: HTTPConnection, url: str, body: bytes) -> bool:
    parts = urlsplit(url)
    line.request(
        "POST", f"{parts.path or '/'}{'?' * bool(parts.query)}{parts.query}", body, HEADERS
    )
    answer = line.getresponse()
    return answer.status == 200 and answer.read(64).strip().upper() == b"SUCCESS"


def _cut(line: HTTPConnection) -> None:
    with suppress(OSError, AttributeError):  # it may not be connected yet
        line.sock.shutdown(socket.SHUT_RDWR)
