"""Who else acts in a simulated run: payers, the provider's messenger, and their enemies."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from paycore.report import WebhookMessage
from paycore.testing.callers import PRICES
from paycore.testing.scene import Scene
from paycore.testing.world import PAGE_LIFETIME_S, Letter, Order
from paycore.testing.worldly import ACK, SEAL, STRONG, WEAK

DELIVERIES: Final = 8
"""How often the provider tries to deliver a message that is not acknowledged."""
DAY_S: Final = 86_400


@dataclass
class Payer:
    """Somebody who pays the pages that callers were given: at once, late, twice, or never."""

    scene: Scene
    visits: int = 3

    def play(self) -> None:
        """Visit a few pages."""
        scene = self.scene
        for _ in range(self.visits):
            scene.scheduler.sleep(scene.rng.choice((1, 10, 300, 3000, 5000)))
            if not scene.pages:
                continue
            account, reference = scene.rng.choice(scene.pages).split("/")[-2:]
            order = scene.world.find(account, reference)
            if order is None or not self._dares(order):
                continue
            scene.world.pay(account, reference)
            scene.history.add("info", "payer paid", account=account, reference=reference)
            nonce = order.back.rpartition("paycore=")[2]
            scene.ask("returned", "", "", reference, partial(scene.gateway.returned, nonce))

    def _dares(self, order: Order) -> bool:
        in_time = self.scene.clock.elapsed - order.opened_at < PAGE_LIFETIME_S
        return in_time or self.scene.weather.late_payers


@dataclass
class Messenger:
    """The provider's messages: late, in any order, again and again, or after a while only."""

    scene: Scene
    rounds: int = 8

    def play(self) -> None:
        """Deliver a few."""
        scene = self.scene
        for _ in range(self.rounds):
            scene.scheduler.sleep(scene.rng.choice((1, 10, 100, 1000)))
            scene.world.catch_up()
            if scene.weather.webhooks and scene.world.letters:
                letter = scene.rng.choice(scene.world.letters)
                if scene.rng.random() > 0.2:  # the others are lost on the way, this time
                    deliver(scene, letter)

    def finish(self) -> None:
        """Deliver all that was never acknowledged, until it is or the provider gives up."""
        for letter in list(self.scene.world.letters):
            while not letter.acknowledged and letter.tries < DELIVERIES * 2:
                deliver(self.scene, letter)


def deliver(scene: Scene, letter: Letter, seal: str = SEAL) -> None:
    """Hand a message to paycore, and note how it is answered."""
    letter.tries += 1
    body = json.dumps(dict(letter.fields)).encode()
    scene.history.add("invoke", "message", account=letter.account, says=dict(letter.fields))
    if seal == SEAL:
        told = {"reference": letter.fields["reference"], "state": letter.fields["status"]}
        scene.history.add("info", "told", account=letter.account, **told)
    message = WebhookMessage("POST", {"Seal": seal}, "", body, "203.0.113.9")
    answer = scene.gateway.receive(letter.account, message)
    taken = answer.status == 200 and answer.body == ACK
    letter.acknowledged += taken
    scene.history.add("ok" if taken else "fail", "message answered", status=answer.status)


@dataclass
class Attacker:
    """Somebody who holds the weak account's key, but is not the provider."""

    scene: Scene
    messages: int = 4

    def play(self) -> None:
        """Claim successes that never were; for the strong account without its key."""
        scene = self.scene
        for _ in range(self.messages):
            scene.scheduler.sleep(scene.rng.choice((1, 50, 500)))
            owner = scene.rng.choice(("o1", "o2"))
            reference = owner + scene.rng.choice(("", "", "-2", "-r1", "-v1"))
            kind = {"r": "refund", "v": "void"}.get(reference[-2], "charge")
            minor = PRICES[owner] - scene.rng.choice((0, 0, 1, 500))
            fields: dict[str, Any] = {"kind": kind, "reference": reference, "amount": minor}
            fields |= {"currency": "CAD", "status": "paid"}
            weak = scene.rng.random() < 0.7
            account = WEAK if weak else STRONG
            fields["theirs"] = f"W-{account}-{reference}"
            deliver(scene, Letter(account, fields), SEAL if weak else "guessed")


@dataclass
class Reconciler:
    """The job that asks again."""

    scene: Scene
    rounds: int = 7

    def play(self) -> None:
        """Reconcile now and then, by the plan or ahead of it."""
        scene = self.scene
        for _ in range(self.rounds):
            scene.scheduler.sleep(scene.rng.choice((15, 60, 300, 900, 3600)))
            self.once(ahead=scene.rng.random() < 0.7)

    def once(self, *, ahead: bool = False) -> None:
        """Reconcile once."""
        work = partial(self.scene.gateway.reconcile, ahead=ahead)
        self.scene.ask("reconcile", "", "", "", work)


@dataclass
class Clockmaker:
    """Whoever sets the machine's clock: up to a day ahead or behind."""

    scene: Scene
    steps: int = 3

    def play(self) -> None:
        """Step the clock a few times, and set it right."""
        scene = self.scene
        for _ in range(self.steps):
            scene.scheduler.sleep(scene.rng.choice((1, 30, 600, 3000)))
            self._to(scene.rng.choice((0.0, scene.rng.uniform(-DAY_S / 2, DAY_S / 2))))
        self._to(0.0)

    def _to(self, skew_s: float) -> None:
        self.scene.clock.step(skew_s)
        self.scene.history.add("info", "clock stepped", ahead_s=round(skew_s))
