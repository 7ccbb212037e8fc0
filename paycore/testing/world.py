"""The provider behind a simulated run: naive on purpose, and its effects are what is true.

It executes whatever reaches it, repeats included, so that what paycore sends twice moves twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from paycore.testing.clock import VirtualClock

PAGE_LIFETIME_S: Final = 3600
LATEST_S: Final = 600
"""How late an effect may come after its call."""
URL: Final = "https://world.example"


@dataclass(frozen=True)
class Cause:
    """What a caller asked for when something moved."""

    invocation: int
    kind: str
    key: str
    owner: str


@dataclass(frozen=True)
class Effect:
    """Money that really moved."""

    kind: str
    account: str
    reference: str
    minor: int
    of: str
    cause: Cause | None
    at_s: float


@dataclass
class Order:
    """What the provider knows of one reference."""

    account: str
    kind: str
    reference: str
    minor: int
    currency: str
    of: str = ""
    page: bool = False
    state: str = "waiting"
    """`waiting` (for the payer or the bank), `held`, `released`, `paid` or `refused`."""
    cause: Cause | None = None
    opened_at: float = 0.0
    settles_at: float = 0.0
    back: str = ""
    """Where the payer's browser is sent back to."""
    hold: bool = False
    """Whether the money is only to be held, until it is captured."""


@dataclass
class Letter:
    """A message that the provider wants to deliver."""

    account: str
    fields: Mapping[str, Any]
    tries: int = 0
    acknowledged: int = 0


@dataclass
class World:
    """All accounts at the provider, their orders, and what moved."""

    rng: Random
    clock: VirtualClock
    effects: list[Effect] = field(default_factory=list)
    orders: dict[tuple[str, str], Order] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    early_refunds: bool = True
    """Whether a charge can be refunded before it settles."""
    _flying: list[tuple[float, Order, str]] = field(default_factory=list)

    def find(self, account: str, reference: str) -> Order | None:
        """Return what is known of a reference by now."""
        self.catch_up()
        return self.orders.get((account, reference))

    def arrive(self, order: Order) -> str:
        """Take an order in; return why it is refused, or nothing."""
        self.catch_up()
        charge = self.orders.get((order.account, order.of))
        held = charge is not None and charge.state == "held"
        settled = charge is not None and not held and charge.settles_at <= self.clock.elapsed
        if order.kind == "capture" and (charge is None or charge.state == "released"):
            return "released"
        if order.kind == "void" and settled:
            return "settled"
        if order.kind == "refund" and not settled and not self.early_refunds:
            return "unsettled"
        self._file(order)
        return ""

    def later(self, order: Order, state: str) -> None:
        """Take an order in some time after its call, or decide it then."""
        due = self.clock.elapsed + self.rng.uniform(5, LATEST_S)
        self._flying.append((due, order, state))

    def catch_up(self) -> None:
        """Let happen what is due by now."""
        now = self.clock.elapsed
        due = [each for each in self._flying if each[0] <= now]
        self._flying = [each for each in self._flying if each[0] > now]
        for _, order, state in due:
            if not self.orders.get((order.account, order.reference)):
                self._file(order)
            self.decide(order, state)

    def decide(self, order: Order, state: str) -> None:
        """Say what becomes of an order that waits; a repeat of one that is paid pays again."""
        state = self._meant(order, state)
        if state == "paid":
            self._execute(order)
        order.state = state
        self.letters.append(Letter(order.account, self.statement(order)))

    def pay(self, account: str, reference: str) -> None:
        """Let the payer pay a page; one that was paid takes nothing more."""
        order = self.find(account, reference)
        if order is not None and order.state == "waiting":
            self.decide(order, "paid")

    def moved(self, account: str, reference: str) -> int:
        """Return how many minor units moved under a reference."""
        at = account, reference
        return sum(e.minor for e in self.effects if (e.account, e.reference) == at)

    def statement(self, order: Order) -> dict[str, Any]:
        """Return what the provider says of an order."""
        said: dict[str, Any] = {"kind": order.kind, "reference": order.reference}
        said |= {"amount": order.minor, "currency": order.currency, "status": order.state}
        said["theirs"] = f"W-{order.account}-{order.reference}"
        if order.page and order.state == "waiting":
            said["url"] = f"{URL}/pay/{order.account}/{order.reference}"
        return said

    def left(self, order: Order) -> int:
        """Return what is left to give back of a charge."""
        mine = (o for o in self.orders.values() if o.account == order.account)
        given = [o for o in mine if o.of == order.reference and o.state == "paid"]
        voided = any(o.kind == "void" for o in given)
        return 0 if voided else order.minor - sum(o.minor for o in given)

    def _meant(self, order: Order, state: str) -> str:
        """Return what a decision comes to: a hold takes nothing, and what is given up is gone."""
        charge = self.orders.get((order.account, order.of))
        if state == "paid" and order.hold and order.kind == "charge":
            return "held"
        gone = order.kind == "capture" and charge is not None and charge.state == "released"
        return "refused" if gone else state

    def _file(self, order: Order) -> None:
        order.opened_at = self.clock.elapsed
        self.orders[order.account, order.reference] = order

    def _execute(self, order: Order) -> None:
        charge = self.orders.get((order.account, order.of))
        if order.kind == "void" and charge is not None and charge.state == "held":
            charge.state = "released"
            self._note("release", order, order)
            return
        self._note(order.kind, order, order)
        if order.kind == "capture" and charge is not None:
            charge.state, charge.minor, charge.settles_at = "paid", order.minor, order.settles_at
            self._note("charge", charge, order)

    def _note(self, kind: str, moved: Order, by: Order) -> None:
        """Note what moved, and what moved it."""
        now = self.clock.elapsed
        if moved is by:
            by.settles_at = now + self.rng.choice((60, 3600, 86_400))
        what = (kind, moved.account, moved.reference, moved.minor, moved.of)
        self.effects.append(Effect(*what, by.cause, now))
