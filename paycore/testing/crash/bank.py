"""The provider behind a killed process: the naive simulated world, behind real HTTP.

It lives in the parent, so that its effects outlive whoever asked for them.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from types import TracebackType
from typing import Any, Self

from paycore.testing.clock import VirtualClock
from paycore.testing.world import Letter, Order, World


class _Slow(Random):
    """Settles a month later: what a kill kept from being voided can still be voided then."""

    def choice(self, seq: Any) -> Any:
        return seq[-1] * 30


class Bank:
    """Executes whatever reaches it, repeats included; `world` says what really moved."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.world = World(_Slow(0), self.clock)
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        """Where it listens, scheme and host."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def forget(self) -> None:
        """Begin anew, at the same time of day."""
        with self._lock:
            self.world = World(_Slow(0), self.clock)

    def pay(self, account: str, reference: str) -> None:
        """Let the payer act on a page; one that was paid takes nothing more."""
        with self._lock:
            self.world.pay(account, reference)

    def letters(self) -> list[Letter]:
        """Return the messages about payments that nobody has acknowledged."""
        with self._lock:
            return [
                letter
                for letter in self.world.letters
                if not letter.acknowledged and letter.fields["kind"] != "token"
            ]

    def invent(self, account: str, reference: str) -> None:
        """Write a message, once, about a payment that nobody asked for here, first of all."""
        with self._lock:
            letters = self.world.letters
            if all(letter.fields["reference"] != reference for letter in letters):
                order = Order(account, "charge", reference, 100, "CAD", state="paid")
                letters.insert(0, Letter(account, self.world.statement(order)))

    def answer(self, path: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """Do what is asked at `/account/charge` and the like, and return the answer."""
        _, account, name = path.split("/")
        with self._lock:
            if name == "query":
                return self._asked(account, said["reference"])
            return self._ordered(account, name, said)

    def _asked(self, account: str, reference: str) -> dict[str, Any]:
        order = self.world.find(account, reference)
        return {"absent": True} if order is None else self.world.statement(order)

    def _ordered(self, account: str, name: str, said: Mapping[str, Any]) -> dict[str, Any]:
        order = Order(
            account,
            name,
            said["reference"],
            said.get("amount", 0),
            said.get("currency", ""),
            of=said.get("of", ""),
            page=bool(said.get("back")),
        )
        if refused := self.world.arrive(order):
            return {"refused": refused}
        if not order.page:
            self.world.decide(order, "paid")
        return self.world.statement(order)


class _Server(ThreadingHTTPServer):
    """One thread for each connection; the bank has one lock."""

    daemon_threads = True

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a caller who was killed in the middle of a word."""


class _Handler(BaseHTTPRequestHandler):
    """Reads a whole order or nothing: half of one is no order."""

    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return
        answer = json.dumps(self.server.bank.answer(self.path, json.loads(body))).encode()
        with suppress(OSError):
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
