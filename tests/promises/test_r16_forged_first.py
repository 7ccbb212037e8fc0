"""R16: whoever forges a message first does not silence the provider that says the same later."""

from __future__ import annotations

from dataclasses import replace

from paycore.money import Money
from paycore.payment import PaymentStatus
from paycore.testing.actors import deliver
from paycore.testing.callers import PAGE
from paycore.testing.weather import CALM, SILENT
from paycore.testing.world import Letter
from paycore.testing.worldly import WEAK
from tests.paycore.testing.scenes import scene


def test_r16_a_forgery_does_not_silence_the_provider():
    """Paid late, and told while no query is answered: it is found out all the same."""
    stage = scene()
    stage.gateway.charge("o1", Money(1500, "CAD"), PAGE)
    order = stage.world.find(WEAK, "o1")
    forged = {**stage.world.statement(order), "status": "paid"}
    forged.pop("url")
    deliver(stage, Letter(WEAK, forged))
    stage.clock.advance(2 * 3600)
    stage.gateway.reconcile(ahead=True)  # the page has expired, and nobody confirmed the message
    stage.world.pay(WEAK, "o1")
    for door in stage.doors:
        door.weather = replace(CALM, queries=SILENT)
    deliver(stage, genuine := stage.world.letters[-1])
    stage.calm()
    for _ in range(9):
        stage.clock.advance(86_400)
        if not genuine.acknowledged:
            deliver(stage, genuine)
        stage.gateway.reconcile(ahead=True)

    assert stage.gateway.find("o1").status is PaymentStatus.PAID
