"""What a person settles is measured by the payment's books, in every ledger."""

from __future__ import annotations

from contextlib import closing

import pytest

from paycore.errors import Conflict
from paycore.events import EventType
from paycore.ledger.durable import open_durable
from paycore.ledger.memory import MemoryLedger
from paycore.methods import Redirect
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import after_s, captured, intent, recorded, reserved


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request, tmp_path):
    """Give an empty ledger of each kind."""
    url = f"sqlite:///{tmp_path / 'paycore.db'}"
    with closing(MemoryLedger() if request.param == "memory" else open_durable(url)) as opened:
        yield opened


def test_a_refund_without_cover_is_not_settled_as_done(ledger):
    """R32: what was free when it was declined went another way since."""
    captured(ledger)
    late = recorded(ledger, reserved(ledger, intent(Kind.REFUND, "r-1", 1000)), State.DECLINED)
    recorded(ledger, reserved(ledger, intent(Kind.REFUND, "r-2", 600)))
    with pytest.raises(Conflict, match="left to give back"):
        ledger.settle(late.id, State.SUCCEEDED, "seen", late.version, after_s(5))

    assert ledger.operation(late.id) == late


def test_a_second_capture_found_out_by_hand_is_an_alarm(ledger):
    """R9: fulfilment hears of one success; of the other that the money was taken twice."""
    wanted = intent(method="hosted_page")
    first = recorded(
        ledger, reserved(ledger, wanted), State.PENDING, next_action=Redirect("https://p.example/1")
    )
    ledger.supersede(first.id, first.version, after_s(1))
    captured(ledger)
    seen = ledger.operation(first.id)
    ledger.settle(first.id, State.SUCCEEDED, "seen", seen.version, after_s(5))
    told = [event for event in ledger.events_of("o-1") if event.type.value.startswith("payment")]

    assert [event.type for event in told] == [
        EventType.PAYMENT_PAID,
        EventType.PAYMENT_CAPTURED_TWICE,
    ]
    assert told[1].facts["other"] == ledger.by_key(Kind.CHARGE, "o-1").reference
