"""The toy provider's simulator: a real HTTP server, and as little else as the demo needs."""

from __future__ import annotations

import json
import threading
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import urlsplit

import toy_pay

from paycore.simulators import Effect, TestCards

LOST = "timeout_after_effect"
CARDS = TestCards("4111111111111111", "4000000000000002", "4000000000000119")
KINDS = {"HostedPage", "EmbeddedForm"}


class ToySimulator:
    providers = ("toy", "toy_plain")
    options: ClassVar = {"shop": "whose shop it is"}

    def __init__(self, *, port=0, state="", shop="toys"):
        if shop == "closed":
            raise ValueError("shop: it is closed")
        if state == "broken":
            raise OSError(5, "broken")
        self.port, self.shop = port, shop
        self.base_url = self.control_url = ""
        self.reset()

    def __enter__(self):
        self._server = _Server(("127.0.0.1", self.port), _Handler)
        self._server.toy = self
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        self.control_url = f"{self.base_url}/control"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *failure):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def settings(self, provider, *, notify_url=""):
        return {
            "provider": provider,
            "base_url": self.base_url,
            "mode": "sandbox",
            "toy_key": "0123456789abcdef",
            "notify_url": notify_url if provider == "toy" else "",
        }

    def cards(self, provider):
        return CARDS if provider == "toy" else TestCards(CARDS.success, CARDS.decline)

    def wallet(self, provider):
        return ("google_pay", "e30=") if provider == "toy" else None

    def pay(self, action, outcome="success", *, card_number=""):
        key = getattr(action, "client_secret", "") or action.url.rpartition("/")[2]
        order = self.orders[key]
        if card_number == CARDS.late:
            self.late.append(order)
        elif outcome == "decline":
            order["state"] = "declined"
        else:
            self.moved(order)
        return order["back"]

    def fault(self, kind, *, endpoint="", times=1):
        if kind != LOST:
            raise ValueError(f"kind: want {LOST}")
        self.faults += times

    def advance(self, seconds):
        while self.late:
            self.moved(self.late.pop())

    def forge(self, provider_reference):
        told = {**self.orders[provider_reference], "state": "succeeded"}
        return {"Toy-Signature": "0" * 64}, json.dumps(told).encode()

    def effects(self):
        return tuple(self.moves)

    def requests(self):
        return tuple(self.asked)

    def settle(self):
        self.post = [order for order in self.post if not _delivered(order)]

    def reset(self):
        self.orders, self.moves, self.asked, self.post, self.late = {}, [], [], [], []
        self.faults = 0

    def moved(self, order):
        order["state"] = "succeeded"
        if order["verb"] == "token":
            return
        if order.get("hold"):
            order["state"] = "authorized"
            return
        if order["verb"] == "capture":
            order = self.charged(order, "succeeded")
        elif order["verb"] == "void" and self.orders[order["charge"]].get("hold"):
            order = {**self.charged(order, "expired"), "verb": "void"}
        self.moves.append(
            Effect(
                kind=order["verb"],
                reference=order["reference"],
                provider_reference=order["id"],
                amount_minor=order["amount"],
                currency=order["currency"],
                at="2026-01-01T00:00:00Z",
            )
        )
        if order["notify"] and order["verb"] == "charge":
            self.post.append(order)

    def charged(self, order, state):
        """Return the charge that a hold of it became, so far as it was taken."""
        charge = self.orders[order["charge"]]
        charge |= {"state": state, "amount": order["amount"], "hold": False}
        return charge

    def answer(self, said):
        """Return the answer, or nothing where it gets lost."""
        self.asked.append(said)
        if said["verb"] == "query":
            return {k: v for k, v in self.orders[said["reference"]].items() if k != "page"}
        order = {**said, "id": said["reference"], "state": "pending"}
        self.orders[order["id"]] = order
        if said["verb"] == "void":
            charge = self.orders[said["charge"]]
            order |= {"amount": charge["amount"], "currency": charge["currency"]}
        if said.get("method") in KINDS or said["verb"] == "token":
            order["page"] = f"{self.base_url}/pay/{order['id']}"
            if said.get("method") == "EmbeddedForm":
                order["secret"] = order["id"]
        else:
            self.moved(order)
        lost, self.faults = self.faults > 0, max(0, self.faults - 1)
        return None if lost else order


def _delivered(order):
    body = json.dumps(order).encode()
    parts = urlsplit(order["notify"])
    line = HTTPConnection(parts.netloc, timeout=10)
    with closing(line), suppress(OSError, HTTPException):
        line.request("POST", parts.path, body, {"Toy-Signature": toy_pay.signature(body)})
        return line.getresponse().status == 200
    return False


class _Server(ThreadingHTTPServer):
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        told = self.server.toy.answer(said)
        if told is None:  # silent until the other side has gone
            self.close_connection = True
            with suppress(OSError):
                self.connection.recv(1)
            return
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass
