"""What one charge and one webhook cost the core: CPU time, beside a fixed yardstick.

A charge of a stored card and the notification of a hosted page, through the IOTPay plugin and the
ledger in memory; the provider answers at once, in this process. The yardstick is one such message
made JSON and read back. All take turns in one run, in rounds so short that some are disturbed by
nothing, and the least of them counts. Read the ratios, not the microseconds; the parts of a charge
are medians of a run that is slowed by looking at it.

    python bench/charge_cpu.py [--rounds 200] [--calls 12] [--json]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.append(str(Path(__file__).resolve().parents[1]))

import paycore
from paycore import Call, HostedPage, Money, Reply, StoredToken, WebhookMessage
from paycore.ledger.memory import MemoryLedger
from paycore_iotpay import hooks
from paycore_iotpay.signing import sign

KEY = "0123456789abcdef0123456789abcdef"
AMOUNT = Money(1500, "CAD")
CARD = StoredToken("card-1")
PAGE = HostedPage("https://shop.example/thanks")
ORDER = {"mchId": "10000701", "amount": 1500, "currency": "CAD", "payType": "pay", "status": 2}
SETTINGS = {
    "ledger": "memory://",
    "return_hosts": ["shop.example"],
    "accounts": {
        "cards": {
            "provider": "iotpay",
            "merchant_id": ORDER["mchId"],
            "login_name": "jack123",
            "merchant_key": KEY,
        }
    },
}
PARTS: dict[str, tuple[Any, str]] = {
    "dump": (paycore, "dump"),
    "sign": (hooks, "sign"),
    "load": (paycore, "load"),
    "scrubbed": (paycore, "scrubbed"),
    "reserve": (MemoryLedger, "reserve"),
    "record": (MemoryLedger, "record"),
}
YARDSTICKS = 10
"""How often the yardstick is laid on for each call of the others: it is short."""


class Provider:
    """Says at once what IOTPay says: a page where one is asked for, else that it is paid."""

    def __init__(self, connection: object) -> None:
        """No connection is needed."""

    def send(self, call: Call) -> Reply:
        if call.name == "cc_purchase":
            said = {"retCode": "SUCCESS", "retData": {"redirectUrl": f"{call.url}?key=1"}}
        else:
            said = {"retCode": "SUCCESS", "retData": order(call.payload["mchOrderNo"])}
        return Reply(200, json.dumps(said).encode())

    def close(self) -> None:
        """Nothing is held."""


def order(reference: str) -> dict[str, Any]:
    """Return what the provider says of an order that is paid."""
    return {**ORDER, "mchOrderNo": reference, "payOrderId": f"p-{reference}"}


def notified(reference: str) -> WebhookMessage:
    """Return a genuine notification."""
    body = json.dumps({**order(reference), "sign": sign(order(reference), KEY)}).encode()
    return WebhookMessage("POST", {"content-type": "application/json"}, "", body)


def contestants(gateway: paycore.Gateway) -> dict[str, Callable[[int], Callable[[], object]]]:
    """Return by name what makes ready so many calls, and returns what does them all."""
    numbers = count(1)

    def yardstick(calls: int) -> Callable[[], object]:
        said = order("order-1")
        return lambda: [json.loads(json.dumps(said)) for _ in range(calls * YARDSTICKS)]

    def charge(calls: int) -> Callable[[], object]:
        names = [f"order-{next(numbers)}" for _ in range(calls)]
        return lambda: [_paid(gateway.charge(name, AMOUNT, CARD)) for name in names]

    def webhook(calls: int) -> Callable[[], object]:
        names = [f"order-{next(numbers)}" for _ in range(calls)]
        opened = [gateway.charge(name, AMOUNT, PAGE) for name in names]
        messages = [notified(payment.reference) for payment in opened]
        return lambda: [_taken(gateway.receive("cards", message)) for message in messages]

    return {"yardstick": yardstick, "charge": charge, "webhook": webhook}


def _paid(payment: paycore.Payment) -> None:
    assert payment.paid, payment.status


def _taken(answer: paycore.Answer) -> None:
    assert answer.body == b"SUCCESS", answer.status


def measured(
    kinds: dict[str, Callable[[int], Callable[[], object]]], rounds: int, calls: int
) -> dict[str, float]:
    """Return the least CPU microseconds for one call of each kind."""
    times: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(rounds):
        for name, made in kinds.items():
            run = made(calls)
            start = time.process_time()
            run()
            times[name].append((time.process_time() - start) / calls * 1e6)
    least = {name: min(taken) for name, taken in times.items()}
    return {**least, "yardstick": least["yardstick"] / YARDSTICKS}


def parts(charge: Callable[[int], Callable[[], object]], calls: int) -> dict[str, float]:
    """Return the median microseconds that each part of a charge takes, wrapped to be timed."""
    spent: dict[str, float] = defaultdict(float)
    seen: dict[str, list[float]] = {name: [] for name in PARTS}
    with ExitStack() as wrapped:
        for name, (where, what) in PARTS.items():
            wrapped.enter_context(patch.object(where, what, _timed(spent, name, where, what)))
        for _ in range(calls):
            run = charge(1)
            spent.clear()
            run()
            for name, times in seen.items():
                times.append(spent[name] * 1e6)
    return {name: statistics.median(times) for name, times in seen.items()}


def _timed(spent: dict[str, float], name: str, where: Any, what: str) -> Callable[..., Any]:
    function = getattr(where, what)

    def timed(*arguments: Any, **named: Any) -> Any:
        start = time.perf_counter()
        try:
            return function(*arguments, **named)
        finally:
            spent[name] += time.perf_counter() - start

    return timed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--calls", type=int, default=12, help="of each kind in each round")
    parser.add_argument("--json", action="store_true", help="print JSON")
    chosen = parser.parse_args()
    with paycore.open_gateway(SETTINGS, sender=Provider) as gateway:
        kinds = contestants(gateway)
        times = measured(kinds, chosen.rounds, chosen.calls)
        within = parts(kinds["charge"], chosen.rounds * 5)
    within["rest"] = times["charge"] - sum(within.values())
    base = times["yardstick"]
    rows = {name: {"us": round(us, 1), "ratio": round(us / base, 1)} for name, us in times.items()}
    if chosen.json:
        print(json.dumps({**rows, "parts": {n: round(us, 1) for n, us in within.items()}}))
        return
    for name, row in rows.items():
        print(f"{name:12}{row['us']:>8.1f} µs{row['ratio']:>8.1f} x yardstick")
    for name, us in within.items():
        print(f"  of a charge, {name:10}{us:>8.1f} µs")


if __name__ == "__main__":
    main()
