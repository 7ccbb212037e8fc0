"""What a charge costs where jobs are enqueued in its transactions, as a ratio to `inline`.

Charges with each engine take turns on one PostgreSQL; each round gives a median for each, and the
median of the rounds counts. Read the ratio, not the milliseconds; above 2 it exits with 1.

    python bench/enqueue.py [--rounds 9] [--charges 40]

PostgreSQL is the one that PAYCORE_TEST_POSTGRES_URL names, else a server of its own.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from contextlib import ExitStack
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import paycore
from paycore.engines.procrastinate import opened
from paycore.ledger.durable import upgrade
from paycore.secret import Secret
from tests.postgres import cluster

MOST = 2.0
ENGINES = ("inline", "procrastinate")
METHODS = {
    "card": paycore.StoredToken("card-1"),
    "page": paycore.HostedPage("https://shop.example/thanks"),
}
_NUMBERS = count()


def once(gateway: paycore.Gateway, method: paycore.Method) -> float:
    """Return the seconds that one charge takes, with a provider that answers at once."""
    reference = f"order-{next(_NUMBERS)}"
    begun = time.perf_counter()
    gateway.charge(reference, paycore.Money(1500, "CAD"), method)
    return time.perf_counter() - begun


def measured(url: str, rounds: int, charges: int) -> dict[str, dict[str, float]]:
    """Return the median seconds of a charge, by method and engine."""
    with ExitStack() as stack:
        gateways = {
            engine: stack.enter_context(
                paycore.open_gateway(
                    {
                        "ledger": url,
                        "engine": engine,
                        "return_hosts": ["shop.example"],
                        "accounts": {"cards": {"provider": "fake"}},
                    }
                )
            )
            for engine in ENGINES
        }
        found: dict[str, dict[str, float]] = {}
        for name, method in METHODS.items():
            medians: dict[str, list[float]] = {engine: [] for engine in ENGINES}
            for _ in range(rounds):
                took: dict[str, list[float]] = {engine: [] for engine in ENGINES}
                for _ in range(charges):
                    for engine, gateway in gateways.items():
                        took[engine].append(once(gateway, method))
                for engine in ENGINES:
                    medians[engine].append(statistics.median(took[engine]))
            found[name] = {engine: statistics.median(medians[engine]) for engine in ENGINES}
        return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--charges", type=int, default=40)
    asked = parser.parse_args()
    server = cluster()
    try:
        url = server.empty()
        upgrade(url)
        opened(Secret(url)).prepare()
        found = measured(url, asked.rounds, asked.charges)
    finally:
        server.stop()
    ratios = {name: round(it["procrastinate"] / it["inline"], 2) for name, it in found.items()}
    print(json.dumps({"median_s": found, "procrastinate_to_inline": ratios}))
    return 0 if max(ratios.values()) <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
