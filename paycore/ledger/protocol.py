"""What a ledger promises; `paycore.ledger.memory` and the durable ones keep it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from paycore.ledger.mail import Inbox, InboxRow, InboxState, Outbox
from paycore.money import Money
from paycore.naming import Naming
from paycore.operation import Operation
from paycore.payment import Payment, PaymentStatus
from paycore.report import Report
from paycore.states import Kind, State

__all__ = [
    "Evidence",
    "InboxRow",
    "InboxState",
    "Intent",
    "Ledger",
    "Page",
    "Reserved",
    "Source",
]


class Source(str, Enum):
    """Where a report came from."""

    RESPONSE = "response"
    QUERY = "query"
    NOTIFICATION = "notification"
    CORE = "core"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Intent:
    """What is about to be asked of a provider; stored before the first byte leaves."""

    kind: Kind
    owner: str
    """The payment's reference; a tokenization's own."""
    key: str
    fingerprint: str
    account: str
    naming: Naming
    lease_s: float
    """How long its dispatcher may be at work before it is given up for dead."""
    amount: Money | None = None
    """None for a tokenization; else all that there is to capture, release or give back."""
    method: str = ""
    nonce: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    hold_only: bool = False
    """For a charge: whether the provider is asked to hold the money, and not to take it."""
    undoes: bool = False
    """Whether to undo the payment was asked for, in whatever way: its key undoes no other one."""


@dataclass(frozen=True)
class Reserved:
    """An operation that stands in the ledger, and whether the caller is the one to dispatch it."""

    operation: Operation
    fresh: bool
    """False: the key is known, nothing may be sent, and the stored result is the answer."""


@dataclass(frozen=True)
class Evidence:
    """One thing that was observed about an operation; never changed, never removed."""

    operation: str
    at: datetime
    source: Source
    reported: str
    """The reported state."""
    fields: Mapping[str, object]
    """What was said, scrubbed."""


@dataclass(frozen=True)
class Page:
    """Some payments, oldest first, and where the next page starts."""

    payments: tuple[Payment, ...]
    after: str
    """Pass it on to get the next page; empty on the last."""


class Ledger(Inbox, Outbox, Protocol):
    """A memory that several threads, and for durable ones several processes, share.

    Every method is one transaction; none calls out while it is open.
    """

    def reserve(self, intent: Intent, now: datetime) -> Reserved:
        """Store `intent` as an operation in SUBMITTING, or find the one that its key names.

        Refunds and voids reserve their money here. A known key in NOT_SENT is dispatched again,
        under the same wire reference, which nothing else in the ledger ever has: two accounts may
        be one merchant's.

        Raises:
            Conflict: the key was used for something else, or another operation stands in the way.
            InvalidRequest: nobody knows the payment, or the amount is more than can be given back.
        """

    def record(
        self,
        operation: str,
        report: Report,
        source: Source,
        now: datetime,
        fence: int | None = None,
    ) -> Operation:
        """Commit what `operation.after(report)` says, with the report as evidence; return it.

        A writer whose `fence` is no longer the operation's leaves its evidence and no more; one
        that is given up (SUBMITTING to UNKNOWN by the core) gets another fence. With a capture or
        a release that succeeds its charge is due.
        """

    def claim_check(
        self, operation: str, now: datetime, not_within_s: float, seen: int | None = None
    ) -> bool:
        """Note that the provider is about to be asked, and plan the next time.

        False, and nothing is noted, if it was asked within `not_within_s`; or since the caller,
        who saw so many `checks`, looked.
        """

    def supersede(self, operation: str, version: int, now: datetime) -> Operation:
        """Let another page take the place of this one, which stays in the plan; return it.

        Raises:
            Conflict: it is not at `version` any more, or no page that nobody paid yet.
        """

    def settle(
        self, operation: str, state: State, reason: str, version: int, now: datetime
    ) -> Operation:
        """Commit what a person found out, with the reason as evidence; return the operation.

        Its review flag is taken down.

        Raises:
            Conflict: it is not at `version` any more, its dispatcher may be at work, or its state
                cannot become `state`.
        """

    def operation(self, operation: str) -> Operation:
        """Return the operation with this id."""

    def operations(self, owner: str, kind: Kind) -> tuple[Operation, ...]:
        """Return the operations of that kind of one payment (or token), oldest first."""

    def by_key(self, kind: Kind, key: str) -> Operation | None:
        """Return the operation that (kind, key) names."""

    def by_wire(
        self, account: str, reference: str | None, provider_reference: str
    ) -> Operation | None:
        """Return the operation that a provider calls so: by our reference, else by its own."""

    def by_nonce(self, nonce: str) -> Operation | None:
        """Return the operation whose payer carries `nonce`."""

    def payment(self, reference: str) -> Payment | None:
        """Return the payment with this reference."""

    def payments(
        self, *, status: PaymentStatus | None, account: str | None, limit: int, after: str
    ) -> Page:
        """Return up to `limit` payments after the place `after`, oldest first."""

    def due(self, now: datetime, limit: int | None, *, ahead: bool = False) -> Sequence[Operation]:
        """Return the operations to ask about now, those that are due longest first.

        `ahead` of the plan, all that is in it. Never one whose dispatcher may be at work.
        """

    def listed(
        self, *, state: State | None = None, review: bool = False, limit: int, after: str = ""
    ) -> tuple[Operation, ...]:
        """Return up to `limit` operations behind the one with the id `after`, oldest first.

        Those in `state`, and those only that need review, where that is asked for.
        """

    def in_review(self) -> int:
        """Return how many operations a person should look at."""

    def evidence(self, operation: str) -> tuple[Evidence, ...]:
        """Return everything observed about an operation, in order."""

    def purge(self, before: datetime, limit: int) -> int:
        """Forget whom finished payments were about; return how many were purged, 0 when done.

        Those begun before `before`, with nothing open, planned or under review. What stays: keys,
        references, amounts, states, and that something was observed. One that is told of after
        that is purged again.

        Once less than `limit` are left, so are the messages that came before `before` under
        references that nobody knows.
        """

    def close(self) -> None:
        """Let go of whatever it holds; closing twice is fine."""
