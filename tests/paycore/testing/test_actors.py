"""Payers, messengers, attackers and clocks do what they are there for."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from paycore.money import Money
from paycore.testing.actors import (
    DELIVERIES,
    Attacker,
    Clockmaker,
    Messenger,
    Payer,
    Reconciler,
    deliver,
)
from paycore.testing.callers import PAGE
from paycore.testing.weather import CALM
from paycore.testing.world import PAGE_LIFETIME_S, Letter
from tests.paycore.testing.scenes import scene

AMOUNT = Money(1500, "CAD")


def opened(**weather):
    """Return a scene with one page that reached a caller."""
    stage = scene(replace(CALM, **weather))
    stage.ask("charge", "o1", "o1", "", lambda: stage.gateway.charge("o1", AMOUNT, PAGE))
    return stage


def test_a_payer_pays_once_and_comes_back():
    """With the nonce; the core asks, and knows."""
    stage = opened()
    Payer(stage, visits=6).play()

    assert stage.world.moved("weak", "o1") == 1500
    assert stage.gateway.find("o1").paid
    assert [*stage.history.told("answered")][-1].facts["result"] == "paid"


def test_only_a_late_payer_pays_an_old_page():
    """The others see that it is too late."""
    moved = {}
    for late in (True, False):
        stage = opened(late_payers=late)
        stage.clock.advance(PAGE_LIFETIME_S)
        Payer(stage).play()
        moved[late] = stage.world.moved("weak", "o1")

    assert moved == {True: 1500, False: 0}


def test_where_there_is_no_page_nobody_pays():
    """Nor where the provider forgot it."""
    stage = scene()
    Payer(stage).play()
    stage.pages.append("https://world.example/pay/weak/o9")
    Payer(stage).play()

    assert stage.world.effects == []


def test_the_messenger_delivers_what_the_provider_says():
    """Acknowledged, and kept; what never was, in the end."""
    stage = opened()
    stage.world.pay("weak", "o1")
    Messenger(stage, rounds=20).play()
    Messenger(stage).finish()
    (letter,) = stage.world.letters

    assert letter.acknowledged >= 1
    assert stage.gateway.find("o1").paid
    assert all(event.mark == "ok" for event in stage.history.told("message answered"))


def test_without_messages_none_comes():
    """The provider has something to say, and says nothing."""
    stage = opened(webhooks=False)
    stage.world.pay("weak", "o1")
    Messenger(stage).play()

    assert [*stage.history.told("message")] == []


def test_a_provider_gives_up_in_the_end():
    """What is refused for ever is not delivered for ever."""
    stage = scene()
    stage.world.letters.append(Letter("nobody", {"reference": "o1", "status": "paid"}))
    Messenger(stage).finish()

    assert stage.world.letters[0].tries == DELIVERIES * 2


def test_an_attacker_is_believed_by_nobody():
    """Signed as the provider signs, or not."""
    stage = opened()
    Attacker(stage, messages=40).play()
    answers = {event.mark for event in stage.history.told("message answered")}

    assert answers == {"ok", "fail"}
    assert not stage.gateway.find("o1").paid


def test_a_forged_seal_is_no_statement():
    """It is not told as the provider's word."""
    stage = scene()
    deliver(stage, Letter("weak", {"reference": "o1", "status": "paid"}), "guessed")

    assert [*stage.history.told("told")] == []


def test_the_reconciler_asks_again():
    """And finds out what the payer did."""
    stage = opened()
    stage.world.pay("weak", "o1")
    Reconciler(stage, rounds=1).play()

    assert stage.gateway.find("o1").paid


def test_the_clockmaker_sets_it_right_in_the_end():
    """By no more than a day at once."""
    stage = scene()
    Clockmaker(stage, steps=30).play()
    steps = [event.facts["ahead_s"] for event in stage.history.told("clock stepped")]

    assert stage.clock.skew_s == steps[-1] == 0
    assert max(map(abs, steps)) > 3600
    assert all(abs(b - a) <= 86_400 for a, b in pairwise(steps))
