"""R13, R14, R16, R20, R35, R48: states follow the truth, reach it, and stay there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from paycore.testing.checks.ending import FAILED, OPEN, Ending, Row, place

DAY_S: Final = 86_400.0
WEEK_S: Final = 7 * DAY_S
PLAN_S: Final = 1.2 * WEEK_S
"""After how long a person is told at the latest: the plan, and what its steps are spread by."""
SOON_S: Final = 120.0
"""Within which an outcome that is not known is asked about for the first time,"""
CALL_S: Final = 30.0
"""where its dispatcher knew that within the deadline of a call."""

_BEGUN: Final = frozenset(("submitting", state) for state in ("pending", "unknown"))


def one_success(ending: Ending) -> Iterator[str]:
    """R13: an operation succeeds once, however often it is told."""
    won = (e for e in ending.history.told("recorded") if e.facts["state"] == "succeeded")
    for at, times in Counter(place(e) for e in won if e.facts["was"] != "succeeded").items():
        if times > 1:
            yield f"{at} succeeded {times} times"


def nothing_regresses(ending: Ending) -> Iterator[str]:
    """R14: a last word stands; only a late success overturns another."""
    for event in ending.history.told("recorded"):
        was, state = event.facts["was"], event.facts["state"]
        if was == "succeeded" != state or (was in FAILED and state not in (was, "succeeded")):
            yield f"{place(event)} went from {was} to {state}"


def truth_is_reached(ending: Ending) -> Iterator[str]:
    """R16: in the end the ledger says what is true, or asks for a person."""
    for row in ending.rows:
        if row.state == "succeeded" or row.review:
            continue
        if ending.moved(row.at):
            yield f"{row.at} is {row.state}, and its money moved"
        elif row.state in FAILED and _holds(ending, row):
            yield f"{row.at} is {row.state}, and its money is held"
        elif row.state in OPEN and _could_be_known(ending, row) and not _is_held(ending, row):
            yield f"{row.at} is still {row.state}"
    yield from _asked_late(ending)


def _asked_late(ending: Ending) -> Iterator[str]:
    """Yield what was answered at once as open, and is not planned to be asked about soon."""
    if any(True for _ in ending.history.told("clock stepped")):
        return  # the plan is made by a clock that lied
    for event in ending.history.told("recorded"):
        facts = event.facts
        if (facts["was"], facts["state"]) in _BEGUN and facts["age_s"] <= CALL_S:
            waits_s = facts["planned_s"]
            if waits_s is None or facts["age_s"] + waits_s > SOON_S:
                yield f"{place(event)} is {facts['state']}, and asked about in {waits_s} s only"


def _is_held(ending: Ending, row: Row) -> bool:
    return row.state == "authorized" and _holds(ending, row)


def _holds(ending: Ending, row: Row) -> bool:
    order = ending.orders.get(row.at)
    return order is not None and order.state == "held"


def _could_be_known(ending: Ending, row: Row) -> bool:
    order = ending.orders.get(row.at)
    return order is not None or row.state != "unknown" or ending.proves_absence(row)


def no_false_success(ending: Ending) -> Iterator[str]:
    """R20, R24: what the ledger calls a success moved as much money, before it was called so."""
    for event in ending.history.told("recorded"):
        if event.facts["state"] != "succeeded" or event.facts["was"] == "succeeded":
            continue
        if ending.moved(place(event), event.stamp.at_s) < event.facts["minor"]:
            yield f"{place(event)} succeeded, and nothing moved"


def evidence_is_kept(ending: Ending) -> Iterator[str]:
    """R35: each report that was recorded left its evidence."""
    told = Counter(place(event) for event in ending.history.told("recorded"))
    for row in ending.rows:
        if row.evidence != told[row.at]:
            yield f"{row.at}: {told[row.at]} reports, {row.evidence} pieces of evidence"


def nothing_open_unseen(ending: Ending) -> Iterator[str]:
    """R48: whatever is open will be asked about again, and past its plan a person is told."""
    for row in ending.rows:
        if row.state not in OPEN:
            continue
        is_young = row.age_s < WEEK_S - 2 * DAY_S
        if row.planned_s is None or row.planned_s > (2 * DAY_S if is_young else WEEK_S):
            yield f"{row.at} is {row.state}, and nobody will ask"
        if row.age_s > PLAN_S + DAY_S and not row.review and row.state != "authorized":
            yield f"{row.at} is {row.state} past its plan, and nobody is told"
