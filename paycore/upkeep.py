"""What a gateway does besides taking payments: what is due, who hears of it, and its end."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from paycore.errors import InvalidRequest
from paycore.events import Event, EventType
from paycore.reconcile import Reconciliation, reconcile
from paycore.verbs.deliver import deliver
from paycore.wiring import Wiring

if TYPE_CHECKING:
    from paycore.books import Books


class Upkeep:
    """The part of `paycore.Gateway` that keeps it going."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def reconcile(self, limit: int | None = None, *, ahead: bool = False) -> Reconciliation:
        """Do what is due, at most `limit` of each, and say how it went.

        Operations whose outcome is open are asked about by the plan (15 s after they were sent,
        1 min, 5 min, … daily for a week), kept messages are finished, events are told.

        Args:
            limit: How many of each at most; without it, all that is due.
            ahead: Ask about all that is open, due or not.
        """
        if limit is not None and (type(limit) is not int or limit < 1):
            raise InvalidRequest("limit: want 1 or more", field="limit")
        return reconcile(self._wiring, limit, ahead=ahead)

    def on(self, event_type: EventType | str, callback: Callable[[Event], object]) -> None:
        """Let `callback` hear every event of that type: at least once, in order for each payment.

        It runs in the thread and process that the event happens in, in whichever calls
        `reconcile` or `deliver`, or in a worker. One that raises hears the event again later.
        Register what hears before the first charge, in every process that is to tell events.

        Raises:
            InvalidRequest: there is no such event.
        """
        self._wiring.subscribers.add(event_type, callback)

    def deliver(self, limit: int = 1000) -> int:
        """Tell the callbacks up to `limit` events that are due; return how many were told."""
        if type(limit) is not int or limit < 1:
            raise InvalidRequest("limit: want 1 or more", field="limit")
        return deliver(self._wiring, limit)

    @property
    def books(self) -> Books:
        """What operators see and settle."""
        from paycore.books import Books  # an application that takes payments never needs it

        return Books(self._wiring)

    def close(self) -> None:
        """Let go of connections, listeners and the ledger; closing twice is fine."""
        for account in self._wiring.accounts.values():
            account.sender.close()
        self._wiring.listeners.close()
        self._wiring.ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
