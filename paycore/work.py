"""Work that is due, and what runs it: the truth stays in the ledger, an engine only hurries."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar, Protocol


class WorkKind(str, Enum):
    """What there is to do."""

    MESSAGE = "message"
    """Apply the kept message with this id."""
    OPERATION = "operation"
    """Ask the provider about the operation with this id."""
    EVENTS = "events"
    """Tell the events of this payment or token, by its reference."""


@dataclass(frozen=True)
class Work:
    """One piece of work; doing it twice, or never, does no harm."""

    kind: WorkKind
    name: str
    at: datetime | None = None
    """When the plan wants it done; None: at once, whatever the plan says."""


Enqueue = Callable[[Any, Collection[Work]], None]
"""Takes the driver's connection of an open transaction, and the work that it makes due."""


class Engine(Protocol):
    """Who runs the work that is due, beside or instead of the process that made it."""

    name: ClassVar[str]
    """As the settings name it."""
    defers: ClassVar[bool]
    """Whether kept messages and events are left to a worker."""

    def check(self) -> None:
        """Refuse what it cannot run on.

        Raises:
            SettingsError: with what mends it.
        """

    def prepare(self) -> None:
        """Make what it needs in the ledger's database, or leave it as it is."""

    def enqueue(self, connection: Any, works: Collection[Work]) -> None:
        """Note work in the transaction that makes it due: committed with it, or not at all.

        Whatever it raises undoes that transaction; an error of the driver is raised as it is.
        """

    def run(
        self,
        do: Callable[[Work], None],
        sweep: Callable[[], bool],
        *,
        concurrency: int,
        sweep_s: float,
    ) -> None:
        """Work until SIGTERM or Ctrl-C, and finish what was begun.

        Args:
            do: Does one piece of work.
            sweep: Does a bounded amount of whatever is due; returns whether there may be more.
            concurrency: How many pieces are done at once.
            sweep_s: How often to sweep, in seconds.
        """
