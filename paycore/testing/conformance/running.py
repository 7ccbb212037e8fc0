"""Every check, and what a provider comes to under each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from paycore.errors import PaycoreError
from paycore.testing.conformance import (
    answers,
    breaking,
    contract,
    counting,
    driving,
    leaks,
    messages,
    purity,
    signed,
    talking,
)
from paycore.testing.conformance.case import Case
from paycore.testing.conformance.checking import Check, Untried
from paycore.testing.conformance.stage import Stage
from paycore.testing.quiet import quiet

CHECKS: Final[tuple[Check, ...]] = (
    *contract.CHECKS,
    *talking.CHECKS,
    *driving.CHECKS,
    *breaking.CHECKS,
    *answers.CHECKS,
    *counting.CHECKS,
    *messages.CHECKS,
    *signed.CHECKS,
    *leaks.CHECKS,
    *purity.CHECKS,
)
"""Every check, in the order of the report."""


class Verdict(str, Enum):
    """What a check says."""

    KEPT = "kept"
    BROKEN = "broken"
    UNTRIED = "untried"
    """Something that it needs is missing."""
    EXEMPT = "exempt"
    """The case says that this provider does not take it, and why."""


@dataclass(frozen=True)
class Result:
    """One promise, and whether it was kept."""

    check: str
    promise: str
    verdict: Verdict
    detail: str = ""


def judged(check: Check, case: Case) -> Result:
    """Return what one check says of a case; whatever a plugin does ends here."""
    name = check.__name__
    said = " ".join((check.__doc__ or "").split())
    if name in case.exempt:
        return Result(name, said, Verdict.EXEMPT, case.exempt[name])
    try:
        with Stage(case) as stage:
            _open(stage, check)
            if check is not leaks.nothing_secret_is_logged:
                with quiet():
                    check(stage)
            else:
                check(stage)
    except Untried as missing:
        return Result(name, said, Verdict.UNTRIED, str(missing))
    except AssertionError as broken:
        return Result(name, said, Verdict.BROKEN, str(broken))
    except Exception as error:
        told = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        return Result(name, said, Verdict.BROKEN, told)
    return Result(name, said, Verdict.KEPT)


def results(case: Case, only: tuple[str, ...] = ()) -> Iterator[Result]:
    """Yield what each check says of a case, or each of those that are named."""
    for check in CHECKS:
        if not only or check.__name__ in only:
            yield judged(check, case)


def checked(case: Case) -> Case:
    """Return a case whose exemptions name checks that there are.

    Raises:
        ValueError: one does not: a slip there would hide nothing, and look as if it did.
    """
    names = {check.__name__ for check in CHECKS}
    if odd := sorted(set(case.exempt) - names):
        raise ValueError(f"exempt: no check is called {odd[0]!r}")
    return case


def _open(stage: Stage, check: Check) -> None:
    """Open what can be opened; one reason is told by one check, and the others wait for it.

    Raises:
        Untried: another check says what is wrong.
    """
    try:
        bool(stage.handle)
        problems = [play.label for play in stage.tour if play.problem]
    except PaycoreError as error:
        if check is contract.plugin_keeps_the_contract:
            raise
        raise Untried(f"it cannot be opened: {error}") from None
    if problems and check not in contract.CHECKS:
        raise Untried(f"{problems[0]} does not work, see declared_is_done")
