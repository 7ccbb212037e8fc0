"""Judges how a run ended, promise by promise; knows nothing of the code under test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from paycore.testing.checks import events, messages, money, sending, states
from paycore.testing.checks.ending import Ending

Check = Callable[[Ending], Iterator[str]]


class Violation(NamedTuple):
    """A promise that was broken, and how."""

    promise: str
    problem: str


def _only_paycore_errors(ending: Ending) -> Iterator[str]:
    """Whatever is raised is one of paycore's own errors."""
    yield from ending.errors


def _both_told(ending: Ending) -> Iterator[str]:
    """R9: two charges of one payment are flagged for a person, and told to the application."""
    yield from sending.two_charges_are_told(ending)
    yield from events.fulfilled_once(ending)


CHECKS: Final[Mapping[str, Check]] = {
    "errors": _only_paycore_errors,
    "r01": sending.never_twice,
    "r02": sending.written_before_sent,
    "r03": sending.nothing_locked,
    "r04": sending.no_unproved_failure,
    "r06": sending.one_attempt_at_a_time,
    "r07": sending.one_meaning_for_a_key,
    "r08": sending.keys_are_kept,
    "r09": _both_told,
    "r11": messages.kept_before_acknowledged,
    "r12": messages.conserved,
    "r13": states.one_success,
    "r14": states.nothing_regresses,
    "r15": messages.none_waits_for_ever,
    "r16": states.truth_is_reached,
    "r17": events.told_at_least_once,
    "r20": states.no_false_success,
    "r32": money.never_over_refunded,
    "r33": money.reservations_are_kept,
    "r34": money.one_remedy,
    "r35": states.evidence_is_kept,
    "r39": sending.no_stale_writer,
    "r48": states.nothing_open_unseen,
}
"""One check for each promise; R47 and R52 are all of them in their own weather."""


def check(ending: Ending, promises: Iterable[str] = CHECKS) -> list[Violation]:
    """Return every promise of those that the run broke, each way once."""
    found = [Violation(name, problem) for name in promises for problem in CHECKS[name](ending)]
    return list(dict.fromkeys(found))
