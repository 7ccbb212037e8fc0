"""What was stored is found again, by every name it has, in the order in which it came."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from paycore.ledger.protocol import Ledger
from paycore.payment import PaymentStatus
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import (
    LEASE_S,
    NOW,
    Check,
    OpenLedger,
    after_s,
    captured,
    intent,
    recorded,
    reserved,
)

_ODD: Final = ("", "nobody", "\0", "\ud800", "o-1\0", "' OR 1=1 --")


def every_name_finds_it(open_ledger: OpenLedger) -> None:
    """By key, by our name and theirs on that account, and by the payer's nonce."""
    ledger = open_ledger()
    charge = captured(ledger)
    found = [
        ledger.by_key(Kind.CHARGE, "o-1"),
        ledger.by_wire("main", "o-1", ""),
        ledger.by_wire("main", None, "T-o-1"),
        ledger.by_wire("main", "nobody", "T-o-1"),
        ledger.by_nonce("nonce-o-1"),
    ]

    assert found == [charge] * 5
    assert ledger.by_key(Kind.VOID, "o-1") is None
    assert ledger.by_wire("other", "o-1", "T-o-1") is None


def an_odd_name_finds_nothing(open_ledger: OpenLedger) -> None:
    """Whatever a stranger's browser sends: it is no error, and it is nobody's."""
    ledger = open_ledger()
    reserved(ledger, intent(Kind.TOKEN, minor=None))
    for name in _ODD:
        assert ledger.by_nonce(name) is None
        assert ledger.by_wire("main", name, name) is None
        assert ledger.by_key(Kind.CHARGE, name) is None
        assert ledger.payment(name) is None
        assert ledger.operations(name, Kind.TOKEN) == ()
        assert ledger.parked("main", name) == ()


def a_check_is_claimed_once_in_its_gap(open_ledger: OpenLedger) -> None:
    """Whichever way the clock went meanwhile (R52)."""
    ledger = open_ledger()
    operation = reserved(ledger, intent())
    claims = [
        ledger.claim_check(operation.id, after_s(at), 30) for at in (0, 29, -29, 30, 31, -3600)
    ]

    assert claims == [True, False, False, True, False, True]
    assert ledger.operation(operation.id).checks == 3
    assert ledger.operation(operation.id).checked_at == after_s(-3600)
    assert ledger.claim_check(operation.id, after_s(-3600), 0)


def what_is_due_is_open_and_free(open_ledger: OpenLedger) -> None:
    """Whose dispatcher may be at work is left alone until its lease ran out."""
    ledger = open_ledger()
    submitting = reserved(ledger, intent(owner="o-1", key="1"))
    waiting = recorded(ledger, reserved(ledger, intent(owner="o-2", key="2")), State.PENDING)
    captured(ledger, "o-3")

    assert list(ledger.due(NOW, None)) == []
    assert list(ledger.due(NOW, None, ahead=True)) == [waiting]
    assert list(ledger.due(after_s(18), None)) == [waiting]
    assert list(ledger.due(after_s(int(LEASE_S)), None)) == [waiting, submitting]
    assert list(ledger.due(after_s(int(LEASE_S)), 1)) == [waiting]


def who_waited_longest_comes_first(open_ledger: OpenLedger) -> None:
    """A limit starves nobody."""
    ledger = open_ledger()
    for number in range(4):
        operation = reserved(ledger, intent(owner=f"o-{number}", key=str(number)))
        recorded(ledger, operation, State.UNKNOWN)
    seen = []
    for at in (20, 21, 72, 73):
        for operation in ledger.due(after_s(at), 2):
            ledger.claim_check(operation.id, after_s(at), 0)
            seen.append(operation.owner)

    assert Counter(seen[:4]) == Counter(seen[4:]) == Counter(f"o-{n}" for n in range(4))


def pages_follow_each_other(open_ledger: OpenLedger) -> None:
    """Oldest first; the last one says that it is the last."""
    ledger = open_ledger()
    for number in range(5):
        captured(ledger, f"o-{number}")

    assert _page(ledger, limit=2) == (["o-0", "o-1"], "o-1")
    assert _page(ledger, limit=2, after="o-1") == (["o-2", "o-3"], "o-3")
    assert _page(ledger, limit=2, after="o-3") == (["o-4"], "")
    assert _page(ledger, limit=5) == ([f"o-{n}" for n in range(5)], "")
    assert _page(ledger, after="o-4") == ([], "")
    assert _page(ledger, limit=1, after="nobody") == (["o-0"], "o-0")


def pages_hold_only_what_is_asked_for(open_ledger: OpenLedger) -> None:
    """By status, by account."""
    ledger = open_ledger()
    captured(ledger, "o-1")
    reserved(ledger, intent(owner="o-2", key="2", account="other"))
    captured(ledger, "o-3")

    assert _page(ledger, status=PaymentStatus.PAID) == (["o-1", "o-3"], "")
    assert _page(ledger, status=PaymentStatus.PAID, limit=1) == (["o-1"], "o-1")
    assert _page(ledger, account="other") == (["o-2"], "")
    assert _page(ledger, account="other", status=PaymentStatus.PAID) == ([], "")


def closing_twice_is_fine(open_ledger: OpenLedger) -> None:
    """There is nothing left to let go of."""
    ledger = open_ledger()
    reserved(ledger, intent())

    assert [ledger.close(), ledger.close()] == [None, None]  # type: ignore[func-returns-value]


def _page(ledger: Ledger, **asked: Any) -> tuple[list[str], str]:
    page = ledger.payments(**{"status": None, "account": None, "limit": 9, "after": "", **asked})
    return [payment.reference for payment in page.payments], page.after


CHECKS: Final[tuple[Check, ...]] = (
    every_name_finds_it,
    an_odd_name_finds_nothing,
    a_check_is_claimed_once_in_its_gap,
    what_is_due_is_open_and_free,
    who_waited_longest_comes_first,
    pages_follow_each_other,
    pages_hold_only_what_is_asked_for,
    closing_twice_is_fine,
)
