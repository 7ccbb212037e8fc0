"""Messages are kept before they are acknowledged, counted, and marked for what they were worth."""

from __future__ import annotations

from typing import Final

from paycore.ledger.protocol import InboxState
from paycore.methods import MountForm
from paycore.report import Decline, DeclineCode, Instrument, Notification, Report
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import NOW, Check, OpenLedger, after_s, cad

_FULL: Final = Report(
    reference="o-1",
    state=State.SUCCEEDED,
    amount=cad(1500),
    kind=Kind.CHARGE,
    provider_reference="T-1",
    charge_provider_reference="T-0",
    next_action=MountForm("https://pay.example/x.js", "for-one-browser"),
    instrument=Instrument("4242********4242", "visa", "1230"),
    decline=Decline(DeclineCode.FRAUD_SUSPECTED, "59"),
    token="card-7",  # noqa: S106
    refundable=cad(0),
    raw={"status": "2", "odd": '\0ż"\\', "list": [1, None, {"deep": True}]},
)


def _told(
    reference: str | None = "o-1", theirs: str = "", state: State = State.PENDING
) -> Notification:
    return Notification(Report(reference, state, provider_reference=theirs), b"thanks")


def a_kept_message_reads_back_equal(open_ledger: OpenLedger) -> None:
    """R11: all that it said and how it is acknowledged, to the byte."""
    ledger = open_ledger()
    full = Notification(_FULL, b"\xff\x00SUCCESS", "text/html", "event-1")
    rows = [ledger.keep("main", "1", full, NOW), ledger.keep("main", "2", _told(), after_s(1))]

    assert ledger.messages() == tuple(rows)
    assert [row.notification for row in rows] == [full, _told()]
    assert [(row.state, row.copies, row.failures) for row in rows] == [
        (InboxState.VERIFIED, 1, 0)
    ] * 2
    assert (rows[0].received_at, rows[0].account, rows[0].digest) == (NOW, "main", "1")


def copies_are_counted(open_ledger: OpenLedger) -> None:
    """R13: the same message on the same account is one row, however often it comes."""
    ledger = open_ledger()
    first = ledger.keep("main", "d", _told(), NOW)
    again = ledger.keep("main", "d", _told("o-2"), after_s(9))
    other = ledger.keep("other", "d", _told(), after_s(9))

    assert (again.id, again.copies, again.notification) == (first.id, 2, first.notification)
    assert again.received_at == NOW
    assert other.id != first.id
    assert len(ledger.messages()) == 2


def a_finished_message_stays_as_it_is(open_ledger: OpenLedger) -> None:
    """R12: one state, one reason, and what went wrong on the way."""
    ledger = open_ledger()
    row = ledger.keep("main", "d", _told(), NOW)
    ledger.mark(row.id, InboxState.VERIFIED, "OSError", NOW, failed=True)
    ledger.mark(row.id, InboxState.APPLIED, "", NOW)
    ledger.mark(row.id, InboxState.DEAD, "too late", NOW, failed=True)
    stands = [(row.state, row.reason, row.failures) for row in ledger.messages()]

    assert stands == [(InboxState.APPLIED, "", 1)]
    assert ledger.keep("main", "d", _told(), NOW).state is InboxState.APPLIED


def messages_are_found_by_state(open_ledger: OpenLedger) -> None:
    """In the order in which they came, page by page."""
    ledger = open_ledger()
    late = ledger.keep("main", "late", _told(), after_s(5))
    early = ledger.keep("main", "early", _told(), NOW)
    ledger.mark(late.id, InboxState.PARKED, "", NOW)

    assert [row.digest for row in ledger.messages()] == ["late", "early"]
    assert [row.digest for row in ledger.messages(limit=1)] == ["late"]
    assert [row.digest for row in ledger.messages(limit=1, after=late.id)] == ["early"]
    assert ledger.messages(after=early.id) == ()
    assert [ledger.message(row.id) for row in (early,)] == [early]
    assert ledger.message("nobody") is None
    assert [row.id for row in ledger.messages(state=InboxState.PARKED)] == [late.id]
    assert ledger.messages(state=InboxState.VERIFIED) == (early,)
    assert ledger.messages(state=InboxState.DEAD) == ()


def parked_messages_are_found_by_whom_they_name(open_ledger: OpenLedger) -> None:
    """R15: by our name or the provider's, on that account, while they are parked."""
    ledger = open_ledger()
    both = ledger.keep("main", "1", _told("o-1", "T-1"), NOW)
    theirs = ledger.keep("main", "2", _told(None, "T-1"), NOW)
    ledger.keep("main", "3", _told("o-1", "T-1"), NOW)
    for row in (both, theirs):
        ledger.mark(row.id, InboxState.PARKED, "early", NOW)

    assert [row.id for row in ledger.parked("main", "o-1")] == [both.id]
    assert [row.id for row in ledger.parked("main", "T-1")] == [both.id, theirs.id]
    assert [row.reason for row in ledger.parked("main", "o-1")] == ["early"]
    assert ledger.parked("other", "o-1") == ledger.parked("main", "") == ()
    ledger.mark(both.id, InboxState.APPLIED, "", NOW)
    assert ledger.parked("main", "o-1") == ()


CHECKS: Final[tuple[Check, ...]] = (
    a_kept_message_reads_back_equal,
    copies_are_counted,
    a_finished_message_stays_as_it_is,
    messages_are_found_by_state,
    parked_messages_are_found_by_whom_they_name,
)
