"""`engine = "inline"`: every process does what it makes due; the rest is found by sweeping."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Final

from paycore.engines.sweeping import swept
from paycore.secret import Secret
from paycore.work import Work

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class Inline:
    """Notes nothing: kept messages are applied and events told before a verb returns."""

    name: ClassVar[str] = "inline"
    defers: ClassVar[bool] = False

    def check(self) -> None:
        """Return: it needs nothing."""

    def prepare(self) -> None:
        """Return: it needs nothing."""

    def enqueue(self, connection: Any, works: Collection[Work]) -> None:
        """Return: whoever made it due does it."""

    def run(
        self,
        do: Callable[[Work], None],
        sweep: Callable[[], bool],
        *,
        concurrency: int,
        sweep_s: float,
    ) -> None:
        """Sweep again and again until SIGTERM or Ctrl-C."""
        with _told_to_stop() as stop:
            while not stop.is_set():
                swept(sweep, stop.is_set)
                stop.wait(sweep_s)


def opened(ledger: Secret) -> Inline:
    """Return the engine, over whatever ledger."""
    return Inline()


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in _SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
