"""Events on their way: signed, posted from a thread of their own, repeated until acknowledged."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

from paycore.wire.strict import JsonObject
from paycore_stripe.simulator.book import Book
from paycore_stripe.simulator.events import body_of
from paycore_stripe.simulator.records import Post
from paycore_stripe.simulator.ripening import ripe, ripen
from paycore_stripe.simulator.signing import signature

MINUTE_MS: Final = 60_000
PAUSES_MS: Final = tuple(minutes * MINUTE_MS for minutes in (1, 5, 30, 120, 300, 600, *[720] * 4))
"""How long it waits after each try that failed: three days in all."""
TIMEOUT_S: Final = 10


def headers_of(body: bytes, secret: str) -> dict[str, str]:
    """Return the headers that go with an event, signed now.

    The time in the signature is the real one: whoever checks it has not moved the clock.
    """
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature(body, secret, int(time.time())),
    }


class Notifier:
    """Sends what is due by the simulator's clock, one after the other."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._stopped = True
        self._busy = False
        self._lines: set[HTTPConnection] = set()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to send."""
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="stripe-notifier", daemon=True)
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

    def send(self, event: JsonObject, url: str) -> bool:
        """Post an event now; return whether it was acknowledged: any status of the 200s."""
        body = body_of(event)
        headers = headers_of(body, self._book.shop.webhook_secret.reveal())
        parts = urlsplit(url)
        target = f"{parts.path or '/'}{'?' * bool(parts.query)}{parts.query}"
        try:
            with closing(_line(url)) as line, self._cuttable(line):
                line.request("POST", target, body, headers)
                return 200 <= line.getresponse().status < 300
        except (OSError, HTTPException, ValueError):  # or no address at all
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
        while (post := self._taken()) is not None:
            event = self._book.records.events.get(post.event)
            self._done(post, acknowledged=event is None or self.send(event, post.url))

    def _taken(self) -> Post | None:
        """Wait for a post to become due and return it; `None` when it is time to stop."""
        with self._book.changed:
            while not self._stopped:
                if (post := self._next()) is not None:
                    self._busy = True
                    return post
                self._book.changed.wait(self._wait_s())
        return None

    def _next(self) -> Post | None:
        """Return the post that is due now, after letting happen whose time has come."""
        if ripe(self._book):
            with self._book.changing():
                ripen(self._book)
        now_ms = self._book.now_ms()
        due = [post for post in self._book.records.posts if post.due_ms <= now_ms]
        return min(due, key=lambda post: post.due_ms, default=None)

    def _wait_s(self) -> float | None:
        """Return how long nothing will be due; `None` for as long as nothing changes."""
        posts = [post.due_ms for post in self._book.records.posts]
        soonest_ms = min([*self._book.ripening.values(), *posts], default=None)
        if soonest_ms is None:
            return None
        return min(threading.TIMEOUT_MAX, max(0, soonest_ms - self._book.now_ms()) / 1000)

    def _done(self, post: Post, *, acknowledged: bool) -> None:
        """Take the post off the list, or put it on again for later."""
        with self._book.changing() as records:
            self._busy = False
            if post not in records.posts or (self._stopped and not acknowledged):
                return
            records.posts.remove(post)
            if not acknowledged and post.tries < len(PAUSES_MS):
                due_ms = self._book.now_ms() + PAUSES_MS[post.tries]
                records.posts.append(replace(post, due_ms=due_ms, tries=post.tries + 1, held=False))


def _line(url: str) -> HTTPConnection:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(parts.netloc, timeout=TIMEOUT_S)


def _cut(line: HTTPConnection) -> None:
    with suppress(OSError, AttributeError):  # it may not be connected yet
        line.sock.shutdown(socket.SHUT_RDWR)
