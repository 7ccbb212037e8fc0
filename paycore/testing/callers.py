"""Who asks paycore for something in a simulated run, by a script drawn beforehand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from paycore.errors import NotSent
from paycore.methods import HostedPage, StoredToken
from paycore.money import Money
from paycore.testing.scene import HOST, Scene
from paycore.testing.worldly import STRONG, WEAK

PRICES: Final = {"o1": 1500, "o2": 900}
PAGE: Final = HostedPage(f"https://{HOST}/thanks")
CARD: Final = StoredToken("visa-1")


@dataclass
class Caller:
    """Somebody who charges, gives back and asks, by a script drawn beforehand.

    Crashed, it begins again with the step that it was at, under the same key.
    """

    scene: Scene
    script: list[Callable[[], Any]]

    def play(self) -> None:
        """Go through what is left of the script."""
        while self.script:
            self._tried(self.script[0])
            self.script.pop(0)
            self.scene.scheduler.sleep(self.scene.rng.choice((0, 1, 5, 120)))

    def _tried(self, step: Callable[[], Any]) -> None:
        """Take a step; where not one byte left, at most twice more."""
        for _ in range(3):
            if not isinstance(step(), NotSent):
                return


def caller(scene: Scene, rng: Random) -> Caller:
    """Return a caller with a script of its own: a charge first, then whatever comes to mind."""
    drawn = [Wishes(scene, rng).anything() for _ in range(rng.randint(2, 5))]
    return Caller(scene, [Wishes(scene, rng).charge(), *drawn])


class Wishes:
    """Draws what a caller may want; few names, so that callers get into each other's way."""

    def __init__(self, scene: Scene, rng: Random) -> None:
        self._scene = scene
        self._rng = rng
        self._owner = rng.choice(("o1", "o1", "o2"))

    def anything(self) -> Callable[[], Any]:
        """Return a step: half of them charge or give back."""
        ways = [self.charge, self.refund, self.void, self.reverse, self.look, self.supersede]
        weights = [4, 4, 1, 1, 4, 2]
        if self._scene.weather.holds:
            ways, weights = [*ways, self.capture, self.void], [*weights, 8, 2]
        return self._rng.choices(ways, weights)[0]()

    def charge(self) -> Callable[[], Any]:
        """Return a charge: under its own key or another, seldom with other content."""
        owner, rng = self._owner, self._rng
        key = rng.choice((owner, owner, f"{owner}-again", "shared"))
        odd = rng.random() < 0.06
        amount = Money(PRICES[owner] - 100 * odd, "CAD")
        method = rng.choice((PAGE, CARD, CARD))
        account = STRONG if rng.random() < 0.1 else (WEAK if owner == "o1" else STRONG)
        takes = not self._holds()
        what = f"{owner} {amount} {type(method).__name__} {account}{'' if takes else ' held'}"
        gateway = self._scene.gateway
        return self._step(
            "charge",
            key,
            what,
            lambda: gateway.charge(owner, amount, method, account=account, key=key, capture=takes),
        )

    def supersede(self) -> Callable[[], Any]:
        """Return a charge in place of a page that its payer left."""
        owner, rng, gateway = self._owner, self._rng, self._scene.gateway
        key = rng.choice((f"{owner}-new", f"{owner}-newer"))
        method = rng.choice((PAGE, PAGE, CARD))
        account = WEAK if owner == "o1" else STRONG
        takes = not self._holds()
        what = f"{owner} anew {type(method).__name__} {account}{'' if takes else ' held'}"
        return self._step(
            "charge",
            key,
            what,
            lambda: gateway.supersede(owner, method, key=key, account=account, capture=takes),
        )

    def capture(self) -> Callable[[], Any]:
        """Return a capture, of a part or of all that is held; seldom of more."""
        owner, whole = self._owner, PRICES[self._owner]
        minor = self._rng.choice((None, None, whole, whole // 2, whole // 3, whole + 1))
        amount = None if minor is None else Money(minor, "CAD")
        key = self._rng.choice((f"{owner}-c1", f"{owner}-c2"))
        gateway = self._scene.gateway
        return self._step(
            "capture", key, f"{owner} {amount}", lambda: gateway.capture(owner, amount, key=key)
        )

    def refund(self) -> Callable[[], Any]:
        """Return a refund, of a part or of all that is left."""
        owner, whole = self._owner, PRICES[self._owner]
        minor = self._rng.choice((None, None, whole, whole // 2, whole // 3))
        amount = None if minor is None else Money(minor, "CAD")
        key = self._rng.choice(("r1", "r2", "r3"))
        gateway = self._scene.gateway
        return self._step(
            "refund", key, f"{owner} {amount}", lambda: gateway.refund(owner, amount, key=key)
        )

    def void(self) -> Callable[[], Any]:
        """Return a void."""
        owner, key, gateway = self._owner, self._rng.choice(("v1", "v2")), self._scene.gateway
        return self._step("void", key, owner, lambda: gateway.void(owner, key=key))

    def reverse(self) -> Callable[[], Any]:
        """Return a void or a refund, whichever the provider can."""
        owner, key, gateway = self._owner, self._rng.choice(("b1", "v1")), self._scene.gateway
        return self._step("reverse", key, owner, lambda: gateway.reverse(owner, key=key))

    def look(self) -> Callable[[], Any]:
        """Return a question, with the network or without."""
        owner, gateway = self._owner, self._scene.gateway
        asking = self._rng.choice((gateway.query, gateway.query, gateway.find))
        return self._step(asking.__name__, "", owner, lambda: asking(owner))

    def _holds(self) -> bool:
        """Return whether to hold only; nothing is drawn where nobody ever does."""
        share = self._scene.weather.holds
        return bool(share) and self._rng.random() < share

    def _step(self, kind: str, key: str, what: str, call: Callable[[], Any]) -> Callable[[], Any]:
        scene, owner = self._scene, self._owner
        return lambda: scene.ask(kind, key, owner, what, call)
