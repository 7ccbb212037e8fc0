"""The checker asks every check, or those it is told to."""

from __future__ import annotations

from paycore.testing.checker import CHECKS, Violation, check
from tests.paycore.testing.scenes import ending, moved

BAD = ending(moved("succeeded", stale=True), moved("succeeded", "succeeded", stale=True))


def test_what_is_broken_is_told_once():
    """However often it happened."""
    found = check(BAD)

    assert {violation.promise for violation in found} == {"r17", "r20", "r39"}
    assert len(found) == 3


def test_one_promise_can_be_asked_alone():
    """The others are not looked at."""
    assert [*check(BAD, ["r39"])] == [
        Violation("r39", "('weak', 'o') was written by one that had been given up")
    ]


def test_an_error_of_nobody_s_is_a_violation():
    """Whatever is raised must be one of paycore's own."""
    assert check(ending(errors=("caller 1: KeyError: 'x'",))) == [
        Violation("errors", "caller 1: KeyError: 'x'")
    ]


def test_each_check_says_what_it_promises():
    """By its number."""
    for name, each in CHECKS.items():
        assert name == "errors" or f"R{int(name[1:])}" in each.__doc__
