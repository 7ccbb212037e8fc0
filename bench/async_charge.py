"""How near 256 tasks come to the ideal, with a provider that takes 50 ms.

The ideal is what waiting alone allows: tasks / 50 ms. In one run, in turns: bare calls of aiohttp,
calls through our transport, and whole charges of `AsyncGateway` (IOTPay's plugin, ledger in
memory). What a charge costs in CPU on one core sets its own limit, so the tasks can be shared out
to several processes, each with its own gateway, as applications are deployed; the provider, one
more process, wants its part of a core, too.

    python bench/async_charge.py [--tasks 256] [--processes 1] [--loop asyncio] [--json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

PAUSE_S = 0.05
SPAWN = multiprocessing.get_context("spawn")
KEY = "k" * 32


class Provider(asyncio.Protocol):
    """Answers every request 50 ms later: a success of IOTPay's, as cheap as it can be made."""

    def connection_made(self, transport: Any) -> None:
        self.line, self.heard = transport, b""

    def data_received(self, data: bytes) -> None:
        self.heard += data
        head, found, body = self.heard.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or b"0")
        if found and len(body) >= length:
            self.heard = b""
            asyncio.get_running_loop().call_later(PAUSE_S, self._answer, body)

    def _answer(self, body: bytes) -> None:
        said = json.loads(body)
        order = {
            "mchOrderNo": said.get("mchOrderNo"),
            "payOrderId": f"P{said.get('mchOrderNo')}",
            "status": 2,
            "amount": said.get("amount"),
            "currency": "CAD",
            "payType": "pay",
        }
        told = json.dumps({"retCode": "SUCCESS", "retData": order}).encode()
        self.line.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(told), told))


def serve(pipe: Pipe, loop: str) -> None:
    """Tell the port, then answer for ever."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Provider, "127.0.0.1", 0, backlog=1024)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    running(loop)(main())


Work = Callable[[int, int], Awaitable[object]]
"""Does one thing: for the task with that number, the so-maniest time."""


async def bare(base_url: str) -> tuple[Work, Callable[[], Awaitable[object]]]:
    """A call of aiohttp's own, and nothing else."""
    import aiohttp

    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def work(task: int, number: int) -> object:
        said = json.dumps({"mchOrderNo": f"o-{task}-{number}", "amount": 1500}).encode()
        async with session.post(f"{base_url}/v3/x", data=said) as answer:
            return await answer.read()

    return work, session.close


async def transport(base_url: str) -> tuple[Work, Callable[[], Awaitable[object]]]:
    """A call through our transport."""
    from paycore import Call
    from paycore.wire.async_transport import AsyncTransport
    from paycore.wire.connection import Connection

    door = AsyncTransport(Connection(base_url, sandbox=True))

    async def work(task: int, number: int) -> object:
        return await door.send(
            Call(f"{base_url}/v3/x", {"mchOrderNo": f"o-{task}-{number}", "amount": 1500})
        )

    return work, door.close


async def charges(base_url: str) -> tuple[Work, Callable[[], Awaitable[object]]]:
    """A whole charge: checked, reserved, signed, sent, heard, recorded."""
    import paycore

    account = {
        "provider": "iotpay",
        "mode": "sandbox",
        "base_url": base_url,
        "merchant_id": "10000701",
        "merchant_key": KEY,
        "login_name": "jack123",
    }
    gateway = paycore.open_async_gateway({"ledger": "memory://", "accounts": {"cards": account}})
    card, amount = paycore.StoredToken("card-1"), paycore.Money(1500, "CAD")

    async def work(task: int, number: int) -> object:
        payment = await gateway.charge(f"o-{task}-{number}", amount, card)
        assert payment.paid
        return payment

    return work, gateway.close


CONTESTANTS = {"aiohttp": bare, "AsyncTransport": transport, "AsyncGateway.charge": charges}
LOOPS = ("asyncio", "uvloop")


def running(loop: str) -> Callable[..., Any]:
    """Return what runs a coroutine on that kind of event loop."""
    if loop == "asyncio":
        return asyncio.run
    import uvloop

    return uvloop.run


def contend(pipe: Pipe, kind: str, base_url: str, tasks: int, seconds: float, loop: str) -> None:
    """Make ready, say so, begin when told; say how many a second, and CPU seconds for each."""

    async def main() -> None:
        work, close = await CONTESTANTS[kind](base_url)
        until = 0.0

        async def on_and_on(task: int) -> int:
            number = 0
            while time.perf_counter() < until:
                await work(task, number)
                number += 1
            return number

        await asyncio.gather(*(work(task, -1) for task in range(tasks)))  # connections are made
        pipe.send("ready")
        pipe.recv()
        begun, cpu = time.perf_counter(), time.process_time()
        until = begun + seconds
        done = sum(await asyncio.gather(*map(on_and_on, range(tasks))))
        took, spent = time.perf_counter() - begun, time.process_time() - cpu
        pipe.send((done / took, spent / done))
        await close()

    running(loop)(main())


def measured(
    kind: str, base_url: str, processes: int, tasks: int, seconds: float, loop: str
) -> tuple[float, float]:
    """Return how many all processes did in a second together, and the CPU seconds of each."""
    pipes, children = [], []
    for _ in range(processes):
        ours, theirs = multiprocessing.Pipe()
        told = (theirs, kind, base_url, tasks // processes, seconds, loop)
        child = SPAWN.Process(target=contend, args=told, daemon=True)
        child.start()
        pipes.append(ours)
        children.append(child)
    for pipe in pipes:
        pipe.recv()
    for pipe in pipes:
        pipe.send("go")
    found = [pipe.recv() for pipe in pipes]
    for child in children:
        child.join()
    return sum(rate for rate, _ in found), statistics.mean(cpu for _, cpu in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=256, help="of all processes together")
    parser.add_argument("--processes", type=int, default=1, help="that share the tasks")
    parser.add_argument("--loop", choices=LOOPS, default="asyncio")
    parser.add_argument("--seconds", type=float, default=3.0, help="for each, in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print JSON")
    chosen = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    server = SPAWN.Process(target=serve, args=(theirs, chosen.loop), daemon=True)
    server.start()
    ideal = chosen.tasks / PAUSE_S
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in CONTESTANTS}
    try:
        base_url = f"http://127.0.0.1:{ours.recv()}"
        how = (chosen.processes, chosen.tasks, chosen.seconds, chosen.loop)
        for _ in range(chosen.rounds):
            for name, runs in found.items():
                runs.append(measured(name, base_url, *how))
    finally:
        server.terminate()
        server.join()
    rows: dict[str, dict[str, float]] = {}
    for name, runs in found.items():
        rate = statistics.median(rate for rate, _ in runs)
        cpu_s = statistics.median(cpu for _, cpu in runs)
        can = min(ideal, chosen.processes / cpu_s)
        row = {"per_second": rate, "of_ideal": rate / ideal, "cpu_us": cpu_s * 1e6}
        rows[name] = {**row, "of_what_its_cores_can_do": rate / can}
    if chosen.json:
        print(json.dumps({"ideal_per_second": ideal, **rows}))
        return
    for name, row in rows.items():
        print(
            f"{name:22}{row['per_second']:>8.0f} /s{row['of_ideal']:>8.0%} of ideal"
            f"{row['cpu_us']:>8.0f} µs CPU{row['of_what_its_cores_can_do']:>8.0%} of what"
            " that CPU allows"
        )


if __name__ == "__main__":
    main()
