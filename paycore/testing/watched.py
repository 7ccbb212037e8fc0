"""A ledger under watch: each call is a yield point, may fail, and what it moved is noted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from random import Random
from typing import Any, TypeVar

from paycore.errors import LedgerError
from paycore.ledger.protocol import InboxRow, Intent, Ledger, Reserved, Source
from paycore.operation import Operation
from paycore.report import Notification, Report
from paycore.testing.history import History
from paycore.testing.scheduler import Scheduler
from paycore.testing.weather import Weather

T = TypeVar("T")


class WatchedLedger:
    """Stands before a ledger and keeps none of its promises itself."""

    def __init__(
        self,
        ledger: Ledger,
        scheduler: Scheduler,
        history: History,
        weather: Weather,
        rng: Random,
    ) -> None:
        self.inner = ledger
        """The ledger itself, for looking without touching; another one after a crash."""
        self.weather = weather
        self._scheduler = scheduler
        self._history = history
        self._rng = rng
        self._last: dict[str, Operation] = {}
        """Each operation as it was noted last."""

    def __getattr__(self, name: str) -> Any:
        """Return a method that reads, or `mark` and `claim_check`, as a yield point."""

        def late(*given: Any, **named: Any) -> Any:
            return getattr(self.inner, name)(*given, **named)  # there may be another by then

        return partial(self._guarded, name, late)

    def reopen(self, reopened: Callable[[Ledger], Ledger]) -> None:
        """Go on with what the ledger is after a process that used it died."""
        self._history.add("info", "crashed")
        self.inner = reopened(self.inner)

    def reserve(self, intent: Intent, now: datetime) -> Reserved:
        """Reserve, and note what was reserved."""

        def done() -> Reserved:
            reserved = self.inner.reserve(intent, now)
            if reserved.fresh:
                self._note("reserved", None, reserved.operation, now)
            return reserved

        reserved = self._guarded("reserve", done)
        self._scheduler.pause("reserved")
        return reserved

    def record(
        self,
        operation: str,
        report: Report,
        source: Source,
        now: datetime,
        fence: int | None = None,
    ) -> Operation:
        """Record, and note what moved."""

        def done() -> Operation:
            after = self.inner.record(operation, report, source, now, fence)
            before = self._last[operation]
            stale = fence not in (None, before.fence) and _said(after) != _said(before)
            self._note("recorded", before, after, now, source=source.value, stale=stale)
            return after

        return self._guarded("record", done)

    def supersede(self, operation: str, version: int, now: datetime) -> Operation:
        """Supersede, and note what gave way."""

        def done() -> Operation:
            after = self.inner.supersede(operation, version, now)
            self._note("superseded", self._last[operation], after, now)
            return after

        return self._guarded("supersede", done)

    def keep(
        self, account: str, digest: str, notification: Notification, now: datetime
    ) -> InboxRow:
        """Keep a message, and note that it is kept."""

        def done() -> InboxRow:
            row = self.inner.keep(account, digest, notification, now)
            self._history.add("info", "kept", account=account, copies=row.copies)
            return row

        return self._guarded("keep", done)

    def _guarded(self, name: str, call: Callable[..., T], *given: Any, **named: Any) -> T:
        self._scheduler.pause(name)
        drawn = self._rng.random()
        if drawn < self.weather.busy / 2:
            self._history.add("info", "busy", name=name)
            raise LedgerError("the ledger is busy")
        done = call(*given, **named)
        if drawn < self.weather.busy:
            self._history.add("info", "busy after its commit", name=name)
            raise LedgerError("the ledger lost its acknowledgement")
        return done

    def _note(
        self, what: str, before: Operation | None, after: Operation, now: datetime, **more: Any
    ) -> None:
        self._last[after.id] = after
        planned = after.next_check_at
        self._history.add(
            "info",
            what,
            kind=after.kind.value,
            key=after.key,
            owner=after.owner,
            account=after.account,
            reference=after.reference,
            minor=after.taken.minor if after.taken else 0,
            was=before.state.value if before else "",
            state=after.state.value,
            of=self._last[after.charge].reference if after.charge else "",
            review=after.review,
            method=after.method,
            age_s=(now - (after.sent_at or now)).total_seconds(),
            planned_s=(planned - now).total_seconds() if planned else None,
            **more,
        )


def _said(operation: Operation) -> tuple[object, ...]:
    """Return what a report can change; that it was asked about is none of it."""
    return operation.state, operation.review, operation.late, operation.provider_reference
