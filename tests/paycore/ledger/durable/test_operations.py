"""R35: the sums that a payment keeps are those that its operations make."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest

from paycore.errors import LedgerError, PaycoreError
from paycore.ledger.durable import operations, pages
from paycore.ledger.protocol import InboxState, Source
from paycore.operation import Operation
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import NOW, cad, captured, intent, recorded, reserved

OPERATION = Operation(
    "id", Kind.CHARGE, "o-1", "k-1", "f", "main", "o-1", "", cad(1), State.SUBMITTING, NOW, NOW
)
SUMS = "SELECT captured, refunded, reserved, voided FROM paycore_payment"


def made(payment):
    """Return the sums that the operations of a payment make."""

    def total(kinds, *states):
        chosen = (o for o in payment.operations if o.kind in kinds and o.state in states)
        return sum(o.amount.minor for o in chosen)

    back = (Kind.REFUND, Kind.VOID)
    return (
        total([Kind.CHARGE], State.SUCCEEDED),
        total([Kind.REFUND], State.SUCCEEDED),
        total(back, State.SUBMITTING, State.PENDING, State.UNKNOWN, State.RESERVED),
        total([Kind.VOID], State.SUCCEEDED),
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_sums_are_those_of_the_operations(place, ledger, seed):
    """Whatever was asked and told, in whatever order."""
    chance = random.Random(seed)
    captured(ledger)
    told = [State.SUCCEEDED, State.DECLINED, State.UNKNOWN, State.PENDING]
    for number in range(12):
        kind = chance.choice([Kind.REFUND, Kind.REFUND, Kind.VOID])
        minor = None if kind is Kind.VOID else chance.choice([None, 100, 700])
        try:
            reserved(ledger, intent(kind, f"k-{number}", minor))
        except PaycoreError:
            operation = chance.choice(ledger.payment("o-1").operations[1:])
            recorded(ledger, operation, chance.choice(told), Source.QUERY)

        assert place.run(SUMS) == [made(ledger.payment("o-1"))]


def test_sums_that_were_changed_by_hand_give_nothing_back(place, ledger):
    """The conditional update is asked, not only our own arithmetic."""
    captured(ledger)
    place.run("UPDATE paycore_payment SET refunded = 1000")
    with pytest.raises(LedgerError, match="sums"):
        ledger.reserve(intent(Kind.REFUND, "r-1", 501), NOW)

    assert ledger.reserve(intent(Kind.REFUND, "r-1", 500), NOW).fresh


def test_who_lost_its_fence_changes_nothing():
    """The database compares it as well, in the very statement that writes."""
    told = Operation(**{**vars(OPERATION), "state": State.UNKNOWN})
    nobody = SimpleNamespace(change=lambda *said, **values: 0)
    with pytest.raises(LedgerError, match="another dispatcher"):
        operations.change(nobody, OPERATION, told)


def test_an_unknown_message_cannot_be_marked(ledger):
    """Nothing is swallowed."""
    with pytest.raises(LedgerError, match="no such message"):
        ledger.mark("nobody", InboxState.APPLIED, "", NOW)


def test_a_ledger_does_not_tell_where_it_lies(ledger):
    """Its URL may hold a password."""
    assert repr(ledger) == "<DurableLedger>"


def test_pages_of_few_wanted_payments_read_on(ledger, monkeypatch):
    """What is filtered out does not end a page."""
    monkeypatch.setattr(pages, "_LEAST", 2)
    for number in range(7):
        captured(ledger, f"o-{number}", account="b" if number in (0, 6) else "a")
    page = ledger.payments(status=None, account="b", limit=1, after="")
    rest = ledger.payments(status=None, account="b", limit=1, after=page.after)

    assert [p.reference for p in (*page.payments, *rest.payments)] == ["o-0", "o-6"]
    assert (page.after, rest.after) == ("o-0", "")
