"""Threads that want the same thing at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from paycore.errors import Conflict, InvalidRequest
from paycore.ledger.protocol import Source
from paycore.report import Notification, Report
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import (
    NOW,
    Check,
    OpenLedger,
    cad,
    captured,
    intent,
    payment,
    report,
    reserved,
)

T = TypeVar("T")
_THREADS: Final = 8
_WISHES: Final = 24


def at_once(work: Callable[[int], T], times: int = _WISHES) -> list[T]:
    """Return what `work` gives for each number, with eight threads at it."""
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(work, range(times)))


def one_key_is_dispatched_once(open_ledger: OpenLedger) -> None:
    """R7: one of them dispatches, all of them get the same operation."""
    ledger = open_ledger()
    made = at_once(lambda _: ledger.reserve(intent(), NOW))

    assert sum(each.fresh for each in made) == 1
    assert len({each.operation.id for each in made}) == 1


def one_of_many_keys_charges(open_ledger: OpenLedger) -> None:
    """R6: each with a key of its own; one attempt is open, the others are told."""
    ledger = open_ledger()

    def charge(number: int) -> bool:
        try:
            return ledger.reserve(intent(key=f"k-{number}"), NOW).fresh
        except Conflict:
            return False

    assert sum(at_once(charge)) == 1
    assert len(ledger.operations("o-1", Kind.CHARGE)) == 1


def one_of_many_tokenizations_starts(open_ledger: OpenLedger) -> None:
    """No payment is there to be locked, and still it is one."""
    ledger = open_ledger()

    def tokenize(number: int) -> bool:
        try:
            return ledger.reserve(intent(Kind.TOKEN, f"t-{number}", None), NOW).fresh
        except Conflict:
            return False

    assert sum(at_once(tokenize)) == 1
    assert len(ledger.operations("o-1", Kind.TOKEN)) == 1


def refunds_never_exceed_what_there_is(open_ledger: OpenLedger) -> None:
    """R32: 24 refunds of a tenth; ten get it."""
    ledger = open_ledger()
    captured(ledger)

    def refund(number: int) -> bool:
        try:
            return ledger.reserve(intent(Kind.REFUND, f"r-{number}", 150), NOW).fresh
        except (Conflict, InvalidRequest):
            return False

    assert sum(at_once(refund)) == 10
    assert payment(ledger).reserved == cad(1500)


def a_check_is_claimed_by_one(open_ledger: OpenLedger) -> None:
    """One of them asks."""
    ledger = open_ledger()
    operation = captured(ledger)

    assert sum(at_once(lambda _: ledger.claim_check(operation.id, NOW, 30))) == 1


def one_message_is_one_row(open_ledger: OpenLedger) -> None:
    """R13: every delivery is counted, none is kept twice."""
    ledger = open_ledger()
    told = Notification(Report("o-1", State.PENDING), b"thanks")
    rows = at_once(lambda _: ledger.keep("main", "d", told, NOW))

    assert len({row.id for row in rows}) == 1
    assert sorted(row.copies for row in rows) == list(range(1, _WISHES + 1))


def reports_and_checks_lose_nothing_of_each_other(open_ledger: OpenLedger) -> None:
    """Every report leaves its evidence, every check is counted, and the end is one."""
    ledger = open_ledger()
    operation = reserved(ledger, intent())

    def work(number: int) -> object:
        if number % 2:
            return ledger.claim_check(operation.id, NOW, 0)
        return ledger.record(operation.id, report(operation), Source.QUERY, NOW)

    at_once(work)
    after = ledger.operation(operation.id)

    assert (after.state, after.checks) == (State.SUCCEEDED, _WISHES // 2)
    assert len(ledger.evidence(operation.id)) == _WISHES // 2


CHECKS: Final[tuple[Check, ...]] = (
    one_key_is_dispatched_once,
    one_of_many_keys_charges,
    one_of_many_tokenizations_starts,
    refunds_never_exceed_what_there_is,
    a_check_is_claimed_by_one,
    one_message_is_one_row,
    reports_and_checks_lose_nothing_of_each_other,
)
