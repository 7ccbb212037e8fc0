"""Every operation, and every fault of the line: what is lost is UNKNOWN, and never sent again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from paycore.testing.conformance.checking import Check, Untried, promise, some
from paycore.testing.conformance.faults import FAULTS, faulty
from paycore.testing.conformance.line import PLAYS, SLOW, Line
from paycore.testing.conformance.outcome import Play, Replay, ended, proved
from paycore.testing.conformance.stage import Stage
from paycore.testing.conformance.talking import NO_CALLS
from paycore.wire.connection import Connection
from paycore.wire.talk import Reply
from paycore.wire.transport import Transport

TIMEOUT_S: Final = 1.0


def every_fault_proves_no_more_than_it_can(stage: Stage) -> None:
    """Twenty faults at every call of every operation: NOT_SENT, or UNKNOWN; nothing else."""
    for play in some(stage.plays, NO_CALLS):
        for at in range(len(play.calls)):
            for fault in FAULTS:
                send, _ = faulty(fault, at, play.replies)
                found = ended(stage.provider, stage.handle, play, send)
                what = f"{play.label}: {fault.name} at call {at + 1} is read as {found.value}"
                promise(found is proved(play, at, fault.state), what)


def every_fault_holds_over_http(stage: Stage) -> None:
    """The faults of an answer, on a real line and through the real transport, are UNKNOWN."""
    for play in some(_one_of_each(stage), NO_CALLS):
        for fault in PLAYS:
            if fault not in SLOW or play.hook == "charge":
                _strike(stage, play, fault)


def nothing_is_sent_again(stage: Stage) -> None:
    """After an answer that says nothing, whatever moves money makes no further call."""
    for play in some([p for p in stage.plays if p.moves], NO_CALLS):
        for at, good in enumerate(play.replies):
            for name, odd in _nothing_said(good):
                replay = Replay((*play.replies[:at], odd))
                ended(stage.provider, stage.handle, play, replay)
                again = f"{play.label}: {name}, and {len(replay.calls) - at - 1} more calls"
                promise(len(replay.calls) <= at + 1, again)


def _nothing_said(good: Reply) -> Iterator[tuple[str, Reply]]:
    """Yield answers of which nobody can tell what happened."""
    yield "not_json", FAULTS[-1].strike(good)
    yield "half an answer", replace(good, body=good.body[: len(good.body) // 2])
    for status in (200, 400, 429):
        for body in (b"", b"{}", b"<html>"):
            yield f"{status} with {body!r}", Reply(status, body)


def _one_of_each(stage: Stage) -> list[Play]:
    return list({(play.hook, play.kind): play for play in stage.plays}.values())


def _strike(stage: Stage, play: Play, fault: str) -> None:
    """Let the first call of a talk meet a fault, carried as calls are in real life."""
    with Line(fault, play.replies[0].body) as line:
        own = {**stage.settings, "base_url": line.base_url, "mode": "sandbox"}
        try:
            handle = stage.provider.open_account(own)
        except Exception as error:
            raise Untried(f"it cannot be sent to another address: {error}") from None
        transport = Transport(Connection(line.base_url, sandbox=True, timeout_s=TIMEOUT_S))
        try:
            found = ended(stage.provider, handle, play, transport.send)
        finally:
            transport.close()
        if not line.requests:
            raise Untried("its calls do not leave; see calls_go_to_their_provider_only")
        what = f"{play.label}: {fault} over HTTP is read as {found.value}"
        promise(found is proved(play, 0), what)


CHECKS: Final[tuple[Check, ...]] = (
    every_fault_proves_no_more_than_it_can,
    every_fault_holds_over_http,
    nothing_is_sent_again,
)
