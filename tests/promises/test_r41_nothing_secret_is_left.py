"""R41: no card number, code, merchant key or token's secret in anything that a day leaves behind.

Database files and SQLite's journals, every table as PostgreSQL dumps it, logs at DEBUG, what
listeners hear, results, errors, pickles, and tracebacks with every local variable.
"""

from __future__ import annotations

import http.client
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from unittest import mock

import pytest

import paycore
from paycore import Money
from paycore.ledger.durable import current, open_durable, upgrade
from paycore.serving import Said, Serving
from paycore.wire.attempt import Attempt
from paycore.wire.connection import Connection
from paycore.wire.transport import Transport
from paycore_iotpay.simulator import IotpaySimulator
from tests.promises.canaries import day
from tests.promises.databases import DATABASES
from tests.promises.proof import Proof
from tests.promises.remains import Left, Plants
from tests.promises.showing import told
from tests.stage import PAGE, Stage, Teller, message
from tests.visits import CANARY, charge, echo, visiting

QUIET = ("debug.log", "objects", "errors", "tracebacks", "table paycore_evidence")
"""Where what opens a form is not to be either; callers are given it, so it is kept for them."""


def found(left: Left) -> Iterator[str]:
    """Give what lies where it must not, each with its place."""
    plants = left.plants
    everywhere = [*plants.cards, plants.key, plants.key.encode().hex(), plants.wallet]
    code = re.compile(rf"(?<![0-9A-Za-z]){plants.code}(?![0-9A-Za-z])".encode())
    for name, held in left.places.items():
        yield from (f"{name}: {plant}" for plant in everywhere if plant.encode() in held)
        if name != "database files" and code.search(held):  # its pages hold numbers of their own
            yield f"{name}: the code {plants.code}"
    for name, held in left.ours.items():
        if name != "tracebacks" and plants.holder.encode() in held:
            yield f"{name}: {plants.holder}"
    for name in QUIET:
        yield from (
            f"{name}: {form}" for form in plants.forms if form.encode() in left.places[name]
        )


def days(kind: str, first: int, count: int) -> None:
    """Work so many days, and search what each leaves."""
    for number in range(first, first + count):
        hits = list(found(day(kind, number)))

        assert not hits, f"day {number} on {kind}: {hits}"


PROOFS = tuple(
    Proof("r41", "days", 1, 50, partial(days, kind), batch=5, where=kind) for kind in DATABASES
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r41_nothing_secret_is_left_anywhere(proof):
    """0 hits, wherever one looks."""
    proof.check()


@pytest.mark.parametrize("kind", DATABASES)
def test_r41_the_day_leaves_traces(kind):
    """What is searched is there: the masked card, the references, the errors, the journals."""
    left = day(kind, 0)
    masked, reference = b"555555******4444", b"direct-0"

    assert len(left.plants.signs) >= 8
    assert left.plants.forms
    for name in ("results", "table paycore_operation", "database files"):
        assert holds(left, name, masked), name
    for name in ("results", "table paycore_operation", "table paycore_evidence", "database files"):
        assert holds(left, name, reference), name
    for name in ("debug.log", "listeners", "tracebacks", "simulator"):
        assert holds(left, name, reference), name
    assert holds(left, "objects", b"[secret]")
    assert holds(left, "tracebacks", b"paycore/gateway.py")
    assert kind != "sqlite" or holds(left, "journal", masked)


def holds(left: Left, name: str, what: bytes) -> bool:
    """Return whether a place holds something; megabytes are no story for an assertion to tell."""
    return what in left.places[name]


@pytest.mark.parametrize("where", ["debug.log", "table paycore_evidence", "database files"])
def test_r41_a_secret_that_was_left_would_be_found(where):
    """One card number in one place is one hit."""
    left = day("sqlite", 0)
    spoilt = Left(left.plants, {**left.places, where: left.places[where] + b"4111111111111111"})

    assert list(found(spoilt)) == [f"{where}: 4111111111111111"]


def charged_by_card(**extra: str) -> str:
    """Charge a card directly; return the traceback, with locals, of what that ends in."""
    plants = Plants.of(0)
    with IotpaySimulator(merchant_key=plants.key) as simulator:
        section = {**simulator.settings("iotpay"), "pci_dss": True}
        settings = {"ledger": "memory://", "accounts": {"cards": section}}
        with paycore.open_gateway(settings) as gateway:
            try:
                gateway.charge("o-1", Money(100, "CAD"), plants.card(), extra=extra)
            except BaseException as error:
                return told(error)
    raise AssertionError("nothing went wrong")


def has_card(text: str) -> bool:
    """Return whether a plant of the first day stands in a text."""
    return any(plant in text for plant in (*Plants.of(0).cards, Plants.of(0).key))


def test_r41_no_frame_of_a_plugin_is_told():
    """A plugin that refuses with a card in its hand shows it to no crash report."""
    assert not has_card(charged_by_card(sign="x"))


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
def test_r41_no_frame_of_a_call_that_was_interrupted_is_told(interrupt):
    """Whoever stops the process in the middle of a call takes no card along."""
    with mock.patch.object(Attempt, "begin", side_effect=interrupt):
        assert not has_card(charged_by_card())


KEY = "sk-live-0123456789-canary"


class Keyed(Teller):
    """A plugin that sends its key in a header; its account's handle is where to, and the key."""

    @paycore.hookimpl
    def query(self, account, request):
        url, key = account
        yield paycore.Call(f"{url}/query", headers={"Authorization": f"Bearer {key.reveal()}"})


def whole(error: BaseException) -> str:
    """Return the traceback of an error with all local variables, those of the tests as well."""
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


VERBS = {
    "query": lambda stage: stage.gateway.query("o-1"),
    "reconcile": lambda stage: stage.gateway.reconcile(ahead=True),
    "receive": lambda stage: stage.tell(reference="o-1"),
}
"""What talks to a provider and moves nothing."""


@contextmanager
def keyed() -> Iterator[Stage]:
    """Give a stage with a page that waits; its next calls go over real wires, with a key."""
    stage = Stage(plugin=Keyed())
    stage.charge(method=PAGE)
    with Serving(lambda asked: Said(500)) as server:
        line = Transport(Connection(server.url, sandbox=True))
        handle = (server.url, paycore.Secret(KEY))
        stage.accounts["main"] = replace(stage.accounts["main"], handle=handle, sender=line)
        yield stage
        line.close()


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("verb", VERBS)
def test_r41_no_frame_of_a_question_that_was_interrupted_is_told(verb, interrupt):
    """Nor is the key that a question was sent with; the listeners hear of the call all the same."""
    with (
        keyed() as stage,
        mock.patch.object(Attempt, "begin", side_effect=interrupt) as begun,
        pytest.raises(interrupt) as caught,
    ):
        VERBS[verb](stage)

    assert begun.called
    assert KEY not in whole(caught.value)
    assert stage.ear.heard[-1][1]["outcome"] == "unknown"


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("verb", VERBS)
def test_r41_no_frame_of_a_plugin_that_was_interrupted_is_told(verb, interrupt):
    """Wherever it meets the plugin: with the key in its hand, too."""
    with (
        keyed() as stage,
        mock.patch.object(paycore, "Call", side_effect=interrupt) as made,
        pytest.raises(interrupt) as caught,
    ):
        VERBS[verb](stage)

    assert made.called
    assert KEY not in whole(caught.value)


PASSWORD = "hunter2-canary"
LEDGERS = (
    f"postgresql://shop:{PASSWORD}@127.0.0.1:1/shop",
    f"postgresql://shop:{PASSWORD}@127.0.0.1:port/shop",
    f"postgresql://shop@127.0.0.1:1/shop?password={PASSWORD}",
    f"sqlite:///shop.db?password={PASSWORD}",
    f"mysql://shop:{PASSWORD}@127.0.0.1/shop",
    f"shop:{PASSWORD}",
)
"""Ledgers that cannot be opened: one is away, the others nobody knows how to open."""
OPENERS = {
    "a gateway": lambda ledger: open_one(ledger, "inline"),
    "a gateway with workers": lambda ledger: open_one(ledger, "procrastinate"),
    "the ledger": open_durable,
    "its schema": current,
    "its upgrade": upgrade,
}


def open_one(ledger: paycore.Secret, engine: str) -> object:
    """Open a gateway over this ledger."""
    account = {"provider": "fake", "mode": "sandbox", "merchant_key": paycore.Secret("k" * 32)}
    return paycore.open_gateway({"accounts": {"a": account}, "ledger": ledger, "engine": engine})


@pytest.mark.parametrize(
    "ledger", [paycore.Secret(url) for url in LEDGERS], ids=range(len(LEDGERS))
)
@pytest.mark.parametrize("opener", OPENERS)
def test_r41_no_frame_of_opening_is_told(ledger, opener):
    """A ledger that cannot be opened tells no crash report the password in its URL."""
    with pytest.raises((paycore.SettingsError, paycore.LedgerError)) as caught:
        OPENERS[opener](ledger)

    assert PASSWORD not in whole(caught.value)


def test_r41_a_url_is_in_no_frame_of_ours():
    """Nor where whoever opens a ledger gives it as a plain text, which is in their frame alone."""
    with pytest.raises(paycore.LedgerError) as caught:
        open_durable(LEDGERS[0])
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)]

    assert len(frames) > 1
    assert not [f.f_code.co_name for f in frames[1:] if PASSWORD in repr(f.f_locals)]


def test_r41_no_frame_of_a_check_is_told():
    """Whoever shows why a message was rejected shows neither the key nor what it signs."""

    class Checking(Teller):
        @paycore.hookimpl
        def verify_webhook(self, account, message):
            key = KEY
            raise paycore.WebhookRejected(f"seal: not genuine, under {len(key)} letters")

    with pytest.raises(paycore.WebhookRejected) as caught:
        Stage(plugin=Checking()).gateway.books.verified("main", message(reference="o-1"))

    assert KEY not in whole(caught.value)


def test_r41_http_debugging_prints_nothing_of_ours(monkeypatch, capsys):
    """Whoever turns http.client's debugging on for all sees no request of ours."""
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    with visiting(echo) as (transport, site):
        transport.send(charge(site, headers={"X-Key": CANARY}))

    assert CANARY not in capsys.readouterr().out
