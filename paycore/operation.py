"""One operation, and what a report makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self

from paycore import reviews
from paycore.evolve import evolve
from paycore.methods import NextAction
from paycore.money import Money
from paycore.report import Decline, Instrument, Report
from paycore.states import LATE, Kind, State, Step, advance

_UNDONE: Final = frozenset({Kind.VOID, Kind.RELEASE})


@dataclass(frozen=True)
class Operation:
    """One thing asked of a provider: a charge attempt, what becomes of it, or a tokenization."""

    id: str
    kind: Kind
    owner: str
    """The reference of the payment it belongs to; a tokenization's own reference."""
    key: str
    fingerprint: str = field(repr=False)
    account: str
    reference: str
    """The wire reference: what the provider was told, unique in the ledger, never reused."""
    method: str
    """The name of the method of payment; for a charge or a tokenization only."""
    amount: Money | None
    """None for a tokenization only."""
    state: State
    created_at: datetime
    updated_at: datetime
    attempt: int = 1
    """Which attempt at its payment this is, from 1."""
    sends: int = 1
    """How often it was handed to the provider; above 1 only after NOT_SENT."""
    fence: int = 1
    """Grows with every dispatch; who holds an older one cannot write."""
    lease_until: datetime | None = None
    """Until when its dispatcher may still be at work."""
    sent_at: datetime | None = None
    """When it was last handed to the provider; what is timed is timed from here."""
    provider_reference: str = ""
    charge: str = ""
    """For a capture, a release, a refund or a void: the id of the charge operation."""
    next_action: NextAction | None = None
    instrument: Instrument | None = None
    decline: Decline | None = None
    token: str = ""
    """What the provider calls the stored card."""
    nonce: str = field(default="", repr=False)
    """What the payer's browser brings back; unguessable."""
    review: str = ""
    """Why a person should look at it; empty when nobody needs to."""
    late: bool = False
    """Whether it succeeded after it had been given up."""
    checks: int = 0
    """How often the provider was asked about it."""
    checked_at: datetime | None = None
    """When the provider was last asked about it."""
    next_check_at: datetime | None = None
    """When it is to be asked next; None where nothing is planned."""
    version: int = 1
    """Grows with every change; who settles it by hand says which one was looked at."""
    superseded: bool = False
    """Whether another page took the place of this one; it is watched all the same."""
    hold_only: bool = False
    """For a charge: whether the provider was asked to hold the money, and not to take it."""
    captured: Money | None = None
    """For a charge: what was taken, where that is less than was asked."""

    @property
    def taken(self) -> Money | None:
        """What a charge takes when it succeeds: its amount, or what was captured of it."""
        return self.captured or self.amount

    def after(self, report: Report) -> Self:
        """Return the operation as it stands after `report`, in whatever order reports come.

        A report about another reference, amount or currency, or one that denies what is final,
        moves nothing and raises the review flag (where the outcome was still awaited, it stays
        UNKNOWN).
        """
        if mismatch := self.mismatch(report):
            return self.disputed(mismatch)
        step = advance(self.state, report.state)
        if step is Step.CONTRADICTS:
            return self.disputed(f"{report.state.value} reported after {self.state.value}")
        moved = self._learned(report)
        if step is Step.OLD_NEWS:
            return moved
        late = self.state in LATE
        return evolve(
            moved,
            state=report.state,
            next_action=report.next_action if report.state is State.PENDING else None,
            decline=report.decline if report.state is State.DECLINED else None,
            captured=_part_of(self, report),
            late=self.late or late,
            review=f"{reviews.LATE}{self.state.value}" if late else self.review,
        )

    def mismatch(self, report: Report) -> str:
        """Return what in `report` is about something else than this operation; empty if nothing."""
        if report.kind is not None and not _same_kind(report.kind, self.kind):
            return f"a {report.kind.value} was reported for a {self.kind.value}"
        if report.reference is not None and report.reference != self.reference:
            return "another reference was reported"
        known, told = self.provider_reference, report.provider_reference
        if known and told and known != told:
            return "another provider reference was reported"
        if report.state is State.AUTHORIZED and not self.hold_only:
            return "held, though it was to be taken"
        if report.amount is not None and not self._may_be(report.amount, report.state):
            return "another amount or currency was reported"
        if report.state is State.SUCCEEDED:
            if report.reference is None and not (known and told):
                return "a success without a reference was reported"
            if report.amount is None and self.amount is not None:
                return "a success without an amount was reported"
        return ""

    def _may_be(self, amount: Money, state: State) -> bool:
        """Return whether a report in that state may name this amount: of a hold, any part of it."""
        if state is State.SUCCEEDED and self.state is State.SUCCEEDED:
            return amount == self.taken
        if state is State.SUCCEEDED and self.hold_only and self.amount is not None:
            return amount.currency == self.amount.currency and 0 < amount.minor <= self.amount.minor
        return amount == self.amount

    def _learned(self, report: Report) -> Self:
        """Return the operation with the facts of `report` that it did not have."""
        return evolve(
            self,
            provider_reference=self.provider_reference or report.provider_reference,
            instrument=self.instrument or report.instrument,
            decline=self.decline or (report.decline if self.state is State.DECLINED else None),
            token=self.token or report.token,
            next_action=self.next_action
            or (report.next_action if self.state is State.PENDING else None),
        )

    def is_free(self, now: datetime) -> bool:
        """Return whether no dispatcher can be at work on it any more."""
        busy = self.state in (State.RESERVED, State.SUBMITTING)
        return not busy or self.lease_until is None or self.lease_until <= now

    def disputed(self, reason: str) -> Self:
        """Return the operation with its review flag raised; no money state changes."""
        state = State.UNKNOWN if self.state is State.SUBMITTING else self.state
        return evolve(self, state=state, review=reviews.added(self.review, reason))


def _same_kind(told: Kind, ours: Kind) -> bool:
    """Some providers report a void as a refund, and few tell a release from a void."""
    return told is ours or (told.gives_back and ours.gives_back) or {told, ours} == _UNDONE


def _part_of(charge: Operation, report: Report) -> Money | None:
    """Return what was taken of a hold, where a report says so and it is less than was held."""
    part = charge.hold_only and report.state is State.SUCCEEDED and report.amount != charge.amount
    return report.amount if part else charge.captured
