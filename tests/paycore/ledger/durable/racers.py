"""What the processes of the tests run: spawned, so that each begins with nothing of its parent."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import closing

from paycore.errors import Conflict, InvalidRequest
from paycore.ledger.durable import open_durable
from paycore.ledger.durable.session import Session
from paycore.ledger.protocol import Source
from paycore.report import Notification, Report
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import NOW, captured, intent, report, reserved

_START = []


def begin(barrier):
    """Keep what every round starts at."""
    _START.append(barrier)


def race(url, rounds):
    """Return for each round: whether we dispatched, what we may refund, and which copy we kept."""
    told = Notification(Report("o-1", State.PENDING), b"thanks")
    seen = []
    with closing(open_durable(url)) as ledger:
        for number in range(rounds):
            _START[0].wait(60)
            owner = f"o-{number}"
            fresh = ledger.reserve(intent(owner=owner, key=owner), NOW).fresh
            try:
                wanted = intent(Kind.REFUND, f"{os.getpid()}-{number}", 400, owner="paid")
                refunded = 400 * ledger.reserve(wanted, NOW).fresh
            except (Conflict, InvalidRequest):
                refunded = 0
            seen.append((fresh, refunded, ledger.keep("main", owner, told, NOW).copies))
    return seen


def die_at(url, kind, point):
    """Charge or record, and be killed just before the `point`-th statement."""
    owner = f"{kind}-{point}"
    with closing(open_durable(url)) as ledger:
        operation = None if kind == "reserve" else reserved(ledger, intent(owner=owner, key=owner))
        left = [point]
        real = Session._run

        def run(self, *said):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(self, *said)

        Session._run = run
        if operation is None:
            reserved(ledger, intent(owner=owner, key=owner))
        else:
            ledger.record(operation.id, report(operation), Source.RESPONSE, NOW, operation.fence)


def die_at_every_point(url):
    """Fork a victim for every statement; print how each ended, until one lived."""
    for kind in ("reserve", "record"):
        for point in range(1, 30):
            child = os.fork()
            if child == 0:
                die_at(url, kind, point)
                os._exit(0)
            status = os.waitpid(child, 0)[1]
            print(kind, point, os.WTERMSIG(status) if os.WIFSIGNALED(status) else "lived")
            if not os.WIFSIGNALED(status):
                break
    with closing(open_durable(url)) as ledger:
        captured(ledger, "afterwards")


def fork(url):
    """Open a ledger, fork, use it in both, and tell how the child ended."""
    with closing(open_durable(url)) as ledger:
        captured(ledger, "before")
        pool = ledger._db._engine.pool
        child = os.fork()
        if child == 0:
            captured(ledger, "child")
            os._exit(ledger._db._engine.pool is pool)  # it must not be its parent's
        print(os.waitpid(child, 0)[1])
        captured(ledger, "parent")


if __name__ == "__main__":
    {"fork": fork, "die": die_at_every_point}[sys.argv[1]](sys.argv[2])
