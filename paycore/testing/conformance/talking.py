"""How a plugin talks: to whom, in which words, and that it comes to an end."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from paycore.errors import PaycoreError
from paycore.testing.conformance.checking import Check, promise, some
from paycore.testing.conformance.outcome import Play, Replay, ended
from paycore.testing.conformance.stage import Stage
from paycore.wire.connection import origin_of
from paycore.wire.encoding import as_form, as_json
from paycore.wire.talk import MAX_CALLS, Call, Reply, Talk

NO_CALLS: Final = "it makes no calls"
TICK_S: Final = 1.01
"""How long to wait for whatever is timed to the second to differ."""
_OURS: Final = frozenset(
    {"host", "user-agent", "content-length", "transfer-encoding", "connection"}
)


def calls_go_to_their_provider_only(stage: Stage) -> None:
    """Every call goes to the account's own origin, sets no header of ours, and can be said."""
    home = origin_of(stage.settings["base_url"])
    for play in some(stage.plays, NO_CALLS):
        for call in play.calls:
            promise(origin_of(call.url) == home, f"{play.label}: a call leaves the provider")
            odd = _OURS.intersection(name.lower() for name in call.headers)
            promise(not odd, f"{play.label}: sets the header {min(odd, default='')}")
            said(call)


def reference_is_what_the_provider_is_told(stage: Stage) -> None:
    """Whatever moves money names our reference, letter by letter: a repeat can be recognised."""
    for play in some([p for p in stage.plays if p.moves], NO_CALLS):
        told = b"\n".join(said(call) for call in play.calls).decode("utf-8", "replace")
        promise(play.request.reference in told, f"{play.label}: says nothing of our reference")


def what_moves_is_said_to_move(stage: Stage) -> None:
    """Only look-ups say `moves=False`: not what ends a talk, nor what names its own reference."""
    for play in some([p for p in stage.plays if p.moves], NO_CALLS):
        promise(play.calls[-1].moves, f"{play.label}: its last call is said to move nothing")
        for at, call in enumerate(play.calls):
            ours = play.request.reference in said(call).decode("utf-8", "replace")
            why = f"{play.label}: call {at + 1} names our reference and is said to move nothing"
            promise(call.moves or not ours, why)


def longest_reference_is_taken(stage: Stage) -> None:
    """Every letter of the declared alphabet and the declared length can be said."""
    told = stage.description
    letters, length = sorted(told.reference_alphabet), min(told.reference_length, 255)
    for play in some([p for p in stage.plays if p.moves and p.hook != "void"], NO_CALLS):
        for at in range(0, len(letters), length):
            reference = "".join(letters[at : at + length]).ljust(length, letters[0])
            request = replace(play.request, reference=reference)
            try:
                call = _first(stage.provider.talk(play.hook, stage.handle, request))
            except (PaycoreError, StopIteration) as error:
                why = f"{play.label}: refuses a reference of {length} declared letters: {error}"
                raise AssertionError(why) from None
            promise(isinstance(call, Call), f"{play.label}: yields no call")


def same_request_makes_the_same_calls(stage: Stage) -> None:
    """Byte for byte, a moment later and on another handle: any driver may carry the talk."""
    plays = some(stage.plays, NO_CALLS)
    first = [_calls(stage, stage.handle, play) for play in plays]
    time.sleep(TICK_S)
    again = [_calls(stage, stage.handle, play) for play in plays]
    fresh = stage.provider.open_account(dict(stage.settings))
    other = [_calls(stage, fresh, play) for play in plays]

    for play, one, two, three in zip(plays, first, again, other, strict=True):
        promise(one == two, f"{play.label}: the same request makes other calls")
        promise(one == three, f"{play.label}: the same account, opened again, makes other calls")


def talks_come_to_an_end(stage: Stage) -> None:
    """However often the same is answered, a talk ends; closed half-way, it says nothing more."""
    for play in some(stage.plays, NO_CALLS):
        for replies in (play.replies, tuple(_waiting(reply) for reply in play.replies)):
            replay = Replay(replies)
            ended(stage.provider, stage.handle, play, replay)
            few = f"{play.label}: more than {MAX_CALLS} calls"
            promise(len(replay.calls) < MAX_CALLS or len(play.calls) == MAX_CALLS, few)
        talk = stage.provider.talk(play.hook, stage.handle, play.request)
        next(talk)
        try:
            talk.close()
        except Exception as error:
            raise AssertionError(f"{play.label}: closing ends in {error!r}") from None


def said(call: Call) -> bytes:
    """Return everything that a call says, as bytes.

    Raises:
        AssertionError: it holds what cannot be said exactly.
    """
    try:
        form = call.encoding == "form" or call.method != "POST"
        body = as_form(call.payload).encode() if form else as_json(call.payload)
    except (TypeError, ValueError):
        raise AssertionError(f"{call.name}: holds what cannot be said exactly") from None
    headers = "".join(f"{name.lower()}: {text}\n" for name, text in call.headers.items())
    return f"{call.method} {call.url}\n{headers}{call.encoding} {call.timeout_s}\n".encode() + body


def _first(talk: Talk[Any]) -> Call:
    """Return the first call of a talk that goes no further."""
    try:
        return next(talk)
    finally:
        with suppress(Exception):  # how it closes is another check's
            talk.close()


def _calls(stage: Stage, handle: Any, play: Play) -> list[bytes]:
    replay = Replay(play.replies)
    ended(stage.provider, handle, play, replay)
    return [said(call) for call in replay.calls]


def _waiting(reply: Reply) -> Reply:
    """Return an answer without anything in it: who polls would ask again, and again."""
    return replace(reply, body=b"{}")


CHECKS: Final[tuple[Check, ...]] = (
    calls_go_to_their_provider_only,
    reference_is_what_the_provider_is_told,
    what_moves_is_said_to_move,
    longest_reference_is_taken,
    same_request_makes_the_same_calls,
    talks_come_to_an_end,
)
