"""What the processes of the tests run: spawned, so that each begins with nothing of its parent."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from paycore.ledger.durable import open_durable, safety, transactions
from paycore.ledger.durable import statements as sql
from paycore.ledger.durable.session import Session
from paycore.ledger.protocol import Source
from paycore.testing.ledgers.scene import NOW, captured, intent, report, reserved
from tests.promises.gateways import opened
from tests.stage import CARD, cad


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


def fork_amid(url, how):
    """Fork while another thread is in the middle of a transaction, and use the ledger in both."""
    safety.BUSY_MS, transactions._PATIENCE_S = 500, 1.0  # whoever waits in vain says so soon
    inside, may_end = threading.Event(), threading.Event()

    def work(session):
        session.row(sql.PAYMENT, reference_="before")
        inside.set()
        may_end.wait(60)

    with closing(open_durable(url)) as ledger:
        captured(ledger, "before")
        other = threading.Thread(target=getattr(ledger._db, how), args=(work,))
        other.start()
        inside.wait(60)
        threading.Timer(0.3, may_end.set).start()  # a fork may wait for it
        child = os.fork()
        if child == 0:
            os._exit(_ended(lambda: captured(ledger, "child")))
        print(os.waitpid(child, 0)[1])
        other.join()
        captured(ledger, "parent")


def fork_gateway(url, till, threads):
    """Charge in a parent, in its threads and in its children, all by the parent's gateway."""
    names = iter(range(10**6))
    gateway = opened(url, till)
    gateway.charge("before", cad(1500), CARD)
    with ThreadPoolExecutor(4) as pool:
        busy = [pool.submit(_charges, gateway, f"thread-{n}", 10) for n in range(int(threads))]
        forked = []
        for _ in range(4):
            child = os.fork()
            if child == 0:
                name = f"child-{os.getpid()}"
                os._exit(_ended(lambda name=name: _charges(gateway, name, 5)))
            forked.append(child)
            _charges(gateway, f"parent-{next(names)}", 2)
        for each in busy:
            each.result()
    print(*(os.waitpid(child, 0)[1] for child in forked))
    gateway.close()


def _charges(gateway, name, count):
    for number in range(count):
        assert gateway.charge(f"{name}-{number}", cad(1500), CARD).paid


def _ended(work):
    """Return how a child ends: 0, or 1 and what went wrong on its last line."""
    try:
        work()
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    known = (fork, fork_amid, fork_gateway, die_at_every_point)
    {each.__name__: each for each in known}[sys.argv[1]](*sys.argv[2:])
