"""R11, R12, R15: no message is lost, and each ends as something."""

from __future__ import annotations

from collections.abc import Iterator

from paycore.testing.checks.ending import Ending


def kept_before_acknowledged(ending: Ending) -> Iterator[str]:
    """R11: as many messages are kept as were acknowledged, or more."""
    acknowledged = sum(e.mark == "ok" for e in ending.history.told("message answered"))
    kept = sum(message.copies for message in ending.inbox)
    if acknowledged > kept:
        yield f"{acknowledged} messages were acknowledged, {kept} are kept"


def conserved(ending: Ending) -> Iterator[str]:
    """R12: every message that was kept is there, once, in one state and with a reason."""
    came = sum(1 for _ in ending.history.told("kept"))
    there = sum(message.copies for message in ending.inbox)
    if came != there:
        yield f"{came} messages came, {there} are there"
    for message in ending.inbox:
        if message.state != "applied" and not message.reason:
            yield f"a message about {message.reference} is {message.state} without a reason"


def none_waits_for_ever(ending: Ending) -> Iterator[str]:
    """R15: a message that came too early is applied once its operation is known."""
    known = {row.at for row in ending.rows}
    for message in ending.inbox:
        waits = message.state in ("parked", "verified")
        if waits and (message.account, message.reference) in known:
            yield f"a message about {message.reference} is still {message.state}"
