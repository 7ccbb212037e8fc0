"""A whole run from a seed: thousands of them prove that no fault charges twice.

`Simulation(7).run()` returns an `Outcome`; its `violations` are empty, or it prints what broke,
the command that plays it again, and the whole story. Thousands, with a figure:

`python -m paycore.testing.simulation --schedules 10000 --seed 0 --promise r01`
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Final

from paycore.ledger.memory import MemoryLedger
from paycore.ledger.protocol import Ledger
from paycore.testing.actors import (
    DAY_S,
    Attacker,
    Clockmaker,
    Messenger,
    Payer,
    Reconciler,
)
from paycore.testing.callers import caller
from paycore.testing.checker import CHECKS, Violation, check
from paycore.testing.checks.ending import Ending
from paycore.testing.clock import VirtualClock
from paycore.testing.history import History
from paycore.testing.inventory import ending_of, planned_in_s
from paycore.testing.numbered import numbered
from paycore.testing.quiet import quiet
from paycore.testing.scene import Scene
from paycore.testing.scheduler import Scheduler
from paycore.testing.watched import WatchedLedger
from paycore.testing.weather import USUAL, WEATHERS, Weather
from paycore.testing.world import World

LIVES: Final = 3
"""How often one actor may crash."""


@dataclass(frozen=True)
class Outcome:
    """How one run went."""

    seed: int
    promise: str
    steps: int
    ending: Ending
    violations: tuple[Violation, ...]

    def __str__(self) -> str:
        """Return what was broken, how to see it again, and the whole story."""
        broken = "\n".join(f"{v.promise}: {v.problem}" for v in self.violations) or "all kept"
        return f"{broken}\n{self.replay}\n{self.ending.history}"

    @property
    def replay(self) -> str:
        """The command that plays this run again."""
        promise = f" --promise {self.promise}" if self.promise else ""
        name = "python -m paycore.testing.simulation"
        return f"{name} --seed {self.seed} --schedules 1{promise}"


class Simulation:
    """One run: everything in it follows from the seed."""

    def __init__(
        self,
        seed: int,
        promise: str = "",
        *,
        weather: Weather | None = None,
        ledger: Callable[[], Ledger] = MemoryLedger,
        reopened: Callable[[Ledger], Ledger] = lambda ledger: ledger,
    ) -> None:
        """Set the stage.

        Args:
            seed: Decides everything that chance decides.
            promise: Which promise to try, in the weather that tries it hardest; all without it,
                and all in a weather of its own.
            weather: What may go wrong, if not that.
            ledger: Opens an empty ledger.
            reopened: What a ledger is after a process that used it died; itself, in memory.
        """
        self.seed = seed
        self.promise = promise
        self._rng = Random(seed)  # noqa: S311 - chance that can be repeated is the point
        self._ledger = ledger
        self._reopened = reopened
        self._weather = weather or WEATHERS.get(promise, USUAL)
        self.scene = self._scene()

    def run(self) -> Outcome:
        """Play it to the end, let it calm down, and judge it."""
        self._cast()
        scene = self.scene
        try:
            with quiet(), numbered(self.seed):
                scene.scheduler.run()
                self._calm_down()
            ending = ending_of(scene)
        finally:
            scene.ledger.inner.close()
        found = tuple(check(ending, self._judged()))
        return Outcome(self.seed, self.promise, scene.scheduler.steps, ending, found)

    def _judged(self) -> Iterable[str]:
        """Return the promises that count: one alone in the usual weather, else all that can be."""
        if self.promise in CHECKS and self.promise not in WEATHERS:
            return self.promise, "errors"
        if self._weather.provider_answers:
            return CHECKS
        return (name for name in CHECKS if name != "r16")  # nobody learns the truth of the silent

    def _scene(self) -> Scene:
        rng, weather, clock = self._rng, self._weather, VirtualClock()
        scheduler = Scheduler(rng, clock, crash=weather.crash, stall=weather.stall)
        history = History(scheduler.stamp)
        ledger = WatchedLedger(self._ledger(), scheduler, history, weather, rng)
        scheduler.on_crash = lambda: ledger.reopen(self._reopened)
        world = World(rng, clock, early_refunds=rng.random() < 0.7)
        return Scene(weather, rng, clock, world, scheduler, history, ledger)

    def _cast(self) -> None:
        """Say who acts; whoever runs our code may crash, and is started anew."""
        scene, rng = self.scene, self._rng
        for number in range(rng.randint(2, 3)):
            scene.scheduler.spawn(f"caller {number + 1}", caller(scene, rng).play, lives=LIVES)
        scene.scheduler.spawn("reconciler", Reconciler(scene).play, lives=LIVES)
        scene.scheduler.spawn("payer", Payer(scene).play)
        if self._weather.webhooks:
            scene.scheduler.spawn("messenger", Messenger(scene).play, lives=LIVES)
        if self._weather.attacker:
            scene.scheduler.spawn("attacker", Attacker(scene).play)
        if self._weather.clock_steps:
            scene.scheduler.spawn("clockmaker", Clockmaker(scene).play)

    def _calm_down(self) -> None:
        """Let nothing go wrong any more, and do what is due by paycore's own plan until the end."""
        scene = self.scene
        scene.calm()
        until, pause_s = scene.clock.elapsed + self._weather.days * DAY_S, 15.0
        while scene.clock.elapsed < until:
            pause_s = min(pause_s * 2, DAY_S)  # it looks again, even where nothing seems planned
            scene.clock.advance(min(pause_s, max(1.0, planned_in_s(scene))))
            scene.world.catch_up()
            if self._weather.webhooks:
                Messenger(scene).finish()
            Reconciler(scene).once()


if __name__ == "__main__":
    from paycore.testing.runner import main

    sys.exit(main())
