"""R49: every call ends within its deadline and a second, however slowly the other side drips.

A machine that stands still for a while, as busy ones do, is no fault of ours: how long it did is
measured beside each call, and does not count.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread
from time import monotonic

import pytest

from paycore.wire.transport import Transport
from tests import certificates
from tests.fault_server import Guest
from tests.faults import Site
from tests.promises.proof import Proof
from tests.visits import charge, refused, visiting

DEADLINE_S = 0.3
LATE_S = 1.0
AT_ONCE = 25

DRIPS = {
    "status": (b"HTTP/1.1 200 O", b"K" * 9999),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X: yyyyyyyyyyyyyyyy\r\n" * 99),
    "continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 999),
    "body": (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x" * 9999),
    "last body": (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 99\r\n\r\n", b"x" * 99),
    "chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n270f\r\n", b"x" * 9999),
    "trailer": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 999),
    "nothing": (b"", b""),
}


class Pulse:
    """A thread that wants to run a hundred times a second, and notes when it could not."""

    EVERY_S = 0.01

    def __init__(self) -> None:
        self.stood: list[tuple[float, float]] = []
        """When the machine let nobody run, and for how long: (end, seconds)."""

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Beat until the end of the context."""
        over = Event()
        thread = Thread(target=self._beat, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _beat(self, over: Event) -> None:
        before = monotonic()
        while not over.wait(self.EVERY_S):
            now = monotonic()
            self.stood.append((now, now - before - self.EVERY_S))
            before = now

    def lost_since(self, start: float) -> float:
        """Return how long the machine has stood still since then, in seconds."""
        return sum(lost for end, lost in list(self.stood) if end >= start)


def drip(guest: Guest) -> None:
    """Answer as the request's place says, and never to an end."""
    if (heard := guest.hear()) is None:
        return  # cut off before a word was said: a machine can be that busy
    at_once, slowly = list(DRIPS.values())[json.loads(heard)["place"] % len(DRIPS)]
    guest.say(at_once)
    guest.drip(slowly, pause_s=0.05)
    guest.pause()


def call(transport: Transport, site: Site, pulse: Pulse, number: int) -> tuple[int, float]:
    """Make one call; return its number, and how much later than its deadline it ended."""
    start = monotonic()
    error = refused(transport, charge(site, {"place": number}))
    late = monotonic() - start - DEADLINE_S
    assert "time is up" in str(error), f"{number}: {error}"
    return number, late - pulse.lost_since(start)


def calls(first: int, count: int) -> None:
    """Make so many calls, 25 at once, half of them over TLS."""
    pulse = Pulse()
    with pulse.beating():
        for tls in (None, certificates.good()):
            mine = range(first + (tls is not None), first + count, 2)
            with (
                visiting(drip, tls, timeout_s=DEADLINE_S) as (transport, site),
                ThreadPoolExecutor(AT_ONCE) as threads,
            ):
                made = threads.map(partial(call, transport, site, pulse), mine)
                number, late = max(made, key=lambda each: each[1], default=(first, 0.0))

            assert late < LATE_S, f"call {number} ended {late:.2f} s after its deadline"


PROOFS = (Proof("r49", "calls", 500, 500, calls, batch=500),)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r49_a_dripping_server_is_cut_off(proof):
    """500 calls to servers that drip: none ends a second after its deadline."""
    proof.check()


def test_r49_a_call_that_is_late_would_be_seen():
    """What a still machine is excused for is what was lost, and no more."""
    pulse = Pulse()
    pulse.stood = [(10.0, 3.0), (20.0, 0.25), (21.0, 0.0)]

    assert pulse.lost_since(15.0) == 0.25
    assert pulse.lost_since(0.0) == 3.25
