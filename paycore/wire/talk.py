"""How a plugin speaks without a network: it yields a `Call` and is sent a `Reply`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from paycore.errors import (
    InvalidRequest,
    NotSent,
    NotSupported,
    OutcomeUnknown,
    ProviderRefused,
)
from paycore.wire.strict import JsonObject, parse_json

MAX_CALLS = 8
"""How many calls one talk may make."""


@dataclass(frozen=True)
class Call:
    """One HTTP request, as a value."""

    url: str
    payload: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What to say; encoded as `encoding` says, or into the query of a GET."""
    method: Literal["POST", "GET", "DELETE"] = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    encoding: Literal["json", "form"] = "json"
    timeout_s: float | None = None
    """A total deadline shorter than the account's, if the plugin wants one."""

    @property
    def name(self) -> str:
        """The last part of the path: what logs and listeners call it."""
        return self.url.partition("?")[0].rstrip("/").rpartition("/")[2]


@dataclass(frozen=True)
class Reply:
    """One HTTP answer of the 200s or 400s; all else is UNKNOWN before a plugin hears of it."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Names in lower case."""

    @property
    def json(self) -> JsonObject:
        """The body as one strictly parsed JSON object.

        Raises:
            OutcomeUnknown: it is anything else.
        """
        return parse_json(self.body)


T = TypeVar("T")
Talk = Generator[Call, Reply, T]
Send = Callable[[Call], Reply]


def converse(talk: Talk[T], send: Send) -> T:
    """Carry every call of `talk` and return what it makes of the answers; always close it.

    Raises:
        InvalidRequest, NotSupported: the plugin refused before its first call.
        NotSent: nothing left us: the first call provably left no byte, or there was none.
        ProviderRefused: the plugin read a refusal that surely moved nothing.
        OutcomeUnknown: anything else once a call may have left, a plugin's own bug included.
    """
    try:
        call = _first(talk)
        for answered in range(MAX_CALLS):
            call = _next(talk, _carried(send, call, answered))
        raise OutcomeUnknown(f"the talk went past {MAX_CALLS} calls")
    except _Done as done:
        result: T = done.value
        return result
    finally:
        _close(talk)


class _Done(Exception):
    """The talk returned."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _first(talk: Talk[T]) -> Call:
    try:
        return next(talk)
    except StopIteration as end:
        raise _Done(end.value) from None
    except (InvalidRequest, NotSupported, NotSent, ProviderRefused, OutcomeUnknown):
        raise
    except Exception as error:
        raise NotSent(f"the plugin failed before its first call: {type(error).__name__}") from None


def _next(talk: Talk[T], reply: Reply) -> Call:
    try:
        return talk.send(reply)
    except StopIteration as end:
        raise _Done(end.value) from None
    except (ProviderRefused, OutcomeUnknown):
        raise
    except Exception as error:
        raise OutcomeUnknown(f"the plugin failed on an answer: {type(error).__name__}") from None


def _carried(send: Send, call: Call, answered: int) -> Reply:
    """Send one call; that nothing left us proves something only while no call was answered."""
    if not isinstance(call, Call):
        raise (OutcomeUnknown if answered else NotSent)("the plugin yielded no Call")
    try:
        return send(call)
    except NotSent:
        if not answered:
            raise
        raise OutcomeUnknown("a later call of the talk could not be sent") from None
    except OutcomeUnknown:
        raise
    except Exception as error:
        raise OutcomeUnknown(f"the call was lost: {type(error).__name__}") from None


def _close(talk: Talk[T]) -> None:
    """Close the talk; what it does while closing changes nothing any more."""
    with suppress(Exception):
        talk.close()
