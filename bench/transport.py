"""What a call costs: `Transport.send`, a bare `requests.Session.post` and `http.client`.

All three keep one connection alive to one server on this machine, which runs in a process of its
own, and take turns in one run: a machine that is busy for a while is busy for all of them. Each
round gives one figure for each; the median counts. Read the ratios, not the microseconds.

    python bench/transport.py [--rounds 40] [--calls 100] [--json]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import socket
import statistics
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import requests

from paycore.wire.connection import Connection
from paycore.wire.encoding import JSON_TYPE, as_json
from paycore.wire.talk import Call
from paycore.wire.transport import Transport

PAYLOAD = {"mchId": "10000701", "mchOrderNo": "order-1001", "amount": 1500, "currency": "CAD"}
ANSWER = json.dumps({"retCode": "SUCCESS", "retData": {"payOrderId": "p" * 24}}).encode()
PATH = "/v3/cc_purchase"


def serve(pipe: Pipe) -> None:
    """Tell the port, then answer every request of every connection."""
    from threading import Thread

    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(ANSWER)}"
    said = head.encode() + b"\r\n\r\n" + ANSWER
    listener = socket.create_server(("127.0.0.1", 0))
    pipe.send(listener.getsockname()[1])
    while True:
        line, _ = listener.accept()
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        Thread(target=_answer, args=(line, said), daemon=True).start()


def _answer(line: socket.socket, said: bytes) -> None:
    heard = b""
    while part := line.recv(65536):
        heard += part
        head, found, body = heard.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or b"0")
        if found and len(body) >= length:
            line.sendall(said)
            heard = b""


def contestants(port: int) -> dict[str, Callable[[], object]]:
    """Return one call of each kind, by name; each uses a connection of its own again and again."""
    base_url = f"http://127.0.0.1:{port}"
    transport = Transport(Connection(base_url, sandbox=True))
    call = Call(base_url + PATH, PAYLOAD)
    session = requests.Session()
    raw = HTTPConnection("127.0.0.1", port)
    raw.connect()
    raw.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    headers = {"Content-Type": JSON_TYPE, "Accept": "application/json", "User-Agent": "bench"}

    def bare() -> object:
        return session.post(base_url + PATH, json=PAYLOAD, timeout=(5, 30)).content

    def http_client() -> object:
        raw.request("POST", PATH, as_json(PAYLOAD), headers)
        return raw.getresponse().read()

    return {
        "Transport.send": lambda: transport.send(call).body,
        "requests.Session.post": bare,
        "http.client": http_client,
    }


def measured(kinds: dict[str, Callable[[], object]], rounds: int, calls: int) -> dict[str, float]:
    """Return the median microseconds for one call of each kind."""
    times: dict[str, list[float]] = {name: [] for name in kinds}
    for call in kinds.values():
        assert call() == ANSWER
    order = list(kinds)
    for _ in range(rounds):
        order.append(order.pop(0))
        for name in order:
            start = time.perf_counter()
            for _ in range(calls):
                kinds[name]()
            times[name].append((time.perf_counter() - start) / calls * 1e6)
    return {name: statistics.median(taken) for name, taken in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--calls", type=int, default=100, help="of each kind in each round")
    parser.add_argument("--json", action="store_true", help="print JSON")
    chosen = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    try:
        times = measured(contestants(ours.recv()), chosen.rounds, chosen.calls)
    finally:
        server.terminate()
        server.join()
    base = times["http.client"]
    rows = {name: {"us": round(us, 1), "ratio": round(us / base, 2)} for name, us in times.items()}
    if chosen.json:
        print(json.dumps(rows))
        return
    for name, row in rows.items():
        print(f"{name:24}{row['us']:>10.1f} µs{row['ratio']:>8.2f} x http.client")


if __name__ == "__main__":
    main()
