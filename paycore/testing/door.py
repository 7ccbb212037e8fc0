"""The way to the simulated provider: each call is a yield point on both ends, and may go wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from paycore.errors import NotSent, OutcomeUnknown
from paycore.testing.history import History
from paycore.testing.scheduler import Scheduler
from paycore.testing.weather import Fault, Weather
from paycore.testing.world import Cause, Order, World
from paycore.wire.guard import in_transaction
from paycore.wire.talk import Call, Reply


class Door:
    """Carries the calls of one account, as `paycore.account.Sender`."""

    def __init__(
        self,
        account: str,
        world: World,
        scheduler: Scheduler,
        history: History,
        weather: Weather,
        rng: Random,
        knows: Callable[[str, str], bool],
    ) -> None:
        """Stand between the core and the world.

        Args:
            account: Whose calls these are.
            world: What is behind it.
            scheduler: Told of each yield point.
            history: Told of each call.
            weather: What may go wrong; can be changed later.
            rng: Decides what does.
            knows: Whether the ledger knows a reference as being sent, read past every fault.
        """
        self.weather = weather
        self._account = account
        self._world = world
        self._scheduler = scheduler
        self._history = history
        self._rng = rng
        self._knows = knows

    def send(self, call: Call) -> Reply:
        """Carry a call through the weather."""
        said = dict(call.payload)
        asking = call.name == "query"
        # Nobody can help a process that is held up between its last look and its first byte.
        self._scheduler.pause("send", may_stall=False)
        fault = self.weather.asking(self._rng) if asking else self.weather.sending(self._rng)
        self._history.add(
            "invoke",
            "call",
            name=call.name,
            account=self._account,
            reference=said["reference"],
            fault=fault.value,
            locked=in_transaction.get(),
            known=asking or self._knows(self._account, said["reference"]),
        )
        if fault is Fault.NOT_SENT:
            raise NotSent("the provider is out of reach")
        fields = self._asked(said, fault) if asking else self._ordered(call.name, said, fault)
        self._scheduler.sleep(self._rng.choice((0.1, 1.0, 20.0)))
        return self._answered(fields, fault)

    def close(self) -> None:
        """Nothing is held."""

    def _asked(self, said: Mapping[str, Any], fault: Fault) -> dict[str, Any]:
        order = self._world.find(self._account, said["reference"])
        if order is None:
            return {"absent": True}
        fields = self._world.statement(order)
        if order.kind == "charge" and order.state == "paid":
            fields["refundable"] = self._world.left(order)
        if fault is Fault.NONE:
            self._tell(order.reference, order.state)
        return fields

    def _ordered(self, name: str, said: Mapping[str, Any], fault: Fault) -> dict[str, Any]:
        world, order = self._world, self._order(name, said)
        if fault is Fault.LOST_BEFORE:
            return {}
        if fault is Fault.REFUSED:
            return self._refusal(order, "busy")
        if fault is Fault.LATE:
            world.later(order, "waiting" if order.page else "paid")
            return {}
        if refused := world.arrive(order):
            return self._refusal(order, refused)
        if fault is Fault.DECLINED:
            world.decide(order, "refused")
        elif fault is Fault.UNDECIDED and not order.page:
            world.later(order, self._rng.choice(("paid", "paid", "refused")))
        elif not order.page:
            world.decide(order, "paid")
        self._tell(order.reference, order.state)
        return world.statement(order)

    def _order(self, name: str, said: Mapping[str, Any]) -> Order:
        actor = self._scheduler.current
        cause = actor.doing if actor and isinstance(actor.doing, Cause) else None
        back = said.get("back", "")
        return Order(
            self._account,
            name,
            said["reference"],
            said["amount"],
            said["currency"],
            of=said.get("of", ""),
            page=bool(back),
            back=back,
            cause=cause,
            hold=bool(said.get("hold")),
        )

    def _refusal(self, order: Order, code: str) -> dict[str, Any]:
        self._tell(order.reference, "refused")
        return {"refused": code}

    def _tell(self, reference: str, state: str) -> None:
        self._history.add("info", "told", account=self._account, reference=reference, state=state)

    def _answered(self, fields: dict[str, Any], fault: Fault) -> Reply:
        if fault in (Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.LATE):
            raise OutcomeUnknown("no answer came")
        if fault is Fault.GARBAGE:
            return Reply(200, b"<html>Gateway")
        if "status" not in fields:
            return Reply(200, json.dumps(fields).encode())
        if fault is Fault.WRONG_AMOUNT:
            fields["amount"] += 1
        if fault is Fault.WRONG_REFERENCE:
            fields["reference"] += "x"
        if fault is Fault.UNLISTED:
            fields["status"] = "odd"
        if fault is Fault.PLUGIN_BUG:
            del fields["theirs"]
        return Reply(200, json.dumps(fields).encode())
