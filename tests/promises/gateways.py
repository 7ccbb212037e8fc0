"""Whole gateways of many processes over one ledger and one provider, which counts what it does.

The provider is the till of `tests.stage`, behind real HTTP: it does whatever it is asked, as often
as it is asked, so an effect too many is seen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.request import Request, urlopen

from paycore.account import Account, Sender
from paycore.gateway import Gateway
from paycore.ledger.durable import open_durable
from paycore.provider import Provider
from paycore.wire.connection import Connection
from paycore.wire.talk import Call, Reply
from paycore.wire.transport import Transport
from paycore.wiring import Wiring, utc_now
from tests.stage import HOST, Teller, Till

PROVEN, HINTED = ACCOUNTS = ("main", "hinted")
"""Two accounts of the same till: on the one a message proves, on the other it is a hint."""


class Desk(ThreadingHTTPServer):
    """The till's address; whoever posts there is served."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, till: Till) -> None:
        super().__init__(("127.0.0.1", 0), _Clerk)
        self.till = till
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Clerk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Desk

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/settle":
            self.server.till.settle(said["reference"])
            self._answer(200, b"{}")
        else:
            reply = self.server.till.send(Call(self.path, said))
            self._answer(reply.status, reply.body)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *said: object) -> None:
        """Say nothing."""


@contextmanager
def desk() -> Iterator[Desk]:
    """Give a till that other processes can reach."""
    with Desk(Till()) as server:
        serving = Thread(target=server.serve_forever, daemon=True)
        serving.start()
        yield server
        server.shutdown()
        serving.join()


class _Line:
    """Carries calls to wherever the till is, over the real transport."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._transport = Transport(Connection(base_url=url, sandbox=True))

    def send(self, call: Call) -> Reply:
        return self._transport.send(replace(call, url=f"{self._url}/{call.name}"))

    def close(self) -> None:
        self._transport.close()


def opened(
    ledger: str,
    till: str,
    now: Callable[[], datetime] = utc_now,
    through: Callable[[Sender], Sender] = lambda line: line,
) -> Gateway:
    """Return a gateway of this process over a ledger and a till, both by their URLs.

    Its calls go through what `through` makes of the line to the till.
    """
    accounts = {
        name: Account(
            name=name,
            provider=Provider(name, Teller(name, webhook_is_proof=name == PROVEN)),
            handle=name,
            sender=through(_Line(till)),
        )
        for name in ACCOUNTS
    }
    return Gateway(
        Wiring(
            accounts=accounts,
            ledger=open_durable(ledger),
            default_account=PROVEN,
            return_hosts=frozenset({HOST}),
            now=now,
        )
    )


def pays(till: str, reference: str) -> None:
    """Pay the page of a charge, by its wire reference."""
    told = json.dumps({"reference": reference}).encode()
    urlopen(Request(f"{till}/settle", told), timeout=60).close()
