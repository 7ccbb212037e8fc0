"""A shop on one PostgreSQL: its web process is the test, its workers are real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import paycore
from paycore import HostedPage, Money, WebhookMessage
from paycore_iotpay.signing import sign

SETTINGS = """
ledger = "{ledger}"
engine = "procrastinate"
return_hosts = ["shop.example"]
[accounts.cards]
provider = "iotpay"
mode = "sandbox"
base_url = "{base_url}"
merchant_id = "{merchant_id}"
merchant_key = "{merchant_key}"
login_name = "{login_name}"
"""
APP = """
import os, time
from datetime import timedelta
import paycore
from paycore.wiring import utc_now

ahead = timedelta(seconds=float(os.environ.get("SHOP_AHEAD_S", 0)))
gateway = paycore.open_gateway("paycore.toml", now=lambda: utc_now() + ahead)

def told(event):
    if os.environ.get("SHOP_HANGS"):
        print("hangs", event.id, flush=True)
        time.sleep(float(os.environ["SHOP_HANGS"]))
    with open("told.txt", "a") as book:
        book.write(f"{event.id} {event.owner} {os.getpid()}\\n")

gateway.on("payment.paid", told)
"""
PATIENCE_S = 60


class Shop:
    """What the web process does, and what came of it."""

    def __init__(self, folder, database, simulator):
        self.folder, self.database, self.simulator = folder, database, simulator
        self._workers, self._log = [], folder / "workers.log"
        self.settings = simulator.settings("iotpay")
        said = SETTINGS.format(ledger=database.url, **self.settings)
        (folder / "paycore.toml").write_text(said)
        (folder / "shop.py").write_text(APP)
        self.gateway = paycore.open_gateway(folder / "paycore.toml")

    def paid_page(self, reference):
        """Charge by a page, and let its payer pay."""
        page = HostedPage("https://shop.example/thanks")
        payment = self.gateway.charge(reference, Money(1500, "CAD"), page)
        self.simulator.pay(payment.next_action)
        return payment

    def message(self, payment):
        """Return the notification that the provider sends about a payment."""
        operation = payment.operations[0]
        said = {
            "payOrderId": operation.provider_reference,
            "mchId": self.settings["merchant_id"],
            "mchOrderNo": operation.reference,
            "originalOrderId": "",
            "amount": 1500,
            "currency": "CAD",
            "payType": "pay",
            "refundable": 1500,
            "status": 2,
            "channel": "PF_CC",
        }
        said["sign"] = sign(said, self.settings["merchant_key"])
        return WebhookMessage("POST", {}, "", json.dumps(said).encode())

    def tell(self, payment):
        """Take that notification in; return the status of the answer."""
        return self.gateway.receive("cards", self.message(payment)).status

    def worker(self, *words, **environment):
        """Start a worker with the callbacks of the shop, in a process of its own."""
        plain = {name: it for name, it in os.environ.items() if not name.startswith("PAYCORE_")}
        with self._log.open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "paycore", "worker", "--app", "shop:gateway", *words],
                cwd=self.folder,
                env={**plain, **environment},
                stdout=subprocess.PIPE if environment.get("SHOP_HANGS") else log,
                stderr=log,
                text=True,
            )
        self._workers.append(process)
        return process

    def told(self):
        """Return the references that a worker's callback heard of, as they came."""
        book = self.folder / "told.txt"
        return [line.split() for line in book.read_text().splitlines()] if book.exists() else []

    def wait(self, ready):
        """Wait until `ready()` is true; show the workers' log where it never is."""
        until = time.monotonic() + PATIENCE_S
        while not ready():
            assert time.monotonic() < until, self._log.read_text() if self._log.exists() else ""
            time.sleep(0.05)

    def end(self):
        """Leave nothing running."""
        self.gateway.close()
        for process in self._workers:
            process.kill()
            process.wait(10)
            if process.stdout:
                process.stdout.close()
