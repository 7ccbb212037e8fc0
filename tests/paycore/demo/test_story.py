"""The story: everything that a provider can do is shown, and every lie is noticed."""

from __future__ import annotations

import pytest

from paycore import Money, Wallet, hookimpl
from paycore.demo import killed
from paycore.demo.story import STORY

GIFT = (Money(100, "EUR"), Wallet("google_pay", "e30="))
FEATURES = {
    "notified": "no verify webhook here",
    "form": "no EmbeddedForm here",
    "card": "no tokenize here",
    "token": "no StoredToken here",
    "wallet": "no Wallet here",
    "twice": "no stored card and no wallet to charge at once",
    "conflict": "needs 'twice', which did not happen",
    "forged": "no verify webhook here",
    "lost": "no stored card and no wallet to charge at once",
    "found": "needs 'lost', which did not happen",
    "killed": "no stored card and no wallet to charge at once",
    "restarted": "needs 'killed', which did not happen",
    "void": "no void here",
    "hold": "no capture here",
    "part": "no capture here",
    "release": "no capture here",
    "late": "no slow card here",
    "refund": "no refund here",
    "too_much": "needs 'refund', which did not happen",
}


def test_a_provider_with_every_feature_plays_every_step(told):
    """Nothing is skipped, nothing fails, and the books agree."""
    steps, books = told()

    assert {name: step.verdict for name, step in steps.items()} == {s.name: "ok" for s in STORY}
    assert books.agree
    assert {line.payment for line in books.lines} >= {
        "toy-page",
        "toy-lost",
        "toy-void",
        "toy-hold",
    }


def test_what_a_provider_does_not_declare_is_left_out_and_said(told):
    """A provider with one page and a query plays what that allows; the rest says why not."""
    steps, books = told("toy_plain")

    assert {n: s.seen for n, s in steps.items() if s.verdict == "skipped"} == FEATURES
    assert {s.verdict for s in steps.values()} == {"ok", "skipped"}
    assert books.agree


def _effect_twice(toy, monkeypatch):
    moved = toy.ToySimulator.moved

    def twice(self, order):
        moved(self, order)
        self.moves.append(self.moves[-1]) if self.moves else None

    monkeypatch.setattr(toy.ToySimulator, "moved", twice)


def _no_effect(toy, monkeypatch):
    monkeypatch.setattr(killed, "PATIENCE_S", 3)  # nothing will ever arrive

    def told_only(self, order):
        order["state"] = "succeeded"

    monkeypatch.setattr(toy.ToySimulator, "moved", told_only)


def _silent(toy, monkeypatch):
    monkeypatch.setattr(toy.ToySimulator, "settle", lambda self: None)


def _genuine_forgery(toy, monkeypatch):
    import json

    import toy_pay

    def forged(self, reference):
        body = json.dumps({**self.orders[reference], "state": "succeeded"}).encode()
        return {"Toy-Signature": toy_pay.signature(body)}, body

    monkeypatch.setattr(toy.ToySimulator, "forge", forged)


def _nothing_declines(toy, monkeypatch):
    pay = toy.ToySimulator.pay

    def paid(self, action, outcome="success", *, card_number=""):
        return pay(self, action, "success")

    monkeypatch.setattr(toy.ToySimulator, "pay", paid)


def _nothing_is_lost(toy, monkeypatch):
    monkeypatch.setattr(toy.ToySimulator, "fault", lambda self, kind, **more: None)


def _wrong_landing(toy, monkeypatch):
    pay = toy.ToySimulator.pay

    def elsewhere(self, *args, **more):
        return pay(self, *args, **more).partition("?")[0] + "?paycore=0123456789abcdef"

    monkeypatch.setattr(toy.ToySimulator, "pay", elsewhere)


def _no_page(toy, monkeypatch):
    import toy_pay

    plain = toy_pay.report
    monkeypatch.setattr(
        toy_pay, "report", lambda kind, name, told: plain(kind, name, {**told, "page": ""})
    )


def _takes_what_it_holds(toy, monkeypatch):
    moved = toy.ToySimulator.moved

    def greedy(self, order):
        order["hold"] = False
        moved(self, order)

    monkeypatch.setattr(toy.ToySimulator, "moved", greedy)


def _takes_a_hold_in_secret(toy, monkeypatch):
    moved = toy.ToySimulator.moved

    def secretly(self, order):
        if order.get("hold"):
            moved(self, {**order, "hold": False})
        moved(self, order)

    monkeypatch.setattr(toy.ToySimulator, "moved", secretly)


def _takes_all_of_a_hold(toy, monkeypatch):
    charged = toy.ToySimulator.charged

    def all_of_it(self, order, state):
        whole = self.orders[order["charge"]]["amount"]
        return {**charged(self, order, state), "amount": whole}

    monkeypatch.setattr(toy.ToySimulator, "charged", all_of_it)


LIES = [
    (_takes_what_it_holds, {"hold", "release"}),
    (_takes_a_hold_in_secret, {"hold", "release"}),
    (_takes_all_of_a_hold, {"part"}),
    (_effect_twice, {"paid", "token", "wallet", "twice", "retry", "found", "void"}),
    (_no_effect, {"paid", "token", "twice", "retry", "found", "void"}),
    (_silent, {"notified"}),
    (_genuine_forgery, {"forged"}),
    (_nothing_declines, {"retry", "late"}),
    (_nothing_is_lost, {"lost"}),
    (_wrong_landing, {"returned"}),
    (_no_page, {"page", "card", "retry", "late"}),
]


@pytest.mark.parametrize(("lie", "noticed"), LIES)
def test_a_lie_is_noticed(toy, told, monkeypatch, lie, noticed):
    """Whatever the provider or the world does wrong, the steps that show it fail."""
    lie(toy, monkeypatch)

    steps, _ = told()

    assert noticed <= {name for name, step in steps.items() if step.verdict == "failed"}


@pytest.mark.parametrize(
    ("verb", "step"), [("charge", "conflict"), ("charge", "lost"), ("refund", "too_much")]
)
def test_a_gateway_that_lets_too_much_through_is_noticed(toy, told, monkeypatch, verb, step):
    """A second meaning of a key, a retry of the unknown, a refund of too much: all noticed."""
    from paycore.errors import Conflict, InvalidRequest
    from paycore.gateway import Gateway

    strict = getattr(Gateway, verb)

    def lax(self, reference, *args, **more):
        try:
            return strict(self, reference, *args, **more)
        except (Conflict, InvalidRequest):
            return self.find(reference)

    monkeypatch.setattr(Gateway, verb, lax)

    steps, _ = told()

    assert steps[step].verdict == "failed"
    assert steps[step].got == "it was accepted"


def test_a_gateway_that_asks_again_for_a_known_key_is_noticed(told, monkeypatch):
    """One effect is not enough: the second charge sends nothing at all."""
    from paycore.gateway import Gateway

    charge = Gateway.charge

    def curious(self, reference, *args, **more):
        charge(self, reference, *args, **more)
        return self.query(reference)

    monkeypatch.setattr(Gateway, "charge", curious)

    steps, _ = told()

    assert steps["twice"].seen == "requests for the second charge"


def test_a_payer_who_comes_back_as_somebody_else_is_noticed(told, monkeypatch):
    """The nonce names one payment, and how it really stands."""
    from paycore.gateway import Gateway

    monkeypatch.setattr(
        Gateway, "returned", lambda self, nonce: self.charge("x", *GIFT, account="toy")
    )

    steps, _ = told()

    assert (steps["returned"].verdict, steps["returned"].got) == ("failed", "x paid")


def test_a_simulator_that_cannot_lose_an_answer_is_not_asked_to(toy, told, monkeypatch):
    """A kind of fault that the simulator does not know is left out, and said."""
    monkeypatch.setattr(toy, "LOST", "another kind")

    steps, _ = told()

    assert steps["lost"].seen == "the simulator cannot lose an answer"


def test_a_card_that_is_stored_by_no_page_is_left_out(toy, told, monkeypatch):
    """A provider that stores cards by other means only is not asked for a page."""
    import toy_pay

    import paycore

    monkeypatch.setattr(toy_pay, "METHODS", (paycore.CardData, *toy_pay.METHODS))

    steps, _ = told()

    assert steps["card"].seen == "no page to store a card here"
    assert steps["twice"].verdict == "ok"


def test_a_channel_without_a_wallet_says_so(toy, told, monkeypatch):
    """A wallet that the provider declares and the channel has not is left out."""
    monkeypatch.setattr(toy.ToySimulator, "wallet", lambda self, provider: None)

    steps, _ = told()

    assert (steps["wallet"].verdict, steps["wallet"].seen) == ("skipped", "no wallet here")


def test_a_page_that_takes_another_card_is_paid_there(toy, told, monkeypatch):
    """A declined card leaves some pages open: then one attempt is enough."""
    pay = toy.ToySimulator.pay

    def open_still(self, action, outcome="success", *, card_number=""):
        return "" if outcome == "decline" else pay(self, action, outcome, card_number=card_number)

    monkeypatch.setattr(toy.ToySimulator, "pay", open_still)

    steps, books = told()
    retried = next(line for line in books.lines if line.payment == "toy-retry")

    assert steps["retry"].verdict == "ok"
    assert len(retried.asked) == 1


def test_a_provider_that_voids_nothing_it_has_taken_is_not_asked_to(toy, told, monkeypatch):
    """It says so of itself, and then a void of a taken charge is refused, unsent."""
    from dataclasses import replace

    import toy_pay

    said = replace(toy_pay.describe(), voids_captured=False)
    monkeypatch.setattr(toy_pay, "describe", hookimpl(lambda: said))

    steps, books = told()

    assert "refused, unsent" in steps["void"].seen
    assert steps["release"].verdict == "ok"
    assert books.agree
