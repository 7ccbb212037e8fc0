"""What a caller asks and how it ends is noted, in the checker's words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paycore.errors import Conflict, OutcomeUnknown
from paycore.money import Money
from paycore.testing.callers import CARD, PAGE
from paycore.testing.weather import CALM, SILENT, Fault
from tests.paycore.testing.scenes import scene

AMOUNT = Money(1500, "CAD")


def asked(stage, call):
    result = stage.ask("charge", "k", "o1", "15.00", call)
    return result, [*stage.history.told("answered")][-1]


def test_a_result_is_ok():
    """With what it says is left, and what its operations say."""
    stage = scene()
    result, event = asked(stage, lambda: stage.gateway.charge("o1", AMOUNT, CARD))

    assert (event.mark, event.facts["result"]) == ("ok", "paid")
    assert (event.facts["refundable"], event.facts["left"]) == (1500, 1500)
    assert result.paid


@pytest.mark.parametrize(
    ("error", "mark"), [(Conflict("no"), "fail"), (OutcomeUnknown("lost"), "info")]
)
def test_an_error_says_whether_money_may_have_moved(error, mark):
    """And is handed back."""

    def broken():
        raise error

    result, event = asked(scene(), broken)

    assert result is error
    assert (event.mark, event.facts["result"]) == (mark, type(error).__name__)


def test_a_page_can_be_paid_once_it_reached_its_caller():
    """Its address is noted once."""
    stage = scene()
    for _ in range(2):
        asked(stage, lambda: stage.gateway.charge("o1", AMOUNT, PAGE))

    assert [page.split("/")[-2:] for page in stage.pages] == [["weak", "o1"]]


def test_what_has_no_state_is_told_by_its_name():
    """A round of `reconcile`, for one."""
    stage = scene()
    _, event = asked(stage, stage.gateway.reconcile)

    assert event.facts["result"] == "Reconciliation"


@pytest.mark.parametrize(("answers", "queries"), [(True, CALM.queries), (False, SILENT)])
def test_once_it_is_calm_nothing_goes_wrong(answers, queries):
    """But that a silent provider stays silent."""
    stage = scene(replace(CALM, sends={Fault.LATE: 1}, queries=SILENT, provider_answers=answers))
    stage.calm()

    assert {door.weather.sending(stage.rng) for door in stage.doors} == {Fault.NONE}
    assert {id(door.weather.queries) for door in stage.doors} == {id(queries)}
