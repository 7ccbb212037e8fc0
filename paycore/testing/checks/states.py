"""R13, R14, R16, R20, R35, R48: states follow the truth, reach it, and stay there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from paycore.testing.checks.ending import FAILED, OPEN, Ending, Row, place


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
        elif row.state in OPEN and _could_be_known(ending, row):
            yield f"{row.at} is still {row.state}"


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
    """R48: whatever is open will be asked about again."""
    for row in ending.rows:
        if row.state in OPEN and not row.due:
            yield f"{row.at} is {row.state}, and nobody will ask"
