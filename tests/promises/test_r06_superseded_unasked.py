"""R6: a page gives way only after the provider was just asked, whoever else moves it meanwhile."""

from __future__ import annotations

import pytest

from paycore.errors import Conflict
from paycore.ledger.protocol import Intent, Source
from paycore.methods import Redirect
from paycore.money import Money
from paycore.naming import Naming
from paycore.report import Report
from paycore.states import Kind, State
from paycore.testing.callers import CARD, PAGE
from tests.paycore.testing.scenes import scene

MONEY = Money(1500, "CAD")
NAMING = Naming(frozenset("o1-2"), 30)
INTENT = Intent(Kind.CHARGE, "o1", "k", "f", "weak", NAMING, 60.0, MONEY, "hosted_page")


def test_r06_a_page_whose_dispatcher_just_ended_does_not_give_way(monkeypatch):
    """It was being sent when it was looked at; its payer has the address by now."""
    stage = scene()
    ledger = stage.ledger.inner
    page = ledger.reserve(INTENT, stage.clock()).operation
    told = Report(page.reference, State.PENDING, MONEY, next_action=Redirect("https://x.example/"))
    right = ledger.supersede

    def late(operation, version, now):
        ledger.record(page.id, told, Source.RESPONSE, now, page.fence)
        return right(operation, version, now)

    monkeypatch.setattr(ledger, "supersede", late)
    stage.ledger._last[page.id] = page
    with pytest.raises(Conflict):
        stage.gateway.supersede("o1", CARD, key="another", account="weak")


def test_r06_a_page_that_waits_gives_way():
    """The provider was asked, and says so."""
    stage = scene()
    stage.gateway.charge("o1", MONEY, PAGE)
    stage.gateway.supersede("o1", CARD, key="another", account="weak")

    assert [o.superseded for o in stage.gateway.find("o1").operations] == [True, False]
