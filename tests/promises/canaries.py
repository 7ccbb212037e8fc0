"""Planted secrets, a day's work with them, and everything that the day leaves behind.

A day is drawn from its number: other cards, codes, keys and wallets each time, over a real ledger
and IOTPay's simulator. `day` returns what was written or shown, by where it lay, as bytes.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import paycore
from paycore import CardData, EmbeddedForm, HostedPage, Money, StoredToken, Wallet
from paycore.report import WebhookMessage
from paycore.wire.transport import Transport
from paycore_iotpay.simulator import IotpaySimulator
from tests.promises.databases import Place, place
from tests.promises.remains import Left, Plants, gather, keeping_journals, overhearing
from tests.promises.showing import shown, told

FAULTS = ("error_500", "truncated_body", "wrong_json", "reset_after_effect", "fail_text")


@lru_cache(maxsize=4)
def day(kind: str, number: int) -> Left:
    """Work for a day on a database, and return what it left."""
    left = Left(Plants.of(number))
    with ExitStack() as stack:
        spot = stack.enter_context(place(kind))
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="paycore-")))
        stack.enter_context(mock.patch.object(Overheard, "plants", left.plants, create=True))
        stack.enter_context(overhearing(left, folder))
        if kind == "sqlite":
            stack.enter_context(keeping_journals(spot, folder))
        _work(left, spot, folder)
        gather(left, spot, folder)
    return left


class Overheard:
    """A transport that notes what must appear nowhere: signatures of card calls, form secrets."""

    plants: Plants

    def __init__(self, connection: Any) -> None:
        self._transport = Transport(connection)

    def send(self, call: paycore.Call) -> paycore.Reply:
        if "direct" in call.name:
            self.plants.signs.append(call.payload["sign"])
        reply = self._transport.send(call)
        data = reply.json.get("retData")
        if isinstance(data, dict) and data.get("secureId"):
            self.plants.forms.append(str(data["secureId"]))
        return reply

    def close(self) -> None:
        self._transport.close()


def _attempt(left: Left, act: Any, *args: Any, **options: Any) -> Any:
    """Do something and keep what it shows: its result, or its error with every local variable."""
    try:
        result = act(*args, **options)
    except paycore.PaycoreError as error:
        left.add("errors", shown(error))
        left.add("tracebacks", told(error))
        return None
    left.add("results", shown(result))
    return result


def _work(left: Left, spot: Place, folder: Path) -> None:
    """Charge by every method, with faults, refusals and messages in between."""
    plants = left.plants
    state = str(folder / "simulator.json")
    with IotpaySimulator(state=state, merchant_key=plants.key) as simulator:
        section = {**simulator.settings("iotpay"), "pci_dss": True, "timeout_s": 2}
        section["notify_url"] = "http://127.0.0.1:9/hook"
        settings = {"ledger": spot.url, "accounts": {"cards": section}}
        with paycore.open_gateway(settings, sender=Overheard) as gateway:
            wiring = gateway._wiring
            for thing in (gateway, wiring, wiring.accounts["cards"], wiring.ledger):
                left.add("objects", shown(thing))
            left.add("objects", shown(wiring.accounts["cards"].handle))
            _charges(left, gateway, simulator)
            _mistakes(left, gateway)
            _troubles(left, gateway, simulator)
            _messages(left, gateway, simulator)
            _books(left, gateway, simulator)
    for wrong in ({"merchant_key": "short"}, {"merchant_id": 5}, {"surprise": plants.key}):
        _attempt(
            left,
            paycore.open_gateway,
            {"ledger": "memory://", "accounts": {"cards": {**section, **wrong}}},
        )
    gone = {**settings, "accounts": {"cards": {**section, "connect_timeout_s": 1}}}
    with paycore.open_gateway(gone, sender=Overheard) as gateway:  # the simulator has left
        _attempt(left, gateway.charge, "gone-1", cad(100), plants.card())
        _attempt(left, gateway.reconcile)


def cad(minor: int) -> Money:
    """Return so many cents."""
    return Money(minor, "CAD")


def _charges(left: Left, gateway: paycore.Gateway, simulator: IotpaySimulator) -> None:
    plants = left.plants
    page, form = HostedPage("http://127.0.0.1/thanks"), EmbeddedForm("http://127.0.0.1/thanks")
    for which in range(len(plants.cards)):
        _attempt(left, gateway.charge, f"direct-{which}", cad(1500), plants.card(which))
    _attempt(left, gateway.charge, "direct-0", cad(1500), plants.card())
    _attempt(left, gateway.charge, "direct-0", cad(1600), plants.card())
    _attempt(left, gateway.tokenize, "card-1", plants.card())
    _attempt(left, gateway.query_token, "card-1")
    _attempt(left, gateway.charge, "token-1", cad(700), StoredToken("card-1"))
    _attempt(left, gateway.charge, "w-1", cad(900), Wallet("apple_pay", plants.wallet))
    for name, method in (("page-1", page), ("form-1", form)):
        paid = _attempt(left, gateway.charge, name, cad(1100), method)
        _attempt(left, simulator.pay, paid.next_action, card_number=plants.cards[0])
        _attempt(left, gateway.query, name)


def _mistakes(left: Left, gateway: paycore.Gateway) -> None:
    """Do what is refused here, with a card in the hand."""
    plants = left.plants
    card, number = plants.card(), plants.cards[0]
    long_name = CardData(card.number, 12, 2030, card.security_code, plants.holder * 9)
    _attempt(left, gateway.charge, "bad", Money(1, "USD"), card)
    for members in ({"pan": number}, {"x": f"card {number}"}):
        with suppress(paycore.InvalidRequest):  # its traceback shows what the caller said in clear
            gateway.charge("bad", cad(1), card, metadata=members)
    for nth, extra in enumerate(({"cvv": "x"}, {"cardNum": "x"})):
        _attempt(left, gateway.charge, f"bad-{nth}", cad(1), card, extra=extra)
    _attempt(left, gateway.charge, "bad-name", cad(1), long_name)
    _attempt(left, gateway.charge, "bad-text", cad(1), card, description="\ud800")
    _attempt(left, gateway.tokenize, "bad-token", long_name)
    _attempt(left, gateway.refund, "direct-0", cad(10**9), key="r-much")


def _troubles(left: Left, gateway: paycore.Gateway, simulator: IotpaySimulator) -> None:
    """Charge while the provider, the ledger or a person stands in the way."""
    card = left.plants.card()
    for kind in FAULTS:
        simulator.fault(kind, times=1)
        _attempt(left, gateway.charge, f"fault-{kind}", cad(100), card)
    with mock.patch.object(type(gateway._wiring.ledger), "record", side_effect=OSError("disk")):
        _attempt(left, gateway.charge, "unrecorded", cad(100), card)
    _attempt(left, gateway.reconcile)
    _attempt(left, gateway.refund, "direct-0", key="r-1")
    _attempt(left, gateway.void, "direct-1", key="v-1")


def _messages(left: Left, gateway: paycore.Gateway, simulator: IotpaySimulator) -> None:
    """Let in what is genuine, forged, or holds what it must not."""
    first = simulator.effects()[0].provider_reference
    headers, body = simulator.forge(first)
    for said in (body, body.replace(b"555555******4444", left.plants.cards[0].encode())):
        message = WebhookMessage("POST", headers, "", said, "127.0.0.1")
        _attempt(left, gateway.receive, "cards", message)
    _attempt(left, gateway.returned, "no-such-nonce")


def _books(left: Left, gateway: paycore.Gateway, simulator: IotpaySimulator) -> None:
    """Show everything that can be shown."""
    ledger = gateway._wiring.ledger
    for payment in gateway.payments().payments:
        left.add("results", shown(payment))
        for operation in payment.operations:
            for each in ledger.evidence(operation.id):
                left.add("results", shown(each))
    for row in ledger.messages():
        left.add("results", shown(row))
    for each in simulator.requests():
        left.add("simulator", shown(each))
