"""What a ledger keeps of messages that came in, and of events that go out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from paycore.events import Event
from paycore.evolve import evolve
from paycore.plan import next_step
from paycore.report import Notification


class InboxState(str, Enum):
    """What became of a message that was kept."""

    VERIFIED = "verified"
    APPLIED = "applied"
    DUPLICATE = "duplicate"
    PARKED = "parked"
    QUARANTINED = "quarantined"
    DEAD = "dead"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will be made of it by itself."""
        return self not in (InboxState.VERIFIED, InboxState.PARKED)


@dataclass(frozen=True)
class InboxRow:
    """A verified message, kept before it was acknowledged."""

    id: str
    account: str
    digest: str
    """What makes it the same message, however often and in whatever bytes it comes."""
    notification: Notification
    received_at: datetime
    state: InboxState = InboxState.VERIFIED
    reason: str = ""
    copies: int = 1
    """How often it came."""
    failures: int = 0
    """How often applying it went wrong."""
    next_try_at: datetime | None = None
    """When it is to be applied next; None where nothing is planned."""


def marked(
    before: InboxRow, state: InboxState, reason: str, now: datetime, *, failed: bool
) -> InboxRow:
    """Return a message as it stands after a try, the next one planned from when it came."""
    after = evolve(before, state=state, reason=reason, failures=before.failures + failed)
    return evolve(after, next_try_at=None if state.is_finished else _next_try(after, now))


def _next_try(row: InboxRow, now: datetime) -> datetime | None:
    """Return when a waiting message is tried next: by the plan, and daily past it.

    One that is parked waits on untried then: its operation would find it.
    """
    came = min(row.received_at, now)  # a clock may have gone back meanwhile
    after_s = next_step(row.digest, (now - came).total_seconds())
    if after_s is not None:
        return came + timedelta(seconds=after_s)
    return None if row.state is InboxState.PARKED else now + timedelta(days=1)


def revived(before: InboxRow, now: datetime) -> InboxRow:
    """Return a message that is to be applied anew; one that was applied stays as it is."""
    if before.state in (InboxState.APPLIED, InboxState.DUPLICATE):
        return before
    return evolve(before, state=InboxState.VERIFIED, reason="", failures=0, next_try_at=now)


def retry_at(event: Event, now: datetime) -> datetime:
    """Return when an event is told again that did not reach everybody; daily past the plan."""
    happened = min(event.at, now)
    after_s = next_step(f"{event.owner} {event.type.value}", (now - happened).total_seconds())
    if after_s is None:
        return now + timedelta(days=1)
    return happened + timedelta(seconds=after_s)


class Inbox(Protocol):
    """The messages of providers: kept before they are acknowledged, each applied once."""

    def keep(
        self, account: str, digest: str, notification: Notification, now: datetime
    ) -> InboxRow:
        """Store a verified message, or count another copy of one that is there; return its row."""

    def mark(
        self, row: str, state: InboxState, reason: str, now: datetime, *, failed: bool = False
    ) -> None:
        """Note what became of a message, whether applying it went wrong, and plan the next try.

        One that is finished stays as it is.
        """

    def revive(self, row: str, now: datetime) -> InboxRow:
        """Take a message up anew that was not applied; return its row.

        Raises:
            LedgerError: there is no such message.
        """

    def message(self, row: str) -> InboxRow | None:
        """Return the kept message with this id."""

    def messages(
        self, *, state: InboxState | None = None, limit: int | None = None, after: str = ""
    ) -> tuple[InboxRow, ...]:
        """Return up to `limit` kept messages behind the one with the id `after`, oldest first."""

    def due_messages(
        self, now: datetime, limit: int | None, *, ahead: bool = False
    ) -> tuple[InboxRow, ...]:
        """Return the messages to try now, those that are due longest first.

        `ahead` of the plan, all that wait.
        """

    def messages_about(self, account: str, names: Collection[str]) -> tuple[InboxRow, ...]:
        """Return what was told under these references, ours and the provider's, oldest first."""

    def parked(self, account: str, reference: str) -> tuple[InboxRow, ...]:
        """Return the parked messages that speak about this reference, ours or the provider's."""


class Outbox(Protocol):
    """The events for applications: written with the change that they tell, told at least once."""

    def claim_events(
        self, now: datetime, limit: int, lease_s: float, owner: str | None = None
    ) -> tuple[Event, ...]:
        """Return events to tell now, of one owner or of all, and keep others from telling them.

        For each owner only the first that was not told: order is kept. Who does not say within
        `lease_s` what became of one leaves it to others.
        """

    def hold_event(self, event: Event, now: datetime, lease_s: float) -> bool:
        """Keep others from telling a claimed event for `lease_s` from now.

        False, and nothing is held, if it was told, or somebody claimed it since.
        """

    def event_told(self, event: Event, now: datetime) -> None:
        """Note that a claimed event reached everybody; nothing, if somebody claimed it since."""

    def event_failed(self, event: Event, now: datetime) -> None:
        """Note that a claimed event has to be told again, by the plan.

        Nothing, if it was told, or somebody claimed it since.
        """

    def events_of(self, owner: str) -> tuple[Event, ...]:
        """Return every event of one payment or token, oldest first, told and untold."""
