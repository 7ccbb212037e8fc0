"""What a charge, a message and a lookup cost with a million payments, against a thousand.

Each is done by turns on a small and on a large ledger of the same database, call by call: a machine
that is busy for a while is busy for both. Each round gives a median for each; the median of the
rounds counts. Read the ratios, not the microseconds; above 1.5 it exits with 1.

    python bench/ledger_size.py [--payments 1000000] [--rounds 9] [--calls 20] [--database sqlite]

PostgreSQL is the one that PAYCORE_TEST_POSTGRES_URL names, else a server of its own.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from paycore.ledger.durable import open_durable, upgrade
from paycore.ledger.protocol import InboxState, Ledger, Source
from paycore.report import Notification, Report
from paycore.states import State
from paycore.testing.ledgers.scene import intent
from tests.bench.filling import end_of, fill, kind_of
from tests.bench.selling import (
    ACCOUNT,
    AMOUNT,
    CARD,
    PAGE,
    Seller,
    message,
    reference_of,
    theirs_of,
)

SMALL = 1_000
MOST = 1.5
WRITES, READS = 1, 10
"""How many times `--calls` each kind is called in each round."""

Timed = Callable[[], float]


class Shop:
    """One ledger with so many payments in it, and everything that is measured on it."""

    def __init__(self, ledger: Ledger, payments: int) -> None:
        self.ledger = ledger
        self.seller = Seller(ledger)
        self.seller.time = end_of(payments)
        self._payments = payments
        self._numbers = count(payments)
        self._draw = random.Random(payments)  # the same draws in every run

    def _new(self) -> str:
        """Return the reference of the next payment: they come in order of time."""
        self.seller.advance(1)
        return reference_of(next(self._numbers))

    def _some(self) -> str:
        """Return the reference of any payment that was paid."""
        number = self._draw.randrange(self._payments)
        return reference_of(number) if kind_of(number) in ("card", "page") else self._some()

    def charge(self) -> float:
        """Charge a stored card through the gateway."""
        reference = self._new()
        return _timed(lambda: self.seller.gateway.charge(reference, AMOUNT, CARD).paid)

    def message(self) -> float:
        """Receive the notification of a page that was paid: kept, asked about, applied."""
        reference = self._new()
        self.seller.gateway.charge(reference, AMOUNT, PAGE)
        told = message(reference)
        return _timed(lambda: self.seller.gateway.receive(ACCOUNT, told).status == 200)

    def find(self) -> float:
        """Find any payment by our reference, through the gateway."""
        reference = self._some()
        return _timed(lambda: self.seller.gateway.find(reference))

    def ledger_charge(self) -> float:
        """Reserve and record a charge in the ledger alone."""
        reference = self._new()
        wanted = intent(owner=reference, key=reference, account=ACCOUNT, nonce="")
        told = Report(reference, State.SUCCEEDED, provider_reference=theirs_of(reference))

        def act() -> object:
            done = self.ledger.reserve(wanted, self.seller.time).operation
            return self.ledger.record(
                done.id, told, Source.RESPONSE, self.seller.time, fence=done.fence
            )

        return _timed(act)

    def ledger_message(self) -> float:
        """Keep and mark a message in the ledger alone."""
        reference = self._new()
        told = Notification(Report(reference, State.SUCCEEDED), b"SUCCESS")
        now = self.seller.time

        def act() -> object:
            row = self.ledger.keep(ACCOUNT, reference, told, now)
            self.ledger.mark(row.id, InboxState.APPLIED, "", now)
            return row

        return _timed(act)

    def ledger_wire(self) -> float:
        """Find any operation by the reference that we told the provider."""
        reference = self._some()
        return _timed(lambda: self.ledger.by_wire(ACCOUNT, reference, ""))

    def ledger_theirs(self) -> float:
        """Find any operation by the provider's own reference."""
        theirs = theirs_of(self._some())
        return _timed(lambda: self.ledger.by_wire(ACCOUNT, None, theirs))


MEASURES: dict[str, tuple[Callable[[Shop], float], int]] = {
    "charge": (Shop.charge, WRITES),
    "webhook": (Shop.message, WRITES),
    "find, our reference": (Shop.find, READS),
    "ledger: charge": (Shop.ledger_charge, WRITES),
    "ledger: message": (Shop.ledger_message, WRITES),
    "ledger: our wire reference": (Shop.ledger_wire, READS),
    "ledger: their reference": (Shop.ledger_theirs, READS),
}


def _timed(act: Callable[[], object]) -> float:
    """Return how many microseconds it took; what came of it is there and right, or this fails."""
    start = time.perf_counter()
    came = act()
    taken = time.perf_counter() - start
    assert came
    return taken * 1e6


def measured(small: Shop, large: Shop, rounds: int, most: int) -> dict[str, tuple[float, float]]:
    """Return the microseconds of each measure, on the small ledger and on the large one."""
    medians: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in MEASURES}
    for number in range(rounds + 1):
        for name, (act, calls) in MEASURES.items():
            taken: tuple[list[float], list[float]] = [], []
            for call in range(calls * most):
                for place in (0, 1) if call % 2 else (1, 0):
                    taken[place].append(act((small, large)[place]))
            if number:  # the first round warms up
                for place in (0, 1):
                    medians[name][place].append(statistics.median(taken[place]))
    return {
        name: (statistics.median(few), statistics.median(many))
        for name, (few, many) in medians.items()
    }


@contextmanager
def sqlite() -> Iterator[Callable[[], str]]:
    """Give what makes an empty ledger of SQLite."""
    with tempfile.TemporaryDirectory(prefix="paycore-bench-") as folder:
        numbers = count()
        yield lambda: f"sqlite:///{folder}/{next(numbers)}.db"


@contextmanager
def postgresql() -> Iterator[Callable[[], str]]:
    """Give what makes an empty ledger of PostgreSQL."""
    from tests.postgres import cluster

    made: list[str] = []

    def empty() -> str:
        made.append(cluster().empty())
        return made[-1]

    yield empty
    for url in made:
        cluster().forget(url)


DATABASES = {"sqlite": sqlite, "postgresql": postgresql}


def compared(name: str, payments: int, rounds: int, calls: int) -> dict[str, tuple[float, float]]:
    """Return the figures of one database."""
    with DATABASES[name]() as place:
        small, large = _filled(place(), SMALL), _filled(place(), payments)
        with closing(open_durable(small)) as few, closing(open_durable(large)) as many:
            return measured(Shop(few, SMALL), Shop(many, payments), rounds, calls)


def _filled(url: str, payments: int) -> str:
    upgrade(url)
    start = time.perf_counter()
    fill(url, payments)
    print(f"{payments} payments written in {time.perf_counter() - start:.0f} s", flush=True)
    return url


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--payments", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--calls", type=int, default=20, help="that write, in each round")
    parser.add_argument("--database", nargs="+", choices=DATABASES, default=list(DATABASES))
    chosen = parser.parse_args()
    logging.getLogger("paycore").setLevel(logging.CRITICAL)
    ratios: dict[str, dict[str, float]] = {}
    for database in chosen.database:
        figures = compared(database, chosen.payments, chosen.rounds, chosen.calls)
        for name, (few, many) in figures.items():
            ratios.setdefault(database, {})[name] = round(many / few, 2)
            print(f"{database:12}{name:28}{few:>10.0f} µs{many:>10.0f} µs{many / few:>8.2f} x")
    worst = max(ratio for each in ratios.values() for ratio in each.values())
    print(json.dumps({"payments": chosen.payments, "against": SMALL, "worst": worst, **ratios}))
    return 0 if worst <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
