"""How one request to a provider went, and where an operation stands after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from paycore.dispatch import heard
from paycore.errors import InvalidRequest, NotSent, NotSupported
from paycore.operation import Operation
from paycore.provider import Provider
from paycore.report import NotFound, Report
from paycore.states import Kind, State
from paycore.wire.talk import Call, Reply, Send

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Play:
    """A request that was made of a healthy provider, what was said for it, and what came of it."""

    label: str
    hook: str
    kind: Kind
    request: Any = field(repr=False)
    calls: tuple[Call, ...] = field(repr=False)
    replies: tuple[Reply, ...] = field(repr=False)
    report: Report | NotFound | None
    problem: str = ""
    """Why there is no report; empty where there is one."""
    holds: bool = False
    """Whether it is about a charge that is held, and not taken before it is captured."""

    @property
    def moves(self) -> bool:
        """Whether it asks for something to be done, and not only what became of it."""
        return self.hook != "query"

    @property
    def state(self) -> State:
        """What the healthy provider said; UNKNOWN where it said nothing."""
        return self.report.state if isinstance(self.report, Report) else State.UNKNOWN


def operation_of(play: Play) -> Operation:
    """Return the operation that a request is about, as it stands while it is awaited."""
    request = play.request
    return Operation(
        id="1",
        kind=play.kind,
        owner="conformance",
        key="conformance",
        fingerprint="",
        account="conformance",
        reference=request.reference,
        method="",
        amount=getattr(request, "amount", None),
        state=State.SUBMITTING if play.moves else State.UNKNOWN,
        created_at=NOW,
        updated_at=NOW,
        provider_reference=getattr(request, "provider_reference", ""),
        hold_only=play.holds,
    )


def told(provider: Provider, handle: Any, play: Play, send: Send) -> Report:
    """Return what the core makes of one talk: a report, a decline, or UNKNOWN."""
    talk = provider.talk(play.hook, handle, play.request)
    return heard(operation_of(play), talk, send)


def ended(provider: Provider, handle: Any, play: Play, send: Send) -> State:
    """Return where the operation of `play` stands, once its talk was carried by `send`."""
    try:
        report = told(provider, handle, play, send)
    except (NotSent, InvalidRequest, NotSupported):
        return State.NOT_SENT
    return operation_of(play).after(report).state


def proved(play: Play, at: int, first: State = State.UNKNOWN) -> State:
    """Return what it proves that call number `at` of a talk failed, from 0 on.

    As long as no call was made that may move anything, nothing was moved; `first` is what the
    failure proves of the first one that may.
    """
    may_move = [call.moves for call in play.calls[: at + 1]]
    if play.moves and not any(may_move):
        return State.NOT_SENT
    return State.UNKNOWN if any(may_move[:-1]) or (at and not play.moves) else first


@dataclass
class Replay:
    """Says again what was answered before; the last answer goes on for ever."""

    replies: tuple[Reply, ...]
    calls: list[Call] = field(default_factory=list)

    def __call__(self, call: Call) -> Reply:
        """Note a call, and answer it."""
        self.calls.append(call)
        return self.replies[min(len(self.calls), len(self.replies)) - 1]
