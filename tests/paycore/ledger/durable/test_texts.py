"""What is stored as text is read back equal, whatever it holds, and in plain ASCII."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.ledger.durable import texts
from paycore.report import Notification, Report
from paycore.states import REPORTABLE, Kind
from paycore.testing import strategies as ours

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def notifications(draw):
    report = Report(
        reference=draw(st.none() | ours.references()),
        state=draw(st.sampled_from(sorted(REPORTABLE))),
        amount=draw(st.none() | ours.money()),
        kind=draw(st.none() | st.sampled_from(Kind)),
        provider_reference=draw(st.just("") | ours.references()),
        charge_provider_reference=draw(st.just("") | ours.references()),
        next_action=draw(st.none() | ours.next_actions()),
        instrument=draw(st.none() | ours.instruments()),
        decline=draw(st.none() | ours.declines()),
        token=draw(st.just("") | ours.references()),
        refundable=draw(st.none() | ours.money()),
        raw=draw(st.dictionaries(st.text(), JSON, max_size=3)),
    )
    return Notification(
        report, draw(st.binary(max_size=9)), draw(ours.texts(9)), draw(ours.texts(9))
    )


@given(notifications())
def test_a_message_survives_its_text(told):
    """Equal in every field, bytes included."""
    text = texts.notification_text(told)

    assert texts.notification_of(text) == told
    assert text.isascii()
    assert "\0" not in text


@given(ours.next_actions(), ours.instruments(), ours.declines())
def test_what_is_learned_survives_its_text(action, instrument, decline):
    """Each kind of action, an instrument, a refusal."""
    assert texts.action_of(texts.action_text(action)) == action
    assert texts.instrument_of(texts.instrument_text(instrument)) == instrument
    assert texts.decline_of(texts.decline_text(decline)) == decline


def test_nothing_is_the_empty_text():
    """And the other way round."""
    assert [texts.action_text(None), texts.instrument_text(None), texts.decline_text(None)] == [
        ""
    ] * 3
    assert [texts.action_of(""), texts.instrument_of(""), texts.decline_of("")] == [None] * 3


def endless():
    loop = {}
    loop["self"] = loop
    return loop


@pytest.mark.parametrize("raw", [{"a": object}, {"a": b"\xff"}, {(1, 2): "a"}, endless()])
def test_evidence_that_json_cannot_say_stops_no_report(raw):
    """A plugin's slip never costs the outcome that came with it."""
    assert isinstance(texts.value_of(texts.evidence_text(raw)), dict)
