"""Idempotency keys at the simulator: one key, one request, one answer."""

from __future__ import annotations

import threading
import time

import pytest
import requests
import stripe

from paycore_stripe.simulator.facade import SECRET_KEY
from tests.stripe.simulated import DAY_S, Merchant, merchant, moved, simulator

__all__ = ["merchant", "simulator"]
ASKED = {"amount": 1500, "currency": "cad", "payment_method": "pm_card_visa", "confirm": True}
DECLINES = {**ASKED, "payment_method": "pm_card_chargeDeclined"}


def charged(merchant: Merchant, key: str, **changed: object) -> stripe.PaymentIntent:
    return merchant.v1.payment_intents.create({**ASKED, **changed}, {"idempotency_key": key})


def test_the_same_key_and_content_is_answered_as_at_first(merchant, simulator):
    """With the stored answer, and one effect; the answer says that it is a repeat."""
    first, again = charged(merchant, "k-1"), charged(merchant, "k-1")
    replayed = again.last_response.headers

    assert again.id == first.id
    assert len(moved(simulator)) == 1
    assert replayed["Idempotent-Replayed"] == "true"
    assert replayed["Original-Request"] == first.last_response.headers["Request-Id"]


def test_a_decline_is_an_answer_too(merchant):
    """The same decline comes back, and no second try is made."""
    names = set()
    for _ in range(2):
        with pytest.raises(stripe.CardError) as caught:
            charged(merchant, "k-2", **DECLINES)
        names.add(caught.value.error.payment_intent.id)

    assert len(names) == 1
    assert len(merchant.v1.payment_intents.list().data) == 1


def test_the_same_key_cannot_mean_anything_else(merchant, simulator):
    """Other parameters, and another address, are an idempotency_error."""
    paid = charged(merchant, "k-3")
    with pytest.raises(stripe.IdempotencyError) as caught:
        charged(merchant, "k-3", amount=1600)
    with pytest.raises(stripe.IdempotencyError):
        merchant.v1.refunds.create({"payment_intent": paid.id}, {"idempotency_key": "k-3"})

    assert caught.value.http_status == 400
    assert len(moved(simulator)) == 1


def test_a_wrong_parameter_uses_no_key_up(merchant):
    """What never began to be executed is not stored: the key is as good as new."""
    with pytest.raises(stripe.InvalidRequestError):
        charged(merchant, "k-4", colour="red")

    assert charged(merchant, "k-4").status == "succeeded"


def test_a_state_that_does_not_allow_it_is_stored(merchant):
    """The refusal stays the answer, whatever becomes of the payment."""
    waits = merchant.paid(confirm=False)
    refusals = [_refused(merchant, waits.id)]
    merchant.v1.payment_intents.confirm(waits.id, {"payment_method": "pm_card_visa"})
    refusals.append(_refused(merchant, waits.id))

    assert [each.code for each in refusals] == ["payment_intent_unexpected_state"] * 2
    assert refusals[1].headers["Idempotent-Replayed"] == "true"


def _refused(merchant: Merchant, name: str) -> stripe.InvalidRequestError:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        merchant.v1.payment_intents.capture(name, options={"idempotency_key": "k-5"})
    return caught.value


def test_a_key_is_forgotten_after_a_day(merchant, simulator):
    """As documented: then the same request is a new one."""
    charged(merchant, "k-6")
    simulator.advance(DAY_S - 60)
    charged(merchant, "k-6")
    simulator.advance(61)
    charged(merchant, "k-6")

    assert len(moved(simulator)) == 2


def test_a_lost_answer_is_found_again_under_its_key(merchant, simulator):
    """What happened is told to whoever asks again, and does not happen again."""
    simulator.fault("close_without_answer")
    with pytest.raises(stripe.APIConnectionError):
        charged(merchant, "k-7")

    assert charged(merchant, "k-7").status == "succeeded"
    assert len(moved(simulator)) == 1


def test_a_key_that_is_under_way_is_in_use(merchant, simulator):
    """HTTP 409 as long as the first request is not answered; afterwards it is done."""
    simulator.fault("timeout_before_effect")
    body, key = "amount=1500&currency=cad", {"Idempotency_Key": "k-8"}
    first = threading.Thread(target=_left_waiting, args=(simulator.base_url, body))
    first.start()
    until = time.monotonic() + 20
    while not simulator.requests() and time.monotonic() < until:
        time.sleep(0.01)
    status, said = merchant.post("/v1/payment_intents", body, **key)
    first.join()
    while merchant.post("/v1/payment_intents", body, **key)[0] == 409:
        assert time.monotonic() < until

    assert (status, said["error"]["code"]) == (409, "idempotency_key_in_use")
    assert len(merchant.v1.payment_intents.list().data) == 1


def _left_waiting(base_url: str, body: str) -> None:
    """Ask, and hang up after a while: nothing will come."""
    headers = {"Authorization": f"Bearer {SECRET_KEY}", "Idempotency-Key": "k-8"}
    headers |= {"Content-Type": "application/x-www-form-urlencoded"}
    with pytest.raises(requests.Timeout):
        requests.post(f"{base_url}/v1/payment_intents", body, headers=headers, timeout=1)


def test_a_key_that_is_too_long_is_refused(merchant):
    """255 characters are the most."""
    with pytest.raises(stripe.IdempotencyError):
        charged(merchant, "k" * 256)

    assert charged(merchant, "k" * 255).status == "succeeded"
