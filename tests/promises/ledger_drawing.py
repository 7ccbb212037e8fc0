"""What random calls on a ledger have in common: names, times and reports, drawn by number."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from paycore.ledger.protocol import Ledger
from paycore.methods import Redirect
from paycore.operation import Operation
from paycore.report import Decline, Instrument, Report
from paycore.states import REPORTABLE, Kind, State
from paycore.testing.ledgers.scene import NOW, cad

OWNERS = ("o-1", "o-1", "o-2", "a name that is too long")
TOKENS = ("t-1", "t-2")
NAMES = OWNERS + TOKENS
ACCOUNTS = ("a", "b")
_ODD: tuple[dict[str, Any], ...] = (
    {"reference": None},
    {"reference": "x"},
    {"amount": cad(7)},
    {"amount": None},
    {"kind": Kind.REFUND},
    {"provider_reference": "T-1"},
    {"refundable": cad(0)},
)
"""What a report says otherwise than it should."""


class Drawing:
    """One sequence of draws, and what came of the calls so far."""

    def __init__(self, ledger: Ledger, seed: int) -> None:
        self._ledger = ledger
        self._seed = seed
        self._chance = Random(seed)
        self._pick = self._chance.choice
        self._now = NOW
        self._operations: list[Operation] = []
        self._messages: list[Any] = []
        self._events: list[Any] = []
        self._purged = 0

    def _report(self, operation: Operation) -> Report:
        state = self._pick((State.SUCCEEDED, State.PENDING, *sorted(REPORTABLE)))
        page = Redirect("https://pay.example/?ż") if operation.method == "hosted_page" else None
        agrees = Report(
            operation.reference,
            state,
            amount=operation.amount,
            provider_reference=f"T-{operation.reference}",
            next_action=page if state is State.PENDING else None,
            instrument=self._pick((None, Instrument("4242********4242", "visa", "1230"))),
            decline=Decline(provider_code="51") if state is State.DECLINED else None,
            token=self._pick(("", "card-7")),
            raw=self._pick(({}, {"status": 2, "odd": ["ż\0", None, {"deep": True}]})),
        )
        return replace(agrees, **self._pick((*({},) * 12, *_ODD)))

    def reserve(self) -> object:
        """Have one operation more, or be refused."""
        raise LookupError

    def _operation(self) -> Operation:
        """Return one that is or was in the ledger, as it was then or as it stands."""
        if not self._operations:
            self.reserve()
        known = self._pick(self._operations)
        return self._pick((known, self._ledger.operation(known.id)))

    def _message(self) -> str:
        return self._pick([row.id for row in self._messages] or ["nobody"])

    def _event(self) -> Any:
        if not self._events:
            raise LookupError
        return self._pick(self._events)
