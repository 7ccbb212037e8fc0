"""The table of states, and `advance()`, which follows it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final


class Kind(str, Enum):
    """What an operation is for."""

    CHARGE = "charge"
    CAPTURE = "capture"
    """Take what an authorized charge holds, in part or whole."""
    RELEASE = "release"
    """Give up what an authorized charge holds."""
    REFUND = "refund"
    VOID = "void"
    TOKEN = "token"

    @property
    def gives_back(self) -> bool:
        """Whether money goes back to the payer."""
        return self in (Kind.REFUND, Kind.VOID)

    @property
    def twin(self) -> Kind | None:
        """The kind that shares its keys: whoever voids cannot know whether that is a release."""
        return {Kind.VOID: Kind.RELEASE, Kind.RELEASE: Kind.VOID}.get(self)

    @property
    def ends_a_hold(self) -> bool:
        """Whether it decides what becomes of money that is only held."""
        return self in (Kind.CAPTURE, Kind.RELEASE)

    def is_like(self, other: Kind) -> bool:
        """Return whether both do the same to money, so that one may have done it for the other."""
        both_end = self.ends_a_hold and other.ends_a_hold
        return self is other or (self.gives_back and other.gives_back) or both_end


class State(str, Enum):
    """Where an operation stands."""

    RESERVED = "reserved"
    SUBMITTING = "submitting"
    PENDING = "pending"
    UNKNOWN = "unknown"
    AUTHORIZED = "authorized"
    """A charge: the provider holds the money, and nobody has taken it."""
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    NOT_EXECUTED = "not_executed"
    EXPIRED = "expired"
    NOT_SENT = "not_sent"

    @property
    def is_open(self) -> bool:
        """Whether the provider's last word is still to come."""
        return self in OPEN

    @property
    def is_final(self) -> bool:
        """Whether the provider has spoken its last word (a late success apart)."""
        return self in FINAL


class Step(Enum):
    """What a reported state means for the state we are in."""

    MOVES = "moves"
    OLD_NEWS = "old news"
    CONTRADICTS = "contradicts"


OPEN: Final = frozenset(
    {State.RESERVED, State.SUBMITTING, State.PENDING, State.UNKNOWN, State.AUTHORIZED}
)
FINAL: Final = frozenset({State.SUCCEEDED, State.DECLINED, State.NOT_EXECUTED, State.EXPIRED})
LATE: Final = frozenset({State.DECLINED, State.NOT_EXECUTED, State.EXPIRED})
"""The final states that a late success may still overturn, alarmed."""
REPORTABLE: Final = frozenset(
    {
        State.PENDING,
        State.UNKNOWN,
        State.AUTHORIZED,
        State.SUCCEEDED,
        State.DECLINED,
        State.EXPIRED,
    }
)
"""What a plugin may say; the other states are the core's own conclusions."""

FOLLOWS: Final[Mapping[State, frozenset[State]]] = {
    State.RESERVED: frozenset({State.SUBMITTING}),
    State.NOT_SENT: frozenset({State.SUBMITTING}),
    State.SUBMITTING: frozenset(
        {
            State.SUCCEEDED,
            State.PENDING,
            State.AUTHORIZED,
            State.DECLINED,
            State.EXPIRED,
            State.NOT_SENT,
            State.UNKNOWN,
        }
    ),
    State.UNKNOWN: frozenset(
        {
            State.PENDING,
            State.AUTHORIZED,
            State.SUCCEEDED,
            State.DECLINED,
            State.EXPIRED,
            State.NOT_EXECUTED,
        }
    ),
    State.PENDING: frozenset({State.AUTHORIZED, State.SUCCEEDED, State.DECLINED, State.EXPIRED}),
    State.AUTHORIZED: frozenset({State.SUCCEEDED, State.DECLINED, State.EXPIRED}),
    State.DECLINED: frozenset({State.SUCCEEDED}),  # late: by query only, and alarmed
    State.NOT_EXECUTED: frozenset({State.SUCCEEDED}),  # likewise
    State.EXPIRED: frozenset({State.SUCCEEDED}),  # likewise
    State.SUCCEEDED: frozenset(),
}


def advance(current: State, reported: State) -> Step:
    """Return what `reported` means for an operation in `current`.

    A repeat, or a state that ours could have followed, is old news; two different last words
    contradict each other, except that a success may follow the others late.
    """
    if reported is current:
        return Step.OLD_NEWS
    if reported in FOLLOWS[current]:
        return Step.MOVES
    if not reported.is_final and _leads_to(reported, current):
        return Step.OLD_NEWS
    return Step.CONTRADICTS


def _leads_to(earlier: State, later: State) -> bool:
    """Return whether the table has a way from `earlier` to `later`."""
    seen: set[State] = set()
    frontier = {earlier}
    while frontier:
        seen |= frontier
        frontier = {state for at in frontier for state in FOLLOWS[at]} - seen
    return later in seen
