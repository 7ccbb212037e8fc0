"""One funnel for all that is heard."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from paycore.errors import Conflict, LedgerError
from paycore.ledger.protocol import Evidence, Source
from paycore.methods import MountForm, NextAction, Redirect, ShowQr, Wait
from paycore.report import Decline, DeclineCode, Instrument, Report
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import (
    NOW,
    Check,
    OpenLedger,
    after_s,
    cad,
    captured,
    given_up,
    intent,
    recorded,
    refused,
    report,
    reserved,
    unsent,
)
from paycore.wire.guard import in_transaction

_ODD: Final = {"status": 2, "text": 'ż"\\\N{SNOWMAN}\0', "list": [1, None, {"deep": True}]}


def evidence_and_state_go_together(open_ledger: OpenLedger) -> None:
    """Both are there, as they were told, and the lease is over."""
    ledger = open_ledger()
    operation = reserved(ledger, intent())
    after = recorded(ledger, operation, at=after_s(3), raw=_ODD)
    kept = ledger.evidence(operation.id)
    seen = kept[0] if len(kept) == 1 else None

    assert ledger.operation(operation.id) == after
    assert (after.state, after.updated_at) == (State.SUCCEEDED, after_s(3))
    assert after.lease_until is None
    assert seen == Evidence(after.id, after_s(3), Source.RESPONSE, "succeeded", _ODD)


def all_that_is_learned_is_kept(open_ledger: OpenLedger) -> None:
    """What the payer has to do, what was paid with, why it was declined; read back equal."""
    ledger = open_ledger()
    actions: list[NextAction] = [
        Redirect("https://pay.example/?a=1&b=ż"),
        MountForm("https://pay.example/x.js", "for-one-browser", "add"),
        ShowQr("00020101"),
        Wait(),
    ]
    for number, action in enumerate(actions):
        wanted = intent(owner=f"p-{number}", key=f"p-{number}")
        after = recorded(ledger, reserved(ledger, wanted), State.PENDING, next_action=action)
        assert after.next_action == action
        assert ledger.operation(after.id) == after
    declined = Decline(DeclineCode.INSUFFICIENT_FUNDS, "51 \N{SNOWMAN}")
    no = recorded(ledger, reserved(ledger, intent()), State.DECLINED, decline=declined)
    paid = Instrument("4242********4242", "visa", "1230")
    yes = recorded(ledger, reserved(ledger, intent(key="k-2")), instrument=paid)

    assert (ledger.operation(no.id), no.decline) == (no, declined)
    assert (ledger.operation(yes.id), yes.instrument) == (yes, paid)


def who_holds_an_older_fence_leaves_evidence_only(open_ledger: OpenLedger) -> None:
    """R39: whoever came back from the dead changes nothing."""
    ledger = open_ledger()
    first = reserved(ledger, intent())
    unsent(ledger, first)
    second = reserved(ledger, intent())
    after = ledger.record(first.id, report(first), Source.RESPONSE, NOW, fence=first.fence)

    assert after == ledger.operation(first.id)
    assert after == replace(second, review=after.review, version=second.version + 1)
    assert after.review
    assert [e.reported for e in ledger.evidence(first.id)] == ["not_sent", "succeeded"]


def a_dispatcher_given_up_can_write_no_more(open_ledger: OpenLedger) -> None:
    """R39: and its evidence is kept for whoever asks."""
    ledger = open_ledger()
    first = reserved(ledger, intent())
    unknown = given_up(ledger, first, after_s(90))
    after = ledger.record(first.id, report(first), Source.RESPONSE, NOW, fence=first.fence)
    told = recorded(ledger, first, source=Source.QUERY)

    assert (unknown.state, unknown.fence) == (State.UNKNOWN, 2)
    assert after == unknown
    assert told.state is State.SUCCEEDED
    assert len(ledger.evidence(first.id)) == 3


def news_that_is_old_touches_nothing(open_ledger: OpenLedger) -> None:
    """Not even the time of the last change."""
    ledger = open_ledger()
    operation = captured(ledger)

    assert recorded(ledger, operation, at=after_s(9)) == operation
    assert ledger.operation(operation.id) == operation
    assert len(ledger.evidence(operation.id)) == 2


def what_contradicts_moves_nothing(open_ledger: OpenLedger) -> None:
    """R24: another amount raises the flag, and the state stays."""
    ledger = open_ledger()
    operation = captured(ledger)
    after = recorded(ledger, operation, amount=cad(1))

    assert (after.state, bool(after.review)) == (State.SUCCEEDED, True)
    assert ledger.operation(operation.id) == after


def a_report_about_nothing_is_refused(open_ledger: OpenLedger) -> None:
    """The ledger has to know what it records, and leaves nothing of it."""
    ledger = open_ledger()
    said = Report("x", State.UNKNOWN)

    assert refused(LedgerError, lambda: ledger.record("nobody", said, Source.QUERY, NOW))
    assert refused(LedgerError, lambda: ledger.operation("nobody"))
    assert refused(LedgerError, lambda: ledger.claim_check("nobody", NOW, 0))
    assert ledger.evidence("nobody") == ()


def the_books_are_compared(open_ledger: OpenLedger) -> None:
    """A query that leaves less to refund than we know of raises the flag."""
    ledger = open_ledger()
    charge = captured(ledger)
    after = recorded(ledger, charge, source=Source.QUERY, refundable=cad(1))

    assert after.review
    assert refused(Conflict, lambda: ledger.reserve(intent(Kind.REFUND, "r-1", 1), NOW))


def nothing_can_be_sent_inside_a_transaction(open_ledger: OpenLedger) -> None:
    """R3: the network can see that one is open, and only while it is."""
    ledger = open_ledger()
    seen: list[bool] = []

    class Nosy(Report):
        def __getattribute__(self, name: str) -> Any:
            if name == "raw":
                seen.append(in_transaction.get())
            return super().__getattribute__(name)

    operation = reserved(ledger, intent())
    said = Nosy(operation.reference, State.UNKNOWN)
    seen.clear()
    ledger.record(operation.id, said, Source.RESPONSE, NOW)
    failed = refused(LedgerError, lambda: ledger.record("nobody", said, Source.QUERY, NOW))

    assert True in seen
    assert failed
    assert not in_transaction.get()


CHECKS: Final[tuple[Check, ...]] = (
    evidence_and_state_go_together,
    all_that_is_learned_is_kept,
    who_holds_an_older_fence_leaves_evidence_only,
    a_dispatcher_given_up_can_write_no_more,
    news_that_is_old_touches_nothing,
    what_contradicts_moves_nothing,
    a_report_about_nothing_is_refused,
    the_books_are_compared,
    nothing_can_be_sent_inside_a_transaction,
)
