"""The checks as tests of pytest: one for each promise."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from paycore.testing.conformance.case import Case
from paycore.testing.conformance.checking import Check
from paycore.testing.conformance.running import CHECKS, Verdict, checked, judged


def conformance_tests(case: Case, *, strict: bool = False) -> Callable[[Check], None]:
    """Return a test for a module to hold, parametrized with every check.

    What the case is exempt from is skipped with its reason, and so is what it cannot be tried
    with; if `strict`, that fails: a check that is not tried proves nothing.
    """
    checked(case)

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    def test_conformance(check: Check) -> None:
        """The provider keeps this promise."""
        hold(case, check, strict=strict)

    return test_conformance


def hold(case: Case, check: Check, *, strict: bool = False) -> None:
    """Hold a case to one check; fail or skip as a test does."""
    __tracebackhide__ = True
    found = judged(check, case)
    failing = (Verdict.BROKEN, Verdict.UNTRIED) if strict else (Verdict.BROKEN,)
    if found.verdict in failing:
        pytest.fail(f"{found.promise}\n{found.check}: {found.detail}", pytrace=False)
    if found.verdict is not Verdict.KEPT:
        pytest.skip(f"{found.verdict.value}: {found.detail}")
