"""A running simulator, a merchant who calls it, and a shop that is notified."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

import paycore
from paycore_iotpay.simulator import IotpaySimulator
from paycore_iotpay.simulator.book import Book, Merchant
from paycore_iotpay.simulator.checking import sign

KEY = "simulatedKey00000000000000000000"
CARD = {"expiryDate": "1230", "holder": "Test Payer", "cvv": "123"}
DAY_S = 24 * 3600


class Shop:
    """A merchant's web server: hears notifications and answers as it is told."""

    def __init__(self) -> None:
        self.heard: queue.Queue[bytes] = queue.Queue()
        self.paths: list[str] = []
        self.answers: list[tuple[int, bytes]] = []
        """What it answers, first to last; then SUCCESS for ever."""
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                shop.paths.append(self.path)
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, text = shop.answers.pop(0) if shop.answers else (200, b"SUCCESS")
                shop.heard.put(body)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/notify?shop=1"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def messages(self) -> list[dict[str, Any]]:
        """Return what was heard since the last time."""
        return [paycore.parse_json(self.heard.get()) for _ in range(self.heard.qsize())]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Caller:
    """A merchant's server: signs and calls."""

    def __init__(self, simulator: IotpaySimulator, shop: Shop) -> None:
        self.simulator = simulator
        self.shop = shop
        self.session = requests.Session()
        self.session.trust_env = False

    def signed(self, **fields: Any) -> dict[str, Any]:
        """Return `fields` as a merchant sends them; `None` leaves a member out."""
        said = {"mchId": "10000701", "loginName": "jack123", **fields}
        said = {name: value for name, value in said.items() if value is not None}
        return {**said, "sign": sign(said, KEY)}

    def call(self, endpoint: str, **fields: Any) -> dict[str, Any]:
        """Return the envelope that answers."""
        return self.post(f"/v3/{endpoint}", json=self.signed(**fields)).json()

    def done(self, endpoint: str, **fields: Any) -> dict[str, Any]:
        """Return the data of an answer that is a success."""
        answer = self.call(endpoint, **fields)

        assert answer["retCode"] == "SUCCESS", answer
        return answer["retData"]

    def post(self, path: str, **options: Any) -> requests.Response:
        url = f"{self.simulator.base_url}{path}"
        return self.session.post(url, timeout=10, allow_redirects=False, **options)

    def get(self, path: str) -> requests.Response:
        return self.session.get(f"{self.simulator.base_url}{path}", timeout=10)

    def page(self, number: str = "o-1", **fields: Any) -> dict[str, Any]:
        """Open a hosted page for 15.00 CAD."""
        asked = {
            "mchOrderNo": number,
            "amount": 1500,
            "currency": "CAD",
            "channel": "PF_CC",
            "notifyUrl": self.shop.url,
            "returnUrl": "https://shop.example/thanks?order=1#done",
        }
        return self.done("cc_purchase", **{**asked, **fields})

    def paid(self, number: str = "o-1", **fields: Any) -> dict[str, Any]:
        """Charge a stored card 15.00 CAD and return the order; PF_CC unless told otherwise."""
        card = fields.pop("card", "4111111111111111")
        self.control("cards", card_id=f"of-{number}", card_number=card)
        asked = {"mchOrderNo": number, "cardId": f"of-{number}", "amount": 1500, "currency": "CAD"}
        asked["notifyUrl"] = self.shop.url
        return self.done("cc_purchasewithtoken", **{**asked, **fields})

    def control(self, name: str, **body: Any) -> dict[str, Any]:
        """Ask the control interface: with a body, a POST."""
        path = f"/_simulator/{name}"
        return (self.post(path, json=body) if body else self.get(path)).json()


@pytest.fixture
def simulator() -> Iterator[IotpaySimulator]:
    with IotpaySimulator() as running:
        yield running


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    yield shop
    shop.close()


@pytest.fixture
def merchant(simulator: IotpaySimulator, shop: Shop) -> Iterator[Caller]:
    caller = Caller(simulator, shop)
    yield caller
    caller.session.close()


@pytest.fixture
def book() -> Book:
    """A book of its own, without any server."""
    return Book(Merchant("10000701", paycore.Secret(KEY), "jack123"))
