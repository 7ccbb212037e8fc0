"""What a purge leaves, and what it takes along: the payer, and nothing that moved."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from paycore.ledger.durable import open_durable
from paycore.ledger.memory import MemoryLedger
from paycore.methods import Redirect
from paycore.report import Decline, Instrument, Notification, Report
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import NOW, after_s, cad, captured, intent, recorded, reserved

CARD = Instrument("4242********4242", "visa", "1230")
PAGE = Redirect("https://pay.example/jane")


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request, tmp_path):
    """Give an empty ledger of each kind."""
    url = f"sqlite:///{tmp_path / 'paycore.db'}"
    with closing(MemoryLedger() if request.param == "memory" else open_durable(url)) as opened:
        yield opened


def test_a_purge_takes_the_payer_along(ledger):
    """R41: card, page, the nonce of the browser, what the shop noted and what messages said."""
    page = reserved(ledger, intent(metadata={"customer": "Jane"}))
    recorded(ledger, page, State.PENDING, next_action=PAGE)
    charge = recorded(ledger, page, instrument=CARD, raw={"payer": "Jane"})
    told = Report("o-1", State.SUCCEEDED, cad(1500), instrument=CARD, raw={"payer": "Jane"})
    ledger.keep("main", "d", Notification(told, b"thanks"), NOW)
    ledger.purge(after_s(1), 9)
    after = ledger.operation(charge.id)
    (message,) = ledger.messages()

    assert (after.instrument, after.next_action, after.nonce) == (None, None, "")
    assert ledger.payment("o-1").metadata == {}
    assert [seen.fields for seen in ledger.evidence(charge.id)] == [{}, {}]
    assert (message.notification.report.instrument, message.notification.report.raw) == (None, {})


def test_a_purge_leaves_what_moved(ledger):
    """R8, R35: keys, names, sums, states, why it was declined, and that something was seen."""
    captured(ledger)
    refund = reserved(ledger, intent(Kind.REFUND, "r-1", 500))
    declined = recorded(ledger, refund, State.DECLINED, decline=Decline(provider_code="51"))
    before = ledger.payment("o-1")
    ledger.purge(after_s(1), 9)
    after = ledger.payment("o-1")

    assert (after.status, after.refundable) == (before.status, before.refundable)
    assert ledger.operation(declined.id) == declined
    assert ledger.by_key(Kind.REFUND, "r-1") == declined
    assert [seen.reported for seen in ledger.evidence(refund.id)] == ["declined"]


def test_a_purged_message_still_says_what_it_was_about(ledger):
    """R12, R13: a copy that comes years later is the same message, and is acknowledged alike."""
    captured(ledger)
    told = Report("o-1", State.SUCCEEDED, cad(1500), kind=Kind.CHARGE, provider_reference="T-o-1")
    said = Notification(told, b"thanks", "text/x-thanks", "event-7")
    ledger.keep("main", "d", replace(said, report=replace(told, raw={"payer": "Jane"})), NOW)
    ledger.purge(after_s(1), 9)
    (message,) = ledger.messages()

    assert message.notification == said
    assert ledger.keep("main", "d", said, NOW).copies == 2


@pytest.mark.parametrize("state", [State.PENDING, State.UNKNOWN, State.EXPIRED])
def test_what_may_still_move_is_not_purged(ledger, state):
    """R8, R9: what is open, and what expired and may yet be paid."""
    page = reserved(ledger, intent())
    before = recorded(ledger, page, state, next_action=PAGE if state is State.PENDING else None)

    assert ledger.purge(after_s(10**6), 9) == 0
    assert ledger.operation(page.id) == before


def test_what_waits_for_a_person_is_not_purged(ledger):
    """Whoever looks needs to see it whole."""
    charge = captured(ledger)
    before = recorded(ledger, charge, State.DECLINED)

    assert before.review
    assert ledger.purge(after_s(10**6), 9) == 0
    assert ledger.operation(charge.id) == before
