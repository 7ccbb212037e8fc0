"""What a provider says, in our words: checked and masked as it comes in."""

from __future__ import annotations

import string
from dataclasses import FrozenInstanceError, fields, replace
from email.message import Message as Mailed
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict
from werkzeug.datastructures import Headers

from paycore.errors import InvalidRequest
from paycore.methods import Redirect
from paycore.money import Money
from paycore.report import (
    LONGEST,
    Answer,
    Conclusion,
    Decline,
    DeclineCode,
    Instrument,
    NotFound,
    Notification,
    Report,
    WebhookMessage,
)
from paycore.states import REPORTABLE, Kind, State
from paycore.testing.strategies import card_numbers, operations, reports

CANARY = "canary-4d1f0c"
NUMBER = "4111111111111111"
WHOLE = Report(
    "o-1",
    State.SUCCEEDED,
    Money(1500, "CAD"),
    Kind.CHARGE,
    "p-1",
    "p-0",
    Redirect("https://pay.example/"),
    Instrument(NUMBER),
    Decline(),
    "t-1",
    Money(1500, "CAD"),
    {"status": 2},
)


# Report


@pytest.mark.parametrize("state", State)
def test_a_plugin_reports_what_a_provider_can_know(state):
    """That nothing was sent, dispatched or executed is not a provider's to say."""
    if state in REPORTABLE:
        assert Report("o-1", state).state is state
    else:
        with pytest.raises(InvalidRequest) as caught:
            Report("o-1", state)

        assert caught.value.field == "state"


WRONG = {
    "reference": [1, b"o-1", ["o-1"]],
    "state": ["succeeded", "SUCCEEDED", None, 2, True],
    "amount": [1500, 15.0, "15.00 CAD", (1500, "CAD")],
    "kind": ["charge", 1],
    "provider_reference": [None, 1, b"p-1"],
    "charge_provider_reference": [None, 1],
    "next_action": ["https://pay.example/", object()],
    "instrument": [NUMBER, {"masked": NUMBER}],
    "decline": ["refused", DeclineCode.REFUSED],
    "token": [None, 1],
    "refundable": [1500, 15.0],
    "raw": [None, "{}", [], b"{}"],
}


def test_every_field_of_a_report_is_checked():
    """None is forgotten in the table above."""
    assert set(WRONG) == {field.name for field in fields(Report)}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_a_field_of_another_type_is_refused(name, value):
    """A stranger's report with a text for a state or a number for money gets nowhere."""
    with pytest.raises(InvalidRequest) as caught:
        replace(WHOLE, **{name: value})

    assert caught.value.field == name


@pytest.mark.parametrize(
    "name", ["reference", "provider_reference", "charge_provider_reference", "token"]
)
@pytest.mark.parametrize(
    "text", ["a\0b", "a\nb", "\ud800", "a\u2028b", "\x7f", "x" * (LONGEST + 1)], ids=ascii
)
def test_a_reference_that_no_ledger_could_hold_is_refused(name, text):
    """Control characters, halves of characters and endless texts; the text is not quoted."""
    with pytest.raises(InvalidRequest) as caught:
        replace(WHOLE, **{name: text})

    assert caught.value.field == name
    assert text not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["reference", "provider_reference", "charge_provider_reference", "token"]
)
@pytest.mark.parametrize("text", ["x" * LONGEST, "été 支付", "a b", ""], ids=ascii)
def test_a_reference_is_printable_text_of_any_script(name, text):
    """What providers call things is theirs to choose."""
    assert getattr(replace(WHOLE, **{name: text}), name) == text


def test_a_report_never_changes_and_shows_no_reply():
    """It is frozen, and the raw reply is not in its repr."""
    report = Report("o-1", State.PENDING, raw={"secret": CANARY})

    assert CANARY not in repr(report)
    with pytest.raises(FrozenInstanceError):
        report.state = State.SUCCEEDED


def test_a_report_makes_no_claim_by_default():
    """What is not said is None or empty."""
    said = Report(None, State.UNKNOWN)

    assert (said.amount, said.kind, said.next_action, said.instrument) == (None,) * 4
    assert (said.decline, said.refundable) == (None, None)
    assert (said.provider_reference, said.charge_provider_reference, said.token) == ("", "", "")
    assert said.raw == {}


@given(st.data())
def test_drawn_reports_are_about_their_operation(data):
    """What the strategy draws mismatches in nothing."""
    operation = data.draw(operations())

    assert operation.mismatch(data.draw(reports(operation))) == ""


@pytest.mark.parametrize("state", State)
def test_the_core_concludes_any_state(state):
    """A conclusion is our own; it carries its reason."""
    concluded = Conclusion("o-1", state, reason="nothing left us")

    assert (concluded.state, concluded.reason) == (state, "nothing left us")
    assert isinstance(concluded, Report)


# Instrument and decline


@given(card_numbers(8, 19) | st.text(string.digits + " *-", max_size=40))
def test_an_instrument_is_masked_however_it_arrives(number):
    """First 6 and last 4 at most, at most 19 places, and never under 6 of them hidden."""
    masked = Instrument(number).masked

    assert len(masked) <= 19
    assert sum(shown.isdigit() for shown in masked) <= 10
    assert masked.count("*") >= min(6, len(masked))
    assert Instrument(masked).masked == masked


def test_a_number_in_the_wrong_member_is_masked_too():
    """A provider that puts the card number elsewhere does not show it."""
    card = Instrument("", brand=f"visa {NUMBER}", expiry=f"{NUMBER}1230")

    assert NUMBER not in repr(card)
    assert len(card.brand) <= 50
    assert len(card.expiry) <= 10


def test_an_instrument_keeps_brand_and_expiry():
    """What a receipt shows beside the number."""
    assert Instrument(NUMBER, "visa", "1230") == Instrument("411111******1111", "visa", "1230")


@pytest.mark.parametrize("wrong", [None, 4111111111111111, b"4111"])
@pytest.mark.parametrize("name", ["masked", "brand", "expiry"])
def test_an_instrument_is_made_of_texts(name, wrong):
    """A number as a number would not be masked; it is refused."""
    with pytest.raises(InvalidRequest) as caught:
        Instrument(**{"masked": NUMBER, name: wrong})

    assert caught.value.field == name


def test_a_decline_keeps_the_providers_word_without_a_card():
    """Free text of theirs is masked first and cut afterwards, at 200 characters."""
    decline = Decline(DeclineCode.EXPIRED_CARD, f"card {NUMBER} expired")
    long = Decline(provider_code="x" * 190 + NUMBER)

    assert decline.provider_code == "card 411111******1111 expired"
    assert len(long.provider_code) == 200
    assert long.provider_code.endswith("x411111****")


@pytest.mark.parametrize(
    ("name", "wrong"), [("code", "refused"), ("code", None), ("provider_code", 51)]
)
def test_a_decline_is_one_of_our_words_and_a_text(name, wrong):
    """A word that is not in the list has to be mapped by the plugin, not passed on."""
    with pytest.raises(InvalidRequest) as caught:
        Decline(**{name: wrong})

    assert caught.value.field == name


def test_a_decline_without_a_reason_is_refused():
    """The word for what nobody explained."""
    assert Decline().code is DeclineCode.REFUSED
    assert Decline().provider_code == ""


# Messages


def message(headers):
    return WebhookMessage("POST", headers, query=CANARY, body=CANARY.encode(), peer="203.0.113.9")


def test_a_header_is_found_whatever_its_case():
    """HTTP names have no case; what is absent is empty."""
    told = message({"Content-Type": "application/json", "x-signature": "s"})

    assert told.header("content-type") == told.header("CONTENT-TYPE") == "application/json"
    assert told.header("X-Signature") == "s"
    assert told.header("X-Other") == ""


def test_a_message_shows_neither_body_query_nor_headers():
    """Nothing of it was believed yet, and any of it may be a secret."""
    shown = repr(message({"Authorization": CANARY}))

    assert CANARY not in shown
    assert "203.0.113.9" in shown


@pytest.mark.parametrize(
    ("name", "odd", "told"),
    [
        ("method", b"POST", "method: want str, not bytes"),
        ("method", None, "method: want str, not NoneType"),
        ("headers", [("Seal", CANARY)], "headers: want a mapping of str to str"),
        ("headers", {b"Seal": CANARY}, "headers: want a mapping of str to str"),
        ("headers", {"Seal": CANARY.encode()}, "headers: want a mapping of str to str"),
        ("headers", {"Accept": "*/*", "Seal": [CANARY]}, "headers: want a mapping of str to str"),
        ("headers", {"Seal": None}, "headers: want a mapping of str to str"),
        ("headers", f"Seal: {CANARY}", "headers: want a mapping of str to str"),
        ("headers", None, "headers: want a mapping of str to str"),
        ("query", CANARY.encode(), "query: want str, not bytes"),
        ("query", {}, "query: want str, not dict"),
        ("body", CANARY, "body: want bytes, not str"),
        ("body", bytearray(CANARY.encode()), "body: want bytes, not bytearray"),
        ("body", {"a": CANARY}, "body: want bytes, not dict"),
        ("peer", None, "peer: want str, not NoneType"),
        ("peer", ("203.0.113.9", 4711), "peer: want str, not tuple"),
    ],
)
def test_a_message_of_other_types_is_refused_by_its_field(name, odd, told):
    """Who hands it over wrongly hears it in their first test, and not that it is not genuine."""
    with pytest.raises(InvalidRequest) as refused:
        replace(message({}), **{name: odd})

    assert str(refused.value).startswith(told)
    assert CANARY not in str(refused.value)
    assert refused.value.field == name


def mailed(headers):
    """Return headers as http.server has them."""
    made = Mailed()
    for name, text in headers.items():
        made[name] = text
    return made


@pytest.mark.parametrize("made", [dict, MappingProxyType, Headers, CIMultiDict, mailed])
def test_the_headers_of_frameworks_will_do(made):
    """Flask's, aiohttp's and http.server's among them, as they are."""
    assert message(made({"X-Signature": "s"})).header("x-signature") == "s"


@given(
    st.text(),
    st.dictionaries(st.text(), st.text()),
    st.text(),
    st.binary(),
    st.text(),
)
def test_nothing_that_is_sent_can_make_a_message_fail(method, headers, query, body, peer):
    """Of the right types, any message is one: what is wrong with it is for `receive` to say."""
    made = WebhookMessage(method, headers, query, body, peer)

    assert (made.method, made.query, made.body, made.peer) == (method, query, body, peer)


def test_answers_are_plain_utf8_text_by_default():
    """Both the acknowledgement and the answer say what they are."""
    report = Report("o-1", State.SUCCEEDED)

    assert Notification(report, b"SUCCESS").content_type == "text/plain; charset=utf-8"
    assert Notification(report, b"SUCCESS").event_id == ""
    assert Answer(200, b"SUCCESS").content_type == "text/plain; charset=utf-8"


def test_not_found_shows_no_reply():
    """The answer to a query that the provider does not know is a value of its own."""
    assert CANARY not in repr(NotFound({"retMsg": CANARY}))
    assert NotFound().raw == {}


def test_the_words_for_declines_are_a_closed_set():
    """Applications may list them."""
    assert {code.value for code in DeclineCode} == {
        "refused",
        "card_declined",
        "insufficient_funds",
        "expired_card",
        "invalid_card",
        "fraud_suspected",
        "authentication_failed",
        "limit_exceeded",
        "not_permitted",
        "token_unusable",
        "cancelled",
    }


def test_a_message_about_nothing_says_nothing():
    """Whoever wants what it says is told so, by the field."""
    report = Report("o-1", State.SUCCEEDED)
    assert Notification(report, b"thanks").said is report

    with pytest.raises(InvalidRequest) as refused:
        _ = Notification(None, b"thanks").said
    assert refused.value.field == "report"
