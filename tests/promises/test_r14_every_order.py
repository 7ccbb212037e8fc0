"""R14: the same news ends in the same state, in each of its 720 orders and however often it comes.

A provider tells one end of everything, and may tell a success after a failure (then a query finds
it, too). What else is drawn: its earlier words, repeats, and what is about something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import permutations
from random import Random
from typing import Final, NamedTuple

import pytest

from paycore import Money, Operation, PaymentStatus, State
from paycore.ledger.memory import MemoryLedger
from paycore.ledger.protocol import Intent, Source
from paycore.naming import Naming
from paycore.report import Report
from paycore.states import FINAL, LATE, Kind
from tests.promises.played import each
from tests.promises.proof import Proof

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
PAID: Final = Money(1500, "CAD")
GIVEN_BACK: Final = Money(500, "CAD")
NAMING: Final = Naming(frozenset("abcdefghijklmnopqrstuvwxyz0123456789-"), 12)
WAITING: Final = (State.SUBMITTING, State.PENDING, State.UNKNOWN)
EARLY: Final = (State.PENDING, State.UNKNOWN)
FAILED: Final = (State.DECLINED, State.EXPIRED)
TOLD_BY: Final = (Source.QUERY, Source.NOTIFICATION)
OTHERS: Final = (Money(1, "CAD"), Money(1500, "USD"), Money(150_000, "CAD"))


class News(NamedTuple):
    """One thing that is told, of the charge or of its refund."""

    of: Kind
    state: State
    source: Source
    about: str = ""
    """What it is about instead: `amount`, `reference` or `kind`."""


class Story(NamedTuple):
    """How both stand before, and six things that are told."""

    starts: tuple[State, State | None]
    """Of the charge, and of its refund where there is one."""
    news: tuple[News, ...]


class End(NamedTuple):
    """How it ended: all that must not depend on the order."""

    states: tuple[State, ...]
    reviewed: tuple[bool, ...]
    status: PaymentStatus
    refundable: Money


def story(rng: Random) -> Story:
    """Return what may happen to a charge that waits, or to a paid one and its refund."""
    refunding = rng.random() < 0.5
    starts = (State.SUCCEEDED, rng.choice(WAITING)) if refunding else (rng.choice(WAITING), None)
    kind = Kind.REFUND if refunding else Kind.CHARGE
    told = _ends_of(rng, kind)
    if refunding:
        told.append(News(Kind.CHARGE, rng.choice((State.SUCCEEDED, *EARLY)), rng.choice(TOLD_BY)))
    while len(told) < 6:
        again = told and rng.random() < 0.3
        told.append(rng.choice(told) if again else _beside(rng, kind))
    return Story(starts, tuple(told))


def _ends_of(rng: Random, kind: Kind) -> list[News]:
    """Return the last words about one operation; at most one of them is a failure."""
    told = []
    end = rng.choice(("succeeds", "succeeds", "fails", "fails and succeeds", "waits"))
    if "fails" in end:
        told.append(News(kind, rng.choice(FAILED), rng.choice(TOLD_BY)))
    if end == "succeeds":
        told.append(News(kind, State.SUCCEEDED, rng.choice(TOLD_BY)))
    if end == "fails and succeeds":
        told.append(News(kind, State.SUCCEEDED, Source.QUERY))
    return told


def _beside(rng: Random, kind: Kind) -> News:
    """Return an earlier word, or one about something else."""
    if rng.random() < 0.75:
        return News(kind, rng.choice(EARLY), rng.choice(TOLD_BY))
    about = rng.choice(("amount", "reference", "kind"))
    return News(kind, rng.choice((State.SUCCEEDED, *FAILED)), rng.choice(TOLD_BY), about)


class Books:
    """A memory ledger with one payment, and its refund if there is one, at the start of a story."""

    def __init__(self, starts: tuple[State, State | None]) -> None:
        self._ledger = MemoryLedger()
        charge, refund = starts
        self._ids = {Kind.CHARGE: self._begun(Kind.CHARGE, PAID, charge)}
        if refund is not None:
            self._ids[Kind.REFUND] = self._begun(Kind.REFUND, GIVEN_BACK, refund)

    def _begun(self, kind: Kind, amount: Money, state: State) -> str:
        intent = Intent(kind, "o-1", f"{kind.value}-1", "f", "main", NAMING, 60, amount)
        made = self._ledger.reserve(intent, NOW).operation
        if state is not State.SUBMITTING:
            self._ledger.record(made.id, report(made, state), Source.RESPONSE, NOW)
        return made.id

    def tell(self, news: News) -> tuple[Operation, Operation]:
        """Record one thing that is told; return the operation before and after it."""
        before = self._ledger.operation(self._ids[news.of])
        said = report(before, news.state, news.about)
        return before, self._ledger.record(before.id, said, news.source, NOW)

    def end(self) -> End:
        """Return how everything stands now."""
        payment = self._ledger.payment("o-1")
        assert payment is not None
        both = payment.operations
        reviewed = tuple(bool(each.review) for each in both)
        return End(tuple(o.state for o in both), reviewed, payment.status, payment.refundable)


def report(operation: Operation, state: State, about: str = "") -> Report:
    """Return what says that an operation is in that state, or that something else is."""
    said = {"reference": operation.reference, "amount": operation.amount, "kind": operation.kind}
    other = {
        "reference": f"{operation.reference}0",
        "amount": OTHERS[len(operation.reference) % 3],
        "kind": Kind.TOKEN,
    }
    if about:
        said[about] = other[about]
    return Report(state=state, **said)  # type: ignore[arg-type]


def every_order(rng: Random) -> None:
    """Tell the same news in all 720 orders, and once more: there is one end."""
    told = story(rng)
    ends: dict[End, Sequence[News]] = {}
    orders = dict.fromkeys(permutations(told.news))  # 720, fewer where the same is told twice
    for order in orders:
        ends.setdefault(_ended(told.starts, order), order)
    assert len(ends) == 1, f"{told.starts}: {ends}"
    pure = {_after(told.starts, order) for order in orders}
    assert len(pure) == 1, f"{told.starts}: {told.news} ends in {pure}"


def _ended(starts: tuple[State, State | None], order: Sequence[News]) -> End:
    books = Books(starts)
    for news in order:
        _does_not_regress(*books.tell(news))
    end = books.end()
    for news in order:
        books.tell(news)
    assert books.end() == end, f"hearing {order} again changes something"
    return end


def _does_not_regress(before: Operation, after: Operation) -> None:
    if before.state in FINAL and after.state is not before.state:
        late = before.state in LATE and after.state is State.SUCCEEDED
        assert late, f"{before.state.value} became {after.state.value}"


def _after(starts: tuple[State, State | None], order: Sequence[News]) -> tuple[State, bool]:
    """Return where `Operation.after` alone leads the operation that the story is about."""
    at = Operation(
        "1",
        Kind.CHARGE,
        "o-1",
        "o-1",
        "f",
        "main",
        "o-1",
        "",
        PAID,
        starts[-1] or starts[0],
        NOW,
        NOW,
    )
    for news in order:
        if news.of is (Kind.CHARGE if starts[-1] is None else Kind.REFUND):
            before, at = at, at.after(report(at, news.state, news.about))
            _does_not_regress(before, at)
    return at.state, bool(at.review)


PROOFS = (
    Proof(
        "r14",
        "event sets",
        commit=20,
        full=100,
        run=each("r14", every_order),
        batch=10,
        where="orders",
    ),
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r14_every_order_has_one_end(proof):
    """State, payment, what is left and whether a person is called; no last word is taken back."""
    proof.check()


def test_r14_the_stories_are_worth_telling():
    """They end in different ways, some with alarms, and orders pass through different states."""
    rng = Random(14)
    ends = set()
    for _ in range(60):
        told = story(rng)
        assert len(told.news) == 6
        ends.add(_ended(told.starts, told.news))

    assert {state for end in ends for state in end.states} >= {*FINAL} - {State.NOT_EXECUTED}
    assert {any(end.reviewed) for end in ends} == {True, False}
    assert {end.status for end in ends} >= {PaymentStatus.PAID, PaymentStatus.FAILED}
