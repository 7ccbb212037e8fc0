"""The twenty faults of a line: what each proves, and what a talk hears of it.

The transport answers for nineteen of them: it raises before a plugin could be misled. The last
reaches the plugin, as bytes that are nearly right. `line.py` plays those of an answer over HTTP.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from paycore.errors import NotSent, OutcomeUnknown
from paycore.states import State
from paycore.wire.talk import Call, Reply, Send

MARK: Final = b"<!-- served by cache-7 -->"
"""What follows the good answer in `not_json`."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong with a call."""

    name: str
    state: State
    """What it proves of the first call of a talk; of a later one it proves nothing."""
    heard: Callable[[Reply], Reply] | None = None
    """What the plugin hears in place of the good answer; None where it hears nothing."""

    def strike(self, good: Reply) -> Reply:
        """Answer as the transport would.

        Raises:
            NotSent, OutcomeUnknown: there is no answer.
        """
        if self.heard is not None:
            return self.heard(good)
        raise (NotSent if self.state is State.NOT_SENT else OutcomeUnknown)(self.name)


def _not_json(good: Reply) -> Reply:
    return replace(good, body=good.body + MARK)


_UNSENT: Final = (
    "name_lookup",
    "connection_refused",
    "connect_timeout",
    "tls_self_signed",
    "tls_wrong_name",
    "tls_expired",
    "tls_unknown_ca",
    "tls_old_version",
)
_LOST: Final = (
    "read_timeout",
    "reset_mid_request",
    "reset_after_request",
    "close_without_status",
    "truncated_body",
    "truncated_chunked",
    "dripping_body",
    "redirect_307",
    "error_502_html",
    "oversized_body",
    "gzip_bomb",
)
FAULTS: Final[tuple[Fault, ...]] = (
    *(Fault(name, State.NOT_SENT) for name in _UNSENT),
    *(Fault(name, State.UNKNOWN) for name in _LOST),
    Fault("not_json", State.UNKNOWN, _not_json),
)
"""The closed list of twenty."""


def faulty(fault: Fault, at: int, replies: tuple[Reply, ...]) -> tuple[Send, list[Call]]:
    """Return what carries a talk until call number `at` meets the fault, and the calls it saw."""
    calls: list[Call] = []

    def send(call: Call) -> Reply:
        calls.append(call)
        good = replies[min(len(calls), len(replies)) - 1]
        return fault.strike(good) if len(calls) > at else good

    return send, calls
