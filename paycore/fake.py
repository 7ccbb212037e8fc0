"""`provider = "fake"`: an in-process provider for the unit tests of applications.

No network and no credentials. The last two digits of the amount choose what happens:
01 declined, 02 unknown until queried, 03 pending until queried, 04 not sent, 05 a page that
nobody pays; everything else succeeds (a hosted page or form, as soon as it is queried). So it is
with a capture and the amount that it takes, 05 apart.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

from paycore.description import Description
from paycore.errors import (
    InvalidRequest,
    NotSent,
    OutcomeUnknown,
    ProviderRefused,
    WebhookRejected,
)
from paycore.fake_till import FakeAccount, capture, refund, void
from paycore.hookspecs import hookimpl
from paycore.intents import ChargeRequest, QueryRequest, TokenizeRequest
from paycore.methods import (
    CardData,
    EmbeddedForm,
    HostedPage,
    MountForm,
    NextAction,
    Redirect,
    StoredToken,
    Wallet,
)
from paycore.money import Money
from paycore.report import (
    Decline,
    DeclineCode,
    Instrument,
    NotFound,
    Notification,
    Report,
    WebhookMessage,
)
from paycore.states import Kind, State
from paycore.wire.strict import parse_json
from paycore.wire.talk import Talk

__all__ = ["capture", "charge", "query", "refund", "tokenize", "verify_webhook", "void", "webhook"]

SECRET: Final = b"fake-provider-secret"
SITE: Final = "https://fake.example"
_CARD: Final = Instrument(masked="411111******1111", brand="visa", expiry="1230")
_METHODS: Final = (HostedPage, EmbeddedForm, StoredToken, Wallet, CardData)


@hookimpl
def describe() -> Description:
    """Everything that paycore can ask for, in every currency."""
    return Description(
        name="fake",
        base_url=SITE,
        channels=("FAKE",),
        methods=_METHODS,
        token_methods=(HostedPage, EmbeddedForm, CardData),
        currencies=_every_currency(),
        webhook_is_proof=True,
    )


@hookimpl
def open_account(settings: Mapping[str, Any]) -> FakeAccount:
    """Open an empty memory; whatever the settings say is fine."""
    del settings
    return FakeAccount()


@hookimpl
def charge(account: FakeAccount, request: ChargeRequest) -> Talk[Report]:
    """Do what the amount's last two digits say."""
    truth = Report(
        request.reference,
        State.SUCCEEDED if request.capture else State.AUTHORIZED,
        amount=request.amount,
        kind=Kind.CHARGE,
        provider_reference=f"fake-{request.reference}",
        instrument=_CARD,
    )
    case = request.amount.minor % 100
    if case == 4:
        raise NotSent("the fake provider is out of reach")
    if isinstance(request.method, (HostedPage, EmbeddedForm)):
        truth = _end_of_page(truth, case)
        account.known[request.reference] = truth
        action = _action(request.method, request.reference)
        return replace(truth, state=State.PENDING, next_action=action, decline=None)
    if case == 1:
        account.known[request.reference] = _declined(truth)
        raise ProviderRefused("declined", provider_code="01", code="card_declined")
    account.known[request.reference] = truth
    if case == 2:
        raise OutcomeUnknown("the fake provider lost its answer")
    return replace(truth, state=State.PENDING) if case == 3 else truth
    yield


@hookimpl
def tokenize(account: FakeAccount, request: TokenizeRequest) -> Talk[Report]:
    """Store the usual card; on a page or form, once it is queried."""
    stored = Report(request.reference, State.SUCCEEDED, kind=Kind.TOKEN, instrument=_CARD)
    account.known[request.reference] = stored
    if isinstance(request.method, CardData):
        return stored
    action = _action(request.method, request.reference)
    return replace(stored, state=State.PENDING, next_action=action)
    yield


@hookimpl
def query(account: FakeAccount, request: QueryRequest) -> Talk[Report | NotFound]:
    """Say what is true."""
    return account.known.get(request.reference, NotFound())
    yield


@hookimpl
def verify_webhook(account: FakeAccount, message: WebhookMessage) -> Notification:
    """Check what `webhook` made."""
    del account
    given = message.header("fake-signature").encode("utf-8", "replace")
    if not hmac.compare_digest(given, _signature(message.body)):
        raise WebhookRejected("signature: not genuine", field="fake-signature", status=401)
    fields = parse_json(message.body, otherwise=WebhookRejected)
    try:
        amount = Money(fields["amount_minor"], fields["currency"])
        reference = str(fields["reference"])
        report = Report(reference, State.SUCCEEDED, amount=amount, kind=Kind.CHARGE)
    except (KeyError, InvalidRequest, TypeError):
        raise WebhookRejected("body: missing or malformed", field="body") from None
    return Notification(report, acknowledgement=b"ok")


def webhook(reference: str, amount: Money) -> WebhookMessage:
    """Return a genuine message that says a charge of the fake provider succeeded."""
    told = {"reference": reference, "amount_minor": amount.minor, "currency": amount.currency}
    body = json.dumps(told).encode()
    headers = {"Fake-Signature": _signature(body).decode()}
    return WebhookMessage(method="POST", headers=headers, query="", body=body, peer="127.0.0.1")


def _signature(body: bytes) -> bytes:
    return hmac.new(SECRET, body, hashlib.sha256).hexdigest().encode()


def _end_of_page(truth: Report, case: int) -> Report:
    """Return what a query will say of a page: paid, declined, or still waiting."""
    if case == 5:
        return replace(truth, state=State.PENDING)
    return _declined(truth) if case == 1 else truth


def _declined(truth: Report) -> Report:
    return replace(truth, state=State.DECLINED, decline=Decline(DeclineCode.CARD_DECLINED, "01"))


def _action(method: object, reference: str) -> NextAction:
    if isinstance(method, EmbeddedForm):
        return MountForm(f"{SITE}/form.js", client_secret=f"fake-{reference}")
    return Redirect(f"{SITE}/pay/{reference}")


@cache
def _every_currency() -> frozenset[str]:
    import iso4217

    return frozenset(c.code for c in iso4217.Currency if c.exponent is not None)
