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
from paycore.secret import bare, beginning
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
    moves: bool = True
    """Whether it may move anything; False of one that only asks, whatever becomes of it."""

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


class Noted:
    """A `Send` that notes what it was handed, before anything can become of it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.asked = False
        self.moved = False
        """Whether anything was handed over that may move something."""

    @property
    def only_asked(self) -> bool:
        """Whether something was handed over, and nothing that may move anything."""
        return self.asked and not self.moved

    def __call__(self, call: Call) -> Reply:
        """Send one call; what does not say that it only asks may move something."""
        self.asked, self.moved = True, self.moved or call.moves is not False
        return self._send(call)


def converse(talk: Talk[T], send: Send) -> T:
    """Carry every call of `talk` and return what it makes of the answers; always close it.

    Raises:
        InvalidRequest, NotSupported: the plugin refused before its first call.
        NotSent: nothing that moves anything left us: it provably left no byte, or there was none.
        ProviderRefused: the plugin read a refusal that surely moved nothing.
        OutcomeUnknown: anything else once such a call may have left, a plugin's own bug included.
    """
    noted = Noted(send)
    try:
        call = _first(talk)
        for _ in range(MAX_CALLS):
            call = _next(talk, _carried(noted, call))
        raise OutcomeUnknown(f"the talk went past {MAX_CALLS} calls")
    except _Done as done:
        result: T = done.value
        return result
    except OutcomeUnknown as lost:
        if not noted.only_asked:
            raise
        raise NotSent(f"a question came first, and it failed: {beginning(str(lost))}") from None
    except Exception:
        raise
    except BaseException as interrupt:  # the frames of a plugin that was interrupted hold keys
        raise bare(interrupt) from None
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


def _carried(noted: Noted, call: Call) -> Reply:
    """Send one call; that it left no byte proves something only while nothing before it moved."""
    moved = noted.moved
    if not isinstance(call, Call):
        raise (OutcomeUnknown if moved else NotSent)("the plugin yielded no Call")
    try:
        return noted(call)
    except NotSent:
        if not moved:
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
