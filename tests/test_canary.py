"""Planted secrets, a day's work, and a search of everything it left behind (R41 to R45)."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import paycore
from paycore import CardData, HostedPage, Money, Secret, StoredToken, Wallet, WebhookMessage
from paycore.plain import plain
from paycore.wire.transport import Transport
from paycore_iotpay.simulator import IotpaySimulator

CARD = "5555555555554444"
CODE = "7391"
KEY = "CanaryKey0123456789CanaryKey0123"
WALLET = "Q2FuYXJ5V2FsbGV0RGF0YUNhbmFyeQ=="
HOLDER = "Canary Cardholder"


class Overheard:
    """A transport that notes the signatures of direct card calls, which must appear nowhere."""

    signs: list[str]

    def __init__(self, connection: Any) -> None:
        self._transport = Transport(connection)

    def send(self, call: paycore.Call) -> paycore.Reply:
        if "direct" in call.name:
            self.signs.append(call.payload["sign"])
        return self._transport.send(call)

    def close(self) -> None:
        self._transport.close()


@pytest.fixture
def everything(tmp_path: Path) -> Iterator[list[str]]:
    """Where whatever is written or shown is gathered; logs at DEBUG go to a file."""
    Overheard.signs = []
    handler = logging.FileHandler(tmp_path / "debug.log")
    handler.setFormatter(
        logging.Formatter("%(name)s %(message)s %(paycore)s", defaults={"paycore": ""})
    )
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield []
    root.removeHandler(handler)
    root.setLevel(before)
    handler.close()


def card() -> CardData:
    return CardData(Secret(CARD), 12, 2030, Secret(CODE), HOLDER)


def shown(value: object) -> str:
    """Return `value` in every way in which people show values to each other."""
    ways = [repr(value), str(value), f"{value}", json.dumps(plain(value), default=str)]
    for way in (pickle.dumps, copy.deepcopy):
        try:
            ways.append(repr(way(value)))
        except (TypeError, AttributeError) as refused:
            ways.append(str(refused))
    return "\n".join(ways)


def attempt(left: list[str], act: Any, *args: Any, **options: Any) -> Any:
    """Do something and keep what it shows: its result, or its error with every local variable."""
    try:
        result = act(*args, **options)
    except paycore.PaycoreError as error:
        trace = traceback.TracebackException.from_exception(error, capture_locals=False)
        left += [shown(error), "".join(trace.format())]
        return None
    left.append(shown(result))
    return result


def a_day(left: list[str], state: Path) -> None:
    """Charge by every method, with faults, refusals and messages in between."""
    page = HostedPage("http://127.0.0.1/thanks")
    with IotpaySimulator(state=str(state), merchant_key=KEY) as simulator:
        section = {**simulator.settings("iotpay"), "pci_dss": True, "timeout_s": 1}
        section["notify_url"] = "http://127.0.0.1:9/hook"
        with paycore.open_gateway({"accounts": {"cards": section}}, sender=Overheard) as gateway:
            left.append(shown(gateway))
            left.append(shown(gateway._wiring))
            left.append(shown(gateway._wiring.accounts["cards"]))
            left.append(shown(gateway._wiring.accounts["cards"].handle))
            attempt(left, gateway.charge, "direct-1", Money(1500, "CAD"), card())
            attempt(left, gateway.tokenize, "card-1", card())
            attempt(left, gateway.query_token, "card-1")
            attempt(left, gateway.charge, "token-1", Money(700, "CAD"), StoredToken("card-1"))
            attempt(left, gateway.charge, "w-1", Money(9, "CAD"), Wallet("apple_pay", WALLET))
            paid = attempt(left, gateway.charge, "page-1", Money(1100, "CAD"), page)
            attempt(left, simulator.pay, paid.next_action, card_number=CARD)
            attempt(left, gateway.query, "page-1")
            for number, kind in enumerate(
                ("error_500", "truncated_body", "wrong_json", "reset_after_effect", "fail_text")
            ):
                simulator.fault(kind, times=1)
                attempt(left, gateway.charge, f"fault-{number}", Money(100, "CAD"), card())
            attempt(left, gateway.reconcile)
            attempt(left, gateway.refund, "direct-1", key="r-1")
            attempt(left, gateway.void, "direct-1", key="v-1")
            attempt(left, gateway.charge, "bad", Money(1, "USD"), card())
            attempt(left, gateway.charge, "bad", Money(1, "CAD"), card(), metadata={"pan": CARD})
            attempt(left, gateway.charge, "bad", Money(1, "CAD"), card(), metadata={"x": CARD})
            first = simulator.effects()[0].provider_reference
            headers, body = simulator.forge(first)
            message = WebhookMessage("POST", headers, "", body, "127.0.0.1")
            attempt(left, gateway.receive, "cards", message)
            attempt(left, gateway.payments)
            ledger = gateway._wiring.ledger
            for payment in gateway.payments().payments:
                for operation in payment.operations:
                    left += [shown(each) for each in ledger.evidence(operation.id)]
            left += [shown(row) for row in ledger.messages()]
            left += [shown(each) for each in simulator.requests()]
    for wrong in ({"merchant_key": "short"}, {"merchant_id": 5}, {"surprise": KEY}):
        attempt(left, paycore.open_gateway, {"accounts": {"cards": {**section, **wrong}}})


def test_r41_nothing_secret_is_left_anywhere(everything: list[str], tmp_path: Path) -> None:
    """No card number, code, key, wallet token or card call's signature in anything left behind."""
    a_day(everything, tmp_path / "simulator.json")
    ours = "\n".join([*everything, (tmp_path / "debug.log").read_text()])
    left = ours + (tmp_path / "simulator.json").read_text()
    code = rf"(?<![0-9A-Za-z]){CODE}(?![0-9A-Za-z])"

    assert len(Overheard.signs) >= 7
    assert "555555******4444" in left, "the day left no trace of the card at all"
    assert [plant for plant in (CARD, KEY, WALLET, *Overheard.signs) if plant in left] == []
    assert HOLDER not in ours
    assert not re.search(code, left)
    assert not re.search(re.escape(KEY.encode().hex()), left)
