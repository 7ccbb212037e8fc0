"""What is forgotten stays forgotten: whoever tells of a purged payment tells the next purge."""

from __future__ import annotations

from typing import Any, Final

from paycore.ledger.protocol import InboxState, Ledger, Source
from paycore.report import Instrument, Notification, Report
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import (
    NOW,
    Check,
    OpenLedger,
    after_s,
    cad,
    captured,
    intent,
    recorded,
    reserved,
)

_CARD: Final = Instrument("4242********4242", "visa", "1230")
_JANE: Final = {"payer": "Jane"}


def _told(reference: str | None = "o-1", **more: Any) -> Notification:
    """Return a message that says who paid."""
    report = Report(reference, State.SUCCEEDED, cad(1500), instrument=_CARD, raw=_JANE, **more)
    return Notification(report, b"thanks")


def _words(ledger: Ledger) -> list[object]:
    """Return whom every kept message is about, as far as it still says so."""
    return [row.notification.said.instrument for row in ledger.messages()]


def what_is_asked_about_after_a_purge_is_purged_again(open_ledger: OpenLedger) -> None:
    """R41: the answer names the payer anew; the next purge takes it, and is done then."""
    ledger = open_ledger()
    charge = captured(ledger)
    purged = [ledger.purge(after_s(1), 9), ledger.purge(after_s(1), 9)]
    told: dict[str, Any] = {"instrument": _CARD, "raw": _JANE}
    anew = recorded(ledger, charge, source=Source.QUERY, at=after_s(2), **told)
    purged += [ledger.purge(after_s(1), 9), ledger.purge(after_s(1), 9)]

    assert anew.instrument == _CARD
    assert purged == [1, 0, 1, 0]
    assert ledger.operation(charge.id).instrument is None
    assert [dict(seen.fields) for seen in ledger.evidence(charge.id)] == [{}, {}]


def what_a_person_says_after_a_purge_is_purged_again(open_ledger: OpenLedger) -> None:
    """R41: a reason may name whom it was about."""
    ledger = open_ledger()
    refund = reserved(ledger, intent(Kind.REFUND, "r-1", 500, owner=captured(ledger).owner))
    declined = recorded(ledger, refund, State.DECLINED)
    purged = [ledger.purge(after_s(1), 9)]
    ledger.settle(declined.id, State.SUCCEEDED, "Jane called", declined.version, after_s(2))
    purged += [ledger.purge(after_s(1), 9), ledger.purge(after_s(1), 9)]

    assert purged == [1, 1, 0]
    assert [dict(seen.fields) for seen in ledger.evidence(refund.id)] == [{}, {}]


def what_is_told_after_a_purge_is_purged_again(open_ledger: OpenLedger) -> None:
    """R41: by our reference or by the provider's own; another payment's message changes nothing."""
    ledger = open_ledger()
    captured(ledger)
    captured(ledger, "o-2")
    purged = [ledger.purge(after_s(1), 9)]
    for number, notification in enumerate((_told(), _told(None, provider_reference="T-o-1"))):
        ledger.keep("main", f"d-{number}", notification, after_s(2))
        ledger.keep("another", f"d-{number}", notification, after_s(2))
        purged.append(ledger.purge(after_s(1), 9))

    assert purged == [2, 1, 1]
    assert ledger.purge(after_s(1), 9) == 0
    assert _words(ledger) == [None, _CARD, None, _CARD]


def what_nobody_knows_is_purged_as_well(open_ledger: OpenLedger) -> None:
    """R12, R41: old messages about nothing of ours stay as rows, and lose their words."""
    ledger = open_ledger()
    captured(ledger)
    waiting = recorded(ledger, reserved(ledger, intent(owner="o-2", key="2")), State.UNKNOWN)
    for at, state in enumerate(InboxState):
        row = ledger.keep("main", state.value, _told(f"nobody-{state.value}"), after_s(at))
        ledger.mark(row.id, state, "said so", after_s(at))
    for digest, reference in (("ours", "o-1"), ("open", waiting.reference)):
        ledger.keep("main", digest, _told(reference), NOW)
    ledger.keep("main", "young", _told("nobody"), after_s(99))
    counts = [ledger.purge(after_s(60), 1) for _ in range(3)]
    left = {row.digest: row.notification.said for row in ledger.messages()}
    forgotten = {digest for digest, said in left.items() if said.instrument is None}

    assert counts == [1, 0, 0]
    assert forgotten == {"verified", "parked", "quarantined", "dead", "ours"}
    assert all(not left[digest].raw for digest in forgotten)
    assert left["parked"] == Report("nobody-parked", State.SUCCEEDED, cad(1500))
    found = {row.digest: (row.state, row.reason) for row in ledger.messages()}
    assert found["parked"] == (InboxState.PARKED, "purged: said so")
    assert found["applied"] == (InboxState.APPLIED, "said so")


def a_message_nobody_knew_is_kept_once(open_ledger: OpenLedger) -> None:
    """R13: a copy that comes after the purge is counted, and what it is about finds it."""
    ledger = open_ledger()
    first = ledger.keep("main", "d", _told(), NOW)
    ledger.mark(first.id, InboxState.PARKED, "", after_s(1))
    ledger.purge(after_s(60), 9)
    again = ledger.keep("main", "d", _told(), after_s(61))
    (parked,) = ledger.parked("main", "o-1")

    assert (again.id, again.copies, again.notification.said.instrument) == (first.id, 2, None)
    assert parked.notification.said == Report("o-1", State.SUCCEEDED, cad(1500))


CHECKS: Final[tuple[Check, ...]] = (
    what_is_asked_about_after_a_purge_is_purged_again,
    what_a_person_says_after_a_purge_is_purged_again,
    what_is_told_after_a_purge_is_purged_again,
    what_nobody_knows_is_purged_as_well,
    a_message_nobody_knew_is_kept_once,
)
