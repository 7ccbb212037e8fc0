"""No key, no signing secret and no client secret is in any log, error or value that is shown."""

from __future__ import annotations

import json
import logging
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

import paycore
from paycore import Kind, Money, QueryRequest
from paycore.plain import plain
from paycore.wire.talk import converse
from paycore_stripe import hooks, schemas
from tests.stripe import messages
from tests.stripe.conftest import KEY
from tests.stripe.scripted import Stripe, answer, marks, refused

CAD = Money(1500, "CAD")
PAGE = paycore.HostedPage("https://shop.example/thanks")
FORM = paycore.EmbeddedForm("https://shop.example/thanks")
CARD = paycore.StoredToken("cus_9:pm_9")
HIDDEN = (KEY, messages.SECRET, "_secret_7Qx", "_secret_8Rw", "canary", "checkout.stripe.com/c/")


def clean(where, shown):
    """Say where a secret is shown; never show it."""
    assert not any(secret in shown for secret in HIDDEN), f"{where} shows a secret"


def test_nothing_secret_is_shown_or_logged_whatever_happens(gateway, wire, caplog):
    """Good days and bad: logs, errors, payments, operations and all that is kept of them."""
    caplog.set_level(logging.DEBUG)
    for number, method in enumerate((PAGE, FORM, CARD)):
        wire.loses.append(("", "answer", "sent")[number])
        with suppress(paycore.PaycoreError):
            gateway.charge(f"o-{number}", CAD, method)
        gateway.tokenize(f"card-{number}", FORM)
    gateway.charge("o-9", CAD, CARD, capture=False)
    gateway.capture("o-9", Money(500, "CAD"), key="c-1")
    wire.stripe.pays = True
    for owner in ("o-0", "o-1", "o-9"):
        payment = gateway.query(owner)
        clean(owner, repr(payment))
        clean("the books", json.dumps(plain(gateway.books.history(owner)), default=str))
    for secret in (messages.SECRET, "whsec_canary_of_somebody_else"):
        thing = wire.stripe.named("pi")[0]
        clean("an answer", repr(gateway.receive("cards", messages.just_now("x", thing, secret))))

    assert caplog.records
    clean("the log", " ".join(f"{r.getMessage()} {vars(r)}" for r in caplog.records))


@pytest.mark.parametrize("status", [200, 400, 401, 402, 404, 429])
def test_no_error_quotes_what_was_heard(account, carry, status):
    """Whatever Stripe answers, an error names the status and a word of Stripe's at most."""
    text = f"{KEY} {messages.SECRET} 4242424242424242"
    for said in (
        {"error": {"type": text, "code": text, "decline_code": text, "message": text}},
        {"error": text, text: text},
        {"id": text, "object": text, "status": text, "currency": text},
        {"id": "pi_1", "object": "payment_intent", "amount": text, "metadata": {text: text}},
    ):
        request = paycore.ChargeRequest("o-1", CAD, CARD)
        talk, replies = hooks.charge(account=account, request=request), iter([answer(said, status)])
        with pytest.raises(paycore.PaycoreError) as told:
            carry(talk, lambda call, replies=replies: next(replies))
        clean("an error", f"{told.value!r} {vars(told.value)}")
        assert "4242" not in repr(told.value)


def test_a_rejected_message_is_not_quoted(account):
    """Neither what it says nor how it should have been signed."""
    thing = {"id": "pi_1", "object": "payment_intent", "metadata": marks("o-1")}
    for message in (
        messages.told("payment_intent.succeeded", {**thing, "status": 7, "currency": "canary"}),
        messages.told("payment_intent.succeeded", thing, livemode="canary"),
        messages.told("payment_intent.succeeded", thing, "whsec_canary_of_somebody_else"),
        messages.sealed(b'{"canary'),
    ):
        with pytest.raises(paycore.WebhookRejected) as rejected:
            hooks.verify_webhook(account=account, message=message)
        clean("a rejection", f"{rejected.value!r} {vars(rejected.value)}")
        clean("a message", repr(message))


def test_neither_account_nor_calls_show_a_secret(account, carry):
    """A call holds the key in a header, and shows neither headers nor payload."""
    world = Stripe()
    carry(hooks.charge(account=account, request=paycore.ChargeRequest("o-1", CAD, FORM)), world)
    carry(hooks.query(account=account, request=QueryRequest(Kind.CHARGE, "o-1")), world)

    clean("the account", f"{account!r} {account}")
    for call in world.calls:
        clean("a call", f"{call!r} {call} {call.url}")


references = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=30)
asked_for = st.tuples(
    st.sampled_from(["page", "form", "token", "capture", "void", "refund", "card", "card form"]),
    references,
)


def requested(what, own):
    """Return the hook that does a thing, and its request under a reference."""
    methods = {"page": PAGE, "form": FORM, "token": CARD, "card": PAGE, "card form": FORM}
    if what in ("card", "card form"):
        return hooks.tokenize, paycore.TokenizeRequest(own, methods[what])
    if what in methods:
        return hooks.charge, paycore.ChargeRequest(own, CAD, methods[what])
    of = ("o-1", "pi_1")
    return {
        "capture": (hooks.capture, paycore.CaptureRequest(own, CAD, *of, CAD)),
        "void": (hooks.void, paycore.VoidRequest(own, CAD, *of)),
        "refund": (hooks.refund, paycore.RefundRequest(own, CAD, *of, CAD)),
    }[what]


def kind_of(what):
    """Return the kind of operation: of each, a reference names one and no other."""
    charges, tokens = ("page", "form", "token"), ("card", "card form")
    return "charge" if what in charges else "token" if what in tokens else what


@given(asked_for, asked_for)
def test_a_key_stands_for_one_operation(one, other):
    """The same operation has the same key, and two operations never have one."""

    def keys(what, own):
        made = iter((answer({"id": "cus_1"}), refused(429, "invalid_request_error", "rate_limit")))
        calls, account = [], hooks.open_account(_SETTINGS)

        def send(call):
            calls.append(call)
            return next(made)

        hook, request = requested(what, own)
        with suppress(paycore.PaycoreError):
            converse(hook(account=account, request=request), send)
        return [call.headers["Idempotency-Key"] for call in calls]

    first, second = keys(*one), keys(*other)
    assert len(first) == (2 if one[0] == "card form" else 1)
    same = (kind_of(one[0]), one[1]) == (kind_of(other[0]), other[1])
    assert bool(set(first) & set(second)) <= same
    assert (first == second) >= (one == other)


_SETTINGS = {
    "base_url": "https://api.stripe.com",
    "mode": "sandbox",
    "secret_key": KEY,
    "webhook_secret": messages.SECRET,
}


def test_what_hides_in_an_answer_is_marked_once():
    """The schema's marks are what evidence, logs and recordings go by."""
    hidden = {n for n, f in schemas.THING.fields.items() if f.metadata.get("sensitive")}

    assert hidden == {"client_secret", "url"}
