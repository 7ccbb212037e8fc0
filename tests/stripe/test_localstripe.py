"""The plugin against localstripe, which others wrote: what it knows of Stripe, we say alike.

Its notes differ from Stripe's in places, and each test says where. What money depends on and it
does not tell, the plugin does not believe: such an answer ends as UNKNOWN, never as a success.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import stripe

import paycore
from paycore import (
    CaptureRequest,
    ChargeRequest,
    EmbeddedForm,
    Kind,
    Money,
    QueryRequest,
    RefundRequest,
    State,
    StoredToken,
    TokenizeRequest,
    VoidRequest,
    WebhookMessage,
)
from paycore.serving import Asked, Said, Serving
from paycore.wire.talk import converse
from paycore.wire.transport import Connection, Transport
from paycore_stripe import hooks
from paycore_stripe.account import Account
from tests.stripe.simulated_localstripe import started

KEY = "sk_test_localstripe0000000000000000"
SECRET = "whsec_localstripe000000000000000000"
AMOUNT, PART = Money(1500, "CAD"), Money(500, "CAD")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with started() as running:
        yield running


@pytest.fixture
def account(url: str) -> Account:
    own = {"base_url": url, "mode": "sandbox", "notify_url": "", "pci_dss": False}
    return hooks.open_account({**own, "secret_key": KEY, "webhook_secret": SECRET})


@pytest.fixture
def ask(url: str) -> Iterator[Callable[[Any], Any]]:
    """Carry a talk of the plugin over our own transport; plain HTTP is for sandboxes."""
    transport = Transport(Connection(url, sandbox=True))
    yield lambda talk: converse(talk, transport.send)
    transport.close()


@pytest.fixture
def client(url: str) -> Iterator[Any]:
    """Stripe's own client library."""
    with requests.Session() as session:
        session.trust_env = False
        http = stripe.RequestsClient(session=session)
        client = stripe.StripeClient(KEY, base_addresses={"api": url}, http_client=http)
        yield client.v1


@pytest.fixture
def token(client: Any) -> Callable[[str], StoredToken]:
    """Keep a card for a new customer, and return what the plugin calls it."""

    def kept(number: str = "4242424242424242") -> StoredToken:
        card = {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123"}
        method = client.payment_methods.create({"type": "card", "card": card})
        customer = client.customers.create({"name": "Test"})
        client.payment_methods.attach(method.id, {"customer": customer.id})
        return StoredToken(f"{customer.id}:{method.id}")

    return kept


def test_a_stored_card_is_charged_and_nothing_is_believed_without_an_amount(
    account, ask, client, token
):
    """It took the money, and tells no `amount_received`: to us that is no success yet."""
    report = ask(hooks.charge(account, ChargeRequest("ls-1", AMOUNT, token())))
    theirs = client.payment_intents.retrieve(report.provider_reference)

    assert (theirs.status, theirs.amount, theirs.currency) == ("succeeded", 1500, "cad")
    assert theirs.metadata["paycore_reference"] == report.reference == "ls-1"
    assert not hasattr(theirs, "amount_received")
    assert report.state is State.UNKNOWN


def test_a_payment_is_asked_about_by_its_own_name(account, ask, token):
    """The same report as at first, and none for what is not there."""
    first = ask(hooks.charge(account, ChargeRequest("ls-2", AMOUNT, token())))
    request = QueryRequest(Kind.CHARGE, "ls-2", first.provider_reference, AMOUNT)
    again = ask(hooks.query(account, request))

    assert (again.reference, again.state) == (first.reference, first.state)
    assert again.provider_reference == first.provider_reference
    assert again.instrument == first.instrument


def test_it_has_no_search_and_so_an_absence_proves_nothing(account, ask):
    """Stripe has one; here `search` is looked up as a payment's name."""
    with pytest.raises(paycore.OutcomeUnknown):
        ask(hooks.query(account, QueryRequest(Kind.CHARGE, "ls-nobody", "", AMOUNT)))


def test_a_refund_is_made_and_found_by_name_and_among_its_payments(account, ask, client, token):
    """What it answers is what the list says; it checks no limit, which Stripe does."""
    paid = ask(hooks.charge(account, ChargeRequest("ls-3", AMOUNT, token())))
    theirs = paid.provider_reference
    request = RefundRequest("ls-3-r1", PART, "ls-3", theirs, AMOUNT)
    refund = ask(hooks.refund(account, request))
    asked = QueryRequest(Kind.REFUND, "ls-3-r1", "", PART, "ls-3", theirs, AMOUNT)
    found = ask(hooks.query(account, asked))

    assert (refund.state, refund.amount, refund.reference) == (State.SUCCEEDED, PART, "ls-3-r1")
    assert refund.provider_reference.startswith("re_")
    assert (found.state, found.amount) == (State.SUCCEEDED, PART)
    assert found.provider_reference == refund.provider_reference
    assert [each.amount for each in client.refunds.list({"payment_intent": theirs}).data] == [500]


def test_a_hold_is_released(account, ask, client, token):
    """It tells no `amount_capturable`, so the hold is UNKNOWN to us; the release is told whole."""
    request = ChargeRequest("ls-4", AMOUNT, token(), capture=False)
    held = ask(hooks.charge(account, request))
    before = client.payment_intents.retrieve(held.provider_reference).status
    freed = ask(hooks.void(account, VoidRequest("ls-4-v", AMOUNT, "ls-4", held.provider_reference)))

    assert before == "requires_capture"
    assert held.state is State.UNKNOWN
    assert freed.state is State.SUCCEEDED
    assert client.payment_intents.retrieve(held.provider_reference).status == "canceled"


def test_a_capture_with_metadata_is_more_than_it_knows(account, ask, client, token):
    """Stripe takes metadata there; a refusal that nobody listed proves nothing."""
    request = ChargeRequest("ls-5", AMOUNT, token(), capture=False)
    held = ask(hooks.charge(account, request)).provider_reference
    capture = CaptureRequest("ls-5-c", PART, "ls-5", held, AMOUNT)
    with pytest.raises(paycore.OutcomeUnknown):
        ask(hooks.capture(account, capture))

    assert client.payment_intents.retrieve(held).status == "requires_capture"


def test_what_is_not_captured_is_booked_as_a_refund_there_too(account, ask, client, token):
    """As at Stripe: a part that is taken leaves a refund of the rest, which is none of ours."""
    request = ChargeRequest("ls-6", AMOUNT, token(), capture=False)
    held = ask(hooks.charge(account, request)).provider_reference
    client.payment_intents.capture(held, {"amount_to_capture": 500})
    rest = client.payment_intents.retrieve(held, {"expand": ["latest_charge"]}).latest_charge

    assert rest.amount_refunded == 1000
    asked = QueryRequest(Kind.REFUND, "ls-6-r1", "", PART, "ls-6", held, AMOUNT)
    assert isinstance(ask(hooks.query(account, asked)), paycore.NotFound)


def test_a_decline_is_not_believed_where_it_is_no_card_error(account, ask, token):
    """Stripe's declines are `card_error`s; here they are called invalid requests."""
    with pytest.raises(paycore.OutcomeUnknown):
        ask(hooks.charge(account, ChargeRequest("ls-7", AMOUNT, token("4000000000000341"))))


def test_a_card_is_stored_by_a_form(account, ask, client):
    """A customer and a SetupIntent; the payer's part is played by Stripe's own library."""
    request = TokenizeRequest("ls-8", EmbeddedForm("https://shop.example/thanks"))
    waits = ask(hooks.tokenize(account, request))
    client.setup_intents.confirm(waits.provider_reference, {"payment_method": "pm_card_visa"})
    asked = QueryRequest(Kind.TOKEN, "ls-8", waits.provider_reference)
    stored = ask(hooks.query(account, asked))

    assert waits.state is State.PENDING
    assert waits.next_action.client_secret.startswith(waits.provider_reference)
    assert stored.state is State.SUCCEEDED
    customer, _, card = stored.token.partition(":")
    assert (customer[:4], card[:3]) == ("cus_", "pm_")


def test_its_events_are_genuine_to_us(account, ask, token, url):
    """Signed by others' code, as Stripe signs; what is not kept is genuine all the same."""
    heard: queue.Queue[Asked] = queue.Queue()

    def keep(asked: Asked) -> Said:
        heard.put(asked)
        return Said(200)

    with Serving(keep) as shop:
        hook = {"url": f"{shop.url}/stripe", "secret": SECRET}
        requests.post(f"{url}/_config/webhooks/ours", json=hook, timeout=10).raise_for_status()
        paid = ask(hooks.charge(account, ChargeRequest("ls-9", AMOUNT, token())))
        told, reports = set(), {}
        while "ls-9" not in reports:
            asked = heard.get(timeout=60)
            message = WebhookMessage("POST", asked.headers, asked.query, asked.body, asked.peer)
            report = hooks.verify_webhook(account, message).report
            told.add((paycore.parse_json(asked.body)["type"], report is None))
            reports |= {report.reference: report} if report else {}
            forged = WebhookMessage("POST", asked.headers, "", asked.body + b" ")
            with pytest.raises(paycore.WebhookRejected):
                hooks.verify_webhook(account, forged)

    assert reports["ls-9"].provider_reference == paid.provider_reference
    assert {("customer.created", True), ("payment_intent.succeeded", False)} <= told
