"""R38: a ledger in memory, in SQLite and in PostgreSQL: who uses it cannot tell them apart."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache, partial
from itertools import zip_longest
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from paycore.errors import PaycoreError
from paycore.ledger.durable import open_durable
from paycore.ledger.memory import MemoryLedger
from paycore.ledger.protocol import InboxState, Ledger
from paycore.report import Instrument, Notification, Report
from paycore.states import Kind, State
from paycore.testing.ledgers import CHECKS
from paycore.testing.ledgers.recording import nothing_can_be_sent_inside_a_transaction
from paycore.testing.ledgers.scene import NOW, after_s, captured, intent, recorded, reserved
from tests.postgres import cluster
from tests.promises.crew import Crew, Member, crew
from tests.promises.databases import DATABASES
from tests.promises.ledger_calls import CALLS, Caller
from tests.promises.proof import Proof

PROCESSES = 8
SHARED = tuple(check for check in CHECKS if check is not nothing_can_be_sent_inside_a_transaction)
"""What several processes can check; that one looks into the thread that holds the transaction."""


@cache
def _template() -> Path:
    """Return an empty ledger of SQLite, to be copied: making one takes longer."""
    path = Path(tempfile.mkdtemp(prefix="paycore-")) / "empty.db"
    open_durable(f"sqlite:///{path}").close()
    return path


@contextmanager
def empty(kind: str) -> Iterator[str]:
    """Give the URL of an empty ledger."""
    if kind == "postgresql":
        yield cluster().wiped()
        return
    with tempfile.TemporaryDirectory(prefix="paycore-") as folder:
        shutil.copy(_template(), folder)
        yield f"sqlite:///{Path(folder) / 'empty.db'}"


def called(member: Member, url: str, name: str, said: Any, named: Any) -> tuple[bool, Any]:
    """Return what a method gives, or what it raises; in a process of its own."""
    try:
        return True, getattr(member.kept(open_durable, url), name)(*said, **named)
    except PaycoreError as error:
        return False, error


class Spread:
    """A ledger whose every call is made by the next process that is free."""

    def __init__(self, members: Crew, url: str) -> None:
        self._members = members
        self._url = url
        self._free: SimpleQueue[int] = SimpleQueue()
        for number in range(members.size):
            self._free.put(number)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*said: Any, **named: Any) -> Any:
            number = self._free.get()
            try:
                fine, told = self._members.one(number, called, self._url, name, said, named)
            finally:
                self._free.put(number)
            if fine:
                return told
            raise told

        return call


def checked(kind: str, first: int, count: int) -> None:
    """Let a suite of promises be kept by processes that know of each other by the ledger alone."""
    for check in SHARED[first : first + count]:
        with empty(kind) as url:
            check(lambda url=url: Spread(crew(PROCESSES), url))


def compared(first: int, count: int) -> None:
    """Make the same calls on all three; compare what each said, and what was left."""
    for seed in range(first, first + count):
        with ExitStack() as opened:
            ledgers: list[Ledger] = [MemoryLedger()]
            for kind in DATABASES:
                url = opened.enter_context(empty(kind))
                ledgers.append(opened.enter_context(closing(open_durable(url))))
            runs = zip_longest(*(Caller(ledger, seed).heard() for ledger in ledgers))
            for step, (memory, sqlite, postgresql) in enumerate(runs):
                assert memory == sqlite == postgresql, f"sequence {seed}, call {step}"


PROOFS = (
    *(
        Proof(
            "r38",
            "checks, each of their calls in another process",
            len(SHARED),
            len(SHARED),
            partial(checked, kind),
            10,
            kind,
        )
        for kind in DATABASES
    ),
    Proof("r38", "sequences on three ledgers", 25, 1000, compared, 100, "compared"),
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r38_all_ledgers_are_alike(proof):
    """They keep the same promises across processes, and answer every call alike."""
    proof.check()


@pytest.fixture
def three():
    """Give an empty ledger of each kind."""
    with ExitStack() as opened:
        urls = [opened.enter_context(empty(kind)) for kind in DATABASES]
        durable = [opened.enter_context(closing(open_durable(url))) for url in urls]
        yield [MemoryLedger(), *durable]


def test_r38_messages_ahead_of_the_plan(three):
    """Ahead of the plan as by the plan: those that are due longest come first."""
    orders = []
    for ledger in three:
        for digest in ("first", "second"):
            told = Notification(Report("o-1", State.PENDING), b"thanks")
            row = ledger.keep("main", digest, told, NOW)
            if digest == "first":
                ledger.mark(row.id, InboxState.VERIFIED, "OSError", after_s(1), failed=True)
        waiting = ledger.due_messages(after_s(9), None, ahead=True)
        orders.append([row.digest for row in waiting])

    assert orders == [["second", "first"]] * 3


def test_r38_a_purge_of_a_payment(three):
    """A stored card is no part of the payment that has its name."""
    card = Instrument("4242********4242", "visa", "1230")
    for ledger in three:
        recorded(ledger, reserved(ledger, intent(Kind.TOKEN, "t-1", None)), instrument=card)
        captured(ledger, "o-1")
        ledger.purge(after_s(9), 9)
    kept = [ledger.operations("o-1", Kind.TOKEN)[0].instrument for ledger in three]

    assert kept == [card] * 3


def test_r38_a_purged_nonce(three):
    """What was forgotten finds nothing any more."""
    found = []
    for ledger in three:
        captured(ledger, "o-1", nonce="n-1")
        ledger.purge(after_s(9), 9)
        found.append(ledger.by_nonce("n-1"))

    assert found == [None] * 3


def test_r38_every_method_is_called():
    """One that is added to the protocol is compared from then on."""
    methods = {name for name in dir(Ledger) if not name.startswith("_")} - {"close"}

    assert methods <= {call.__name__ for call in CALLS}
