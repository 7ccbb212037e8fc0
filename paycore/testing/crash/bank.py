"""The provider behind a killed process: the naive simulated world, behind real HTTP.

It lives in the parent, so that its effects outlive whoever asked for them.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from random import Random
from types import TracebackType
from typing import Any, Self

from paycore.serving import Asked, Said, Serving
from paycore.testing.clock import VirtualClock
from paycore.testing.world import Letter, Order, World


class _Slow(Random):
    """Settles a month later: what a kill kept from being voided can still be voided then."""

    def choice(self, seq: Any) -> Any:
        return seq[-1] * 30


class Bank:
    """Executes whatever reaches it, repeats included; `world` says what really moved."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.world = World(_Slow(0), self.clock)
        self._lock = threading.Lock()
        self._serving = Serving(self._answered, name="bank")

    @property
    def url(self) -> str:
        """Where it listens, scheme and host; empty while it does not."""
        return self._serving.url

    def __enter__(self) -> Self:
        self._serving.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._serving.__exit__(kind, error, trace)

    def forget(self) -> None:
        """Begin anew, at the same time of day."""
        with self._lock:
            self.world = World(_Slow(0), self.clock)

    def pay(self, account: str, reference: str) -> None:
        """Let the payer act on a page; one that was paid takes nothing more."""
        with self._lock:
            self.world.pay(account, reference)

    def letters(self) -> list[Letter]:
        """Return the messages about payments that nobody has acknowledged."""
        with self._lock:
            return [
                letter
                for letter in self.world.letters
                if not letter.acknowledged and letter.fields["kind"] != "token"
            ]

    def invent(self, account: str, reference: str) -> None:
        """Write a message, once, about a payment that nobody asked for here, first of all."""
        with self._lock:
            letters = self.world.letters
            if all(letter.fields["reference"] != reference for letter in letters):
                order = Order(account, "charge", reference, 100, "CAD", state="paid")
                letters.insert(0, Letter(account, self.world.statement(order)))

    def _answered(self, asked: Asked) -> Said:
        answer = json.dumps(self.answer(asked.path, json.loads(asked.body))).encode()
        return Said(200, answer, {"Content-Type": "application/json"})

    def answer(self, path: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """Do what is asked at `/account/charge` and the like, and return the answer."""
        _, account, name = path.split("/")
        with self._lock:
            if name == "query":
                return self._asked(account, said["reference"])
            return self._ordered(account, name, said)

    def _asked(self, account: str, reference: str) -> dict[str, Any]:
        order = self.world.find(account, reference)
        return {"absent": True} if order is None else self.world.statement(order)

    def _ordered(self, account: str, name: str, said: Mapping[str, Any]) -> dict[str, Any]:
        order = Order(
            account,
            name,
            said["reference"],
            said.get("amount", 0),
            said.get("currency", ""),
            of=said.get("of", ""),
            page=bool(said.get("back")),
            hold=bool(said.get("hold")),
        )
        if refused := self.world.arrive(order):
            return {"refused": refused}
        if not order.page:
            self.world.decide(order, "paid")
        return self.world.statement(order)
