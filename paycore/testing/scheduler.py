"""One actor runs at a time, and a seed decides which: threads that pass a baton."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

from paycore.testing.clock import VirtualClock
from paycore.testing.history import Stamp


class Crash(BaseException):
    """The actor's process died here: nothing of it runs any more."""


class Actor:
    """Somebody who acts; `doing` is what it was asked to do last."""

    def __init__(self, name: str, play: Callable[[], object], lives: int) -> None:
        self.name = name
        self.play = play
        self.lives = lives
        """How often it may crash; it is started anew each time."""
        self.doing: object = None
        self.wake_at = 0.0
        self.dead = False
        self.gate = threading.Lock()
        self.gate.acquire()


class Scheduler:
    """Owns every step: whoever runs hands the baton on at each yield point.

    Outside of `run`, `pause` does nothing and `sleep` only moves the clock.
    """

    def __init__(
        self, rng: Random, clock: VirtualClock, *, crash: float = 0.0, stall: float = 0.0
    ) -> None:
        """Chances are for each yield point.

        Args:
            rng: Decides everything.
            clock: Goes on when everybody sleeps.
            crash: The chance that a mortal actor dies.
            stall: The chance that an actor is held up for minutes to hours.
        """
        self.steps = 0
        self.errors: list[str] = []
        """What actors raised that nobody expected."""
        self.on_crash: Callable[[], object] = lambda: None
        """Called after each death, before its actor is started anew."""
        self.current: Actor | None = None
        self._rng = rng
        self._clock = clock
        self._crash = crash
        self._stall = stall
        self._aside = False
        self._switch = rng.choice((0.2, 0.5, 0.9))
        self._actors: list[Actor] = []
        self._threads: list[threading.Thread] = []
        self._over = threading.Lock()
        self._over.acquire()

    def spawn(self, name: str, play: Callable[[], object], *, lives: int = 0) -> None:
        """Let somebody act; `lives` above zero makes it mortal, and starts it anew as often."""
        self._actors.append(Actor(name, play, lives))

    def run(self) -> None:
        """Play until everybody has gone home."""
        if not self._actors:
            return
        for actor in list(self._actors):
            self._start(actor)
        self._hand_on(None)
        self._over.acquire()
        for thread in self._threads:
            thread.join()

    def pause(self, point: str, *, may_stall: bool = True) -> None:
        """A yield point: somebody else may go on, or this actor may die or be held up here."""
        me = self.current
        if me is None or self._aside:
            return
        self.steps += 1
        self.risk(point)
        if may_stall and self._rng.random() < self._stall:
            me.wake_at = self._clock.elapsed + self._rng.choice((40, 400, 4000, 20_000))
        elif self._rng.random() > self._switch:
            return
        self._yield(me)

    def risk(self, point: str) -> None:
        """A point where this actor may die, and nobody else may go on."""
        me = self.current
        if me is None or self._aside:
            return
        if me.dead or (me.lives and self._rng.random() < self._crash):
            me.dead = True
            raise Crash(point)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let the rig look at something: whatever happens meanwhile is no step of the run."""
        before, self._aside = self._aside, True
        try:
            yield
        finally:
            self._aside = before

    def sleep(self, seconds: float) -> None:
        """Let so much true time pass for this actor; others go on meanwhile."""
        me = self.current
        if me is None:
            self._clock.advance(seconds)
            return
        self.steps += 1
        me.wake_at = self._clock.elapsed + seconds
        self._yield(me)

    def stamp(self) -> Stamp:
        """Return where the run stands."""
        name = self.current.name if self.current else "-"
        return Stamp(self.steps, self._clock.elapsed, name)

    def _yield(self, me: Actor) -> None:
        self._hand_on(me)
        me.gate.acquire()

    def _hand_on(self, me: Actor | None) -> None:
        """Give the baton to somebody who is awake; time goes on until somebody is."""
        now = self._clock.elapsed
        awake = [actor for actor in self._actors if actor.wake_at <= now]
        if not awake:
            first = min(self._actors, key=lambda actor: actor.wake_at)
            self._clock.advance(first.wake_at - now)
            awake = [first]
        self.current = self._rng.choice(awake)
        self.current.gate.release()

    def _start(self, actor: Actor) -> None:
        thread = threading.Thread(target=self._act, args=(actor,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _act(self, actor: Actor) -> None:
        actor.gate.acquire()
        try:
            actor.play()
        except Crash:
            self.on_crash()
            again = Actor(f"{actor.name}'", actor.play, actor.lives - 1)
            self._actors.append(again)
            self._start(again)
        except BaseException as error:
            self.errors.append(f"{actor.name}: {type(error).__name__}: {error}")
        self._actors.remove(actor)
        if self._actors:
            self._hand_on(None)
        else:
            self.current = None
            self._over.release()
