"""Messages by somebody who holds the key: nonsense, unlisted words, another order."""

from __future__ import annotations

from random import Random
from typing import Final

from paycore.states import FINAL, State
from paycore.testing.conformance import altering, fuzz
from paycore.testing.conformance.answers import DONE
from paycore.testing.conformance.checking import Check, promise, some
from paycore.testing.conformance.hearing import genuine, operation_of, read, sealed_by
from paycore.testing.conformance.stage import Stage


def signed_nonsense_is_read_or_rejected(stage: Stage) -> None:
    """Who holds the key and says nonsense gets no third thing either."""
    sealed = sealed_by(stage)
    rng = Random(stage.case.seed + 2)  # noqa: S311 - to be repeated
    for _ in range(stage.case.fuzz):
        read(stage, sealed(fuzz.altered(rng, rng.choice(genuine(stage))).body))
        read(stage, sealed(fuzz.noise(rng)))


def messages_with_unlisted_words_decide_nothing(stage: Stage) -> None:
    """A signed message whose status nobody listed is neither a success nor a decline."""
    sealed, tried = sealed_by(stage), 0
    for message in genuine(stage):
        for verdict in stage.case.verdicts:
            body = altering.altered(message.body, altering.unheard(verdict))
            heard = read(stage, sealed(body)) if body is not None else None
            tried += body is not None
            state = heard.report.state if heard is not None and heard.report else State.UNKNOWN
            decided = state in FINAL or state is State.AUTHORIZED
            promise(not decided, f"a message with an unlisted {verdict} decides")
    some(range(tried), "no message has a member that `verdicts` names")


def messages_say_what_they_are_about(stage: Stage) -> None:
    """A signed message about another amount, currency or reference fits ours no more."""
    sealed, tried = sealed_by(stage), 0
    for message in genuine(stage):
        heard = read(stage, message)
        if heard is None or heard.report is None or heard.report.state not in DONE:
            continue
        operation, report = operation_of(heard.report), heard.report
        changes = [altering.another_text(report.reference)] if report.reference else []
        if report.amount is not None:
            changes.append(altering.another_amount(report.amount))
            changes.append(altering.another_currency(report.amount.currency))
        for change in changes:
            body = altering.altered(message.body, change)
            other = read(stage, sealed(body)) if body is not None else None
            about = other.report if other is not None else None
            fits = about is not None and operation.after(about).state in DONE
            tried += body is not None
            promise(not fits, "a message about something else is taken for ours")
    some(range(tried), "no genuine message says of a success what it is about")


CHECKS: Final[tuple[Check, ...]] = (
    signed_nonsense_is_read_or_rejected,
    messages_with_unlisted_words_decide_nothing,
    messages_say_what_they_are_about,
)
