"""Our books against the providers': every captured charge, asked about once more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from paycore.operation import Operation
from paycore.report import Report
from paycore.states import Kind, State
from paycore.verbs.ask import asked
from paycore.wiring import Wiring


@dataclass(frozen=True)
class Audited:
    """A captured charge, as it stands after its provider was asked what is left of it."""

    charge: Operation
    answered: bool
    """Whether the provider told anything about it; its silence confirms nothing."""

    @property
    def differs(self) -> bool:
        """Whether a person should look at it."""
        return bool(self.charge.review)


def audit(wiring: Wiring, operations: Iterator[Operation]) -> Iterator[Audited]:
    """Ask about every captured charge among `operations`, and yield each with what was found.

    What the provider says is recorded, as with any query: where its amount, currency or what is
    left to refund differs from ours, the review flag is raised and `review.needed` is told.
    """
    for operation in operations:
        if operation.kind is Kind.CHARGE and operation.state is State.SUCCEEDED:
            told = asked(wiring, operation)
            yield Audited(told.operation, isinstance(told.answer, Report))
