"""What the actors of a simulated run share, and how each of them reaches paycore."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final, cast

from paycore.account import Account
from paycore.errors import PaycoreError
from paycore.events import Event, EventType
from paycore.gateway import Gateway
from paycore.ledger.protocol import Ledger
from paycore.methods import Redirect
from paycore.payment import Payment
from paycore.states import State
from paycore.testing.clock import VirtualClock
from paycore.testing.door import Door
from paycore.testing.history import History, Mark
from paycore.testing.scheduler import Scheduler
from paycore.testing.watched import WatchedLedger
from paycore.testing.weather import CALM, Weather
from paycore.testing.world import Cause, World
from paycore.testing.worldly import STRONG, WEAK, provider
from paycore.wiring import Wiring

HOST: Final = "shop.example"


@dataclass
class Scene:
    """One run's stage: a gateway over a watched ledger, and the world outside."""

    weather: Weather
    rng: Random
    clock: VirtualClock
    world: World
    scheduler: Scheduler
    history: History
    ledger: WatchedLedger
    pages: list[str] = field(default_factory=list)
    """The addresses of pages that reached a caller: what payers can pay."""
    invocations: int = 0

    def __post_init__(self) -> None:
        """Open one gateway; every process of the run has the same."""
        doors = {name: self._door(name) for name in (WEAK, STRONG)}
        self.doors = list(doors.values())
        window_s = self.weather.settling_window_s
        accounts = {
            name: Account(name=name, provider=provider(name, window_s), handle=name, sender=door)
            for name, door in doors.items()
        }
        self.gateway = Gateway(
            Wiring(
                accounts=accounts,
                ledger=cast(Ledger, self.ledger),
                default_account=WEAK,
                return_hosts=frozenset({HOST}),
                now=self.clock,
            )
        )
        self._deaf = self.weather.deaf
        for event_type in EventType:
            self.gateway.on(event_type, self._hear)

    def ask(self, kind: str, key: str, owner: str, content: str, call: Callable[[], Any]) -> Any:
        """Let the acting one ask paycore for something, and note how it ends.

        Returns the result, or the error that paycore raised. `fail` is noted where the error says
        that no money can have moved, and the error of the ledger where nothing was answered.
        """
        self.invocations += 1
        number = self.invocations
        actor = self.scheduler.current
        if actor is not None:
            actor.doing = Cause(number, kind, key, owner)
        said = {"number": number, "kind": kind, "key": key, "owner": owner, "content": content}
        self.history.add("invoke", "asked", **said)
        try:
            result = call()
        except PaycoreError as error:
            mark: Mark = "info" if error.money_may_have_moved else "fail"
            self.history.add(mark, "answered", **said, result=type(error).__name__)
            return error
        shown = _shown(result)
        self.history.add("ok", "answered", **said, result=shown, **_sums(result))
        self._note_page(result)
        return result

    def calm(self) -> None:
        """Let nothing go wrong any more."""
        answers = self.weather.provider_answers
        self.ledger.weather = CALM
        self._deaf = 0.0
        for door in self.doors:
            door.weather = CALM if answers else replace(CALM, queries=self.weather.queries)

    def _hear(self, event: Event) -> None:
        """Take an event as the application does; what it is called is the same in every run."""
        self.scheduler.pause("callback")
        fails = self.rng.random() < self._deaf
        mark: Mark = "fail" if fails else "ok"
        self.history.add(mark, "heard", event=name_of(event), owner=event.owner)
        if fails:
            raise RuntimeError("the application failed")

    def _door(self, account: str) -> Door:
        return Door(
            account, self.world, self.scheduler, self.history, self.weather, self.rng, self._knows
        )

    def _knows(self, account: str, reference: str) -> bool:
        with self.scheduler.aside():
            found = self.ledger.inner.by_wire(account, reference, "")
        return found is not None and found.state is not State.NOT_SENT

    def _note_page(self, result: Any) -> None:
        action = result.next_action if isinstance(result, Payment) else None
        if isinstance(action, Redirect) and action.url not in self.pages:
            self.pages.append(action.url)
            account, reference = action.url.split("/")[-2:]
            self.history.add("info", "page shown", account=account, reference=reference)


def name_of(event: Event) -> str:
    """Return what an event is called in a history: its id, with words for the random part."""
    return event.id.replace(event.operation, f"{event.account} {event.facts['reference']}")


def _shown(result: Any) -> str:
    value = getattr(result, "status", None) or getattr(result, "state", None)
    return str(value.value) if value is not None else type(result).__name__


def _sums(result: Any) -> dict[str, int]:
    """Return what a payment says can still be given back, and what its operations say."""
    charge = result.captured if isinstance(result, Payment) else None
    if charge is None or charge.taken is None:
        return {}
    gone = sum(
        operation.amount.minor
        for operation in result.operations
        if operation.kind.gives_back
        and operation.charge == charge.id
        and (operation.state.is_open or operation.state is State.SUCCEEDED)
        and operation.amount
    )
    return {"refundable": result.refundable.minor, "left": charge.taken.minor - gone}
