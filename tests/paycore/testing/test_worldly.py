"""The plugin of the world keeps the contract."""

from __future__ import annotations

import json

import pytest

from paycore.errors import ProviderRefused, WebhookRejected
from paycore.intents import ChargeRequest, QueryRequest, RefundRequest, VoidRequest
from paycore.methods import HostedPage, StoredToken
from paycore.money import Money
from paycore.report import NotFound, WebhookMessage
from paycore.states import Kind, State
from paycore.testing.worldly import ACK, SEAL, STRONG, WEAK, provider
from paycore.wire.talk import Reply, converse

SAID = {"kind": "charge", "reference": "o1", "amount": 1500, "currency": "CAD", "theirs": "W-o1"}
AMOUNT = Money(1500, "CAD")


def heard(hook, request, **fields):
    """Return the call that a hook makes, and what it makes of an answer."""
    calls = []

    def send(call):
        calls.append(call)
        return Reply(200, json.dumps({**SAID, **fields}).encode())

    talk = provider(WEAK).talk(hook, WEAK, request)
    return converse(talk, send), calls[0]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("paid", State.SUCCEEDED),
        ("waiting", State.PENDING),
        ("refused", State.DECLINED),
        ("odd", State.UNKNOWN),
    ],
)
def test_a_status_becomes_a_state(status, state):
    """What nobody listed is unknown."""
    report, call = heard("charge", ChargeRequest("o1", AMOUNT, StoredToken("t")), status=status)

    assert (report.state, report.amount, call.payload["back"]) == (state, AMOUNT, "")


def test_a_page_has_an_address():
    """And says where its payer comes back to."""
    page = HostedPage("https://shop.example/thanks")
    report, call = heard(
        "charge", ChargeRequest("o1", AMOUNT, page), status="waiting", url="https://world.example/1"
    )

    assert report.next_action.url == "https://world.example/1"
    assert call.payload["back"] == page.return_url


@pytest.mark.parametrize(
    ("hook", "request_"),
    [
        ("refund", RefundRequest("o1-r1", AMOUNT, "o1", "W-o1", AMOUNT)),
        ("void", VoidRequest("o1-v1", AMOUNT, "o1", "W-o1")),
    ],
)
def test_giving_back_names_the_charge(hook, request_):
    """By our own reference."""
    report, call = heard(hook, request_, kind=hook, status="paid")

    assert (call.payload["of"], report.kind) == ("o1", Kind(hook))


def test_a_refusal_moved_nothing():
    """It is listed as such."""
    with pytest.raises(ProviderRefused):
        heard("charge", ChargeRequest("o1", AMOUNT, StoredToken("t")), refused="busy")


def test_a_query_finds_what_is_known():
    """With what is left of it, or nothing."""
    question = QueryRequest(Kind.CHARGE, "o1")

    assert heard("query", question, status="paid", refundable=700)[0].refundable.minor == 700
    assert isinstance(heard("query", question, absent=True)[0], NotFound)


def test_a_seal_makes_a_message_genuine():
    """Nothing else does."""
    body = json.dumps({**SAID, "status": "paid"}).encode()
    sealed = WebhookMessage("POST", {"Seal": SEAL}, "", body)
    told = provider(STRONG).verify_webhook(None, sealed)

    assert (told.report.state, told.acknowledgement) == (State.SUCCEEDED, ACK)
    with pytest.raises(WebhookRejected):
        provider(STRONG).verify_webhook(None, WebhookMessage("POST", {}, "", body))


def test_the_two_accounts_prove_different_things():
    """Of one, absence and messages are proof."""
    strong, weak = provider(STRONG).description, provider(WEAK).description

    assert (strong.absence_is_proof, strong.webhook_is_proof) == (True, True)
    assert (weak.absence_is_proof, weak.webhook_is_proof) == (False, False)
    assert provider(WEAK).open_account({"a": 1}) == {"a": 1}
