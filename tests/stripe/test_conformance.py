"""Stripe keeps every promise of the kit: over a script of ours, and over its simulator."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from paycore import Call, Kind, Money, Reply
from paycore.report import WebhookMessage
from paycore.testing.conformance import Case, conformance_tests
from paycore_stripe import hooks
from paycore_stripe.simulator import StripeSimulator
from tests.stripe.messages import SECRET, sealed, told
from tests.stripe.scripted import Stripe, marks, nested, refused

PAID = {
    "id": "pi_77",
    "object": "payment_intent",
    "livemode": False,
    "status": "succeeded",
    "amount": 1537,
    "amount_received": 1537,
    "amount_capturable": 0,
    "currency": "cad",
    "metadata": marks("order-77"),
    "latest_charge": "ch_77",
    "client_secret": "pi_77_secret_canary",
}
WAITING = {**PAID, "status": "processing", "amount_received": 0}
HELD = {
    **PAID,
    "id": "pi_78",
    "status": "requires_capture",
    "amount_received": 0,
    "amount_capturable": 1537,
    "metadata": marks("order-78", "page"),
}
PAGE = {
    "id": "cs_79",
    "object": "checkout.session",
    "livemode": False,
    "mode": "payment",
    "status": "complete",
    "payment_status": "paid",
    "amount_total": 1537,
    "currency": "cad",
    "metadata": marks("order-79", "page"),
    "payment_intent": "pi_79",
}
REFUNDED = {
    "id": "re_77",
    "object": "refund",
    "status": "succeeded",
    "amount": 500,
    "currency": "cad",
    "metadata": marks("order-77-r1"),
    "payment_intent": "pi_77",
}
STORED = {
    "id": "seti_80",
    "object": "setup_intent",
    "livemode": False,
    "status": "succeeded",
    "customer": "cus_80",
    "payment_method": "pm_80",
    "metadata": marks("card-80", "page"),
}
STRANGE = {**PAID, "id": "pi_99", "metadata": {"order": "of another shop"}}
CARD_WORDS = {"card_declined", "expired_card", "authentication_required"}


def refusal(kind: Kind, code: str) -> Reply:
    """Return the answer by which Stripe refuses."""
    if code in CARD_WORDS or code.startswith(("incorrect_", "invalid_", "card_")):
        return refused(402, "card_error", code)
    return refused(400, "invalid_request_error", code)


def asked(call: Call) -> Money:
    """Return what a call asks for, by another table than the plugin's own."""
    said = nested(dict(call.payload))
    price = said.get("line_items", {}).get("0", {}).get("price_data", said)
    names = ("unit_amount", "amount", "amount_to_capture")
    units = next(int(price[name]) for name in names if name in price)
    code = price.get("currency", "cad").upper()
    by_100 = {"ISK": units // 100, "UGX": units // 100, "MGA": units * 100}
    return Money(by_100.get(code, units), code)


def case(**who: Any) -> Case:
    """Return the case of Stripe, whoever answers in its place."""
    secret = who["settings"]["webhook_secret"]

    def by(what: str, thing: dict[str, Any], number: int, **more: Any) -> WebhookMessage:
        return told(what, thing, secret, id=f"evt_{number}", **more)

    return Case(
        provider="stripe",
        plugin=hooks,
        secrets=("secret_key", "webhook_secret"),
        amount=Money(1537, "CAD"),
        token="cus_1:pm_1",
        verdicts=("status",),
        messages=(
            by("payment_intent.succeeded", PAID, 1),
            by("payment_intent.processing", WAITING, 2),
            by("payment_intent.amount_capturable_updated", HELD, 3),
            by("checkout.session.completed", PAGE, 4),
            by("refund.created", REFUNDED, 5),
            by("setup_intent.succeeded", STORED, 6),
            by("payment_intent.succeeded", STRANGE, 7),
            by("customer.updated", {"id": "cus_1", "object": "customer"}, 8),
        ),
        forged=(
            told("payment_intent.succeeded", PAID, "whsec_of_another_account_0001"),
            by("payment_intent.succeeded", PAID, 1, livemode=True),
        ),
        sealed=lambda body: sealed(body, secret),
        refusal=refusal,
        asked=asked,
        fuzz=2000,
        **who,
    )


SETTINGS = {
    "mode": "sandbox",
    "secret_key": "sk_test_paycore000000000000000canary",
    "webhook_secret": SECRET,
}
CASE = case(answers=Stripe, settings=SETTINGS)
OWN = {"webhook_secret": StripeSimulator().settings("stripe")["webhook_secret"]}
SIMULATED = replace(case(simulator=StripeSimulator, settings=OWN), asked=None)  # it reads calls
test_conformance = conformance_tests(CASE, strict=True)
test_conformance_over_the_simulator = conformance_tests(SIMULATED, strict=True)


def test_stripe_is_exempt_from_nothing() -> None:
    """Every check is tried, and every promise is kept."""
    assert not CASE.exempt
    assert not SIMULATED.exempt
