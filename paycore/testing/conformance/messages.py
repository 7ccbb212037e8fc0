"""Messages of the provider: the genuine are read, all others are rejected; no third thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from random import Random
from typing import Final

from paycore.report import Notification, Report, WebhookMessage
from paycore.states import FINAL, State
from paycore.testing.conformance import fuzz
from paycore.testing.conformance.checking import Check, promise, some
from paycore.testing.conformance.hearing import believed, can_hear, genuine, operation_of, read
from paycore.testing.conformance.stage import Stage


def genuine_messages_are_read(stage: Stage) -> None:
    """Genuine messages report something, if not each, and say how they want to be acknowledged."""
    told = 0
    for message in genuine(stage):
        heard = read(stage, message)
        promise(heard is not None, "a genuine message is rejected")
        if heard is not None:
            promise(type(heard.acknowledgement) is bytes, "its acknowledgement is not bytes")
        if heard is not None and (report := heard.report):
            promise(report.reference or report.provider_reference, "it names nothing")
            told += 1
    promise(told, "none is about anything that is kept")


def repeats_and_orders_converge(stage: Stage) -> None:
    """However often and in whatever order they come, messages say the same and end the same."""
    messages = genuine(stage)[:4]
    first = [read(stage, message) for message in messages]
    for order in permutations(range(len(messages))):
        for at in (*order, order[0]):
            again = read(stage, messages[at])
            promise(again == first[at], "a message says something else the next time")
    by_reference: dict[str, list[Report]] = {}
    for heard in first:
        if heard is not None and heard.report and heard.report.reference:
            by_reference.setdefault(heard.report.reference, []).append(heard.report)
    for reports in by_reference.values():
        ends = {_end(order) for order in permutations([*reports, reports[0]])}
        finals = {report.state for report in reports} & FINAL
        promise(len(ends) == 1 or len(finals) > 1, f"their order decides: {sorted(ends)}")


def forgeries_are_rejected(stage: Stage) -> None:
    """A message that somebody else signed, or that is about somebody else, is rejected."""
    for message in some(stage.forged, "the case has no forged messages"):
        promise(believed(stage, message) is None, "a forged message is believed")


def altered_messages_are_rejected(stage: Stage) -> None:
    """A genuine message with anything altered is rejected, or says just what it said before."""
    sent, rng = genuine(stage), Random(stage.case.seed)  # noqa: S311 - to be repeated
    known = {_meaning(read(stage, message)) for message in sent}
    for nth in range(stage.case.fuzz):
        message = fuzz.altered(rng, rng.choice(sent))
        heard = believed(stage, message)
        problem = f"altered message {nth} of seed {stage.case.seed} is believed"
        promise(heard is None or _meaning(heard) in known, problem)


def any_bytes_are_read_or_rejected(stage: Stage) -> None:
    """Whatever comes in: a `Notification` or `WebhookRejected`, and no third thing."""
    can_hear(stage)
    rng = Random(stage.case.seed + 1)  # noqa: S311 - to be repeated
    sent = stage.messages or (WebhookMessage("POST", {}, "", b"{}"),)
    for _ in range(stage.case.fuzz):
        like = rng.choice(sent)
        body = fuzz.noise(rng) if rng.random() < 0.7 else fuzz.damaged(rng, like.body)
        headers = fuzz.odd_headers(rng, dict(like.headers))
        read(stage, replace(like, body=body, headers=headers))


def _meaning(heard: Notification | None) -> str:
    """Return all that a notification says, but for its evidence."""
    if heard is None:
        return ""
    return repr(replace(heard.report, raw={}) if heard.report else None)


def _end(reports: Sequence[Report]) -> str:
    holds = any(report.state is State.AUTHORIZED for report in reports)
    operation = operation_of(next((r for r in reports if r.amount), reports[0]), holds=holds)
    for report in reports:
        operation = operation.after(report)
    return operation.state.value


CHECKS: Final[tuple[Check, ...]] = (
    genuine_messages_are_read,
    repeats_and_orders_converge,
    forgeries_are_rejected,
    altered_messages_are_rejected,
    any_bytes_are_read_or_rejected,
)
