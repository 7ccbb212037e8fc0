"""R17, R9: the application hears of every change, in order, and fulfils each payment once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from paycore.testing.checks.ending import Ending, place

LATE: Final = "payment.late_success"
FULFILS: Final = frozenset({"payment.paid", LATE})
TWICE: Final = "payment.captured_twice"
REVIEW: Final = "review.needed"
_CHARGE: Final[Mapping[str, frozenset[str]]] = {
    "succeeded": FULFILS | {TWICE},
    "declined": frozenset({"payment.failed"}),
    "not_executed": frozenset({"payment.failed"}),
    "expired": frozenset({"payment.expired"}),
    "unknown": frozenset({"payment.unknown"}),
    "authorized": frozenset({"payment.authorized"}),
}
_ENDS: Final = {"not_executed": "failed", "declined": "failed"}


def told_at_least_once(ending: Ending) -> Iterator[str]:
    """R17: every change of a state has its event, and no event has none; each is told, in order."""
    yield from _unheard(ending)
    yield from _out_of_order(ending)
    yield from _unlike_the_changes(ending)
    yield from _reviewed_quietly(ending)


def fulfilled_once(ending: Ending) -> Iterator[str]:
    """R9: one success for a payment; whatever else takes its money is told as that, naming both."""
    fulfilled = Counter(told.owner for told in ending.outbox if told.type in FULFILS)
    twice = Counter(told.owner for told in ending.outbox if told.type == TWICE and told.other)
    taken = Counter(
        row.owner for row in ending.rows if row.kind == "charge" and row.state == "succeeded"
    )
    for owner, times in taken.items():
        if fulfilled[owner] != 1 or twice[owner] != times - 1:
            yield f"{owner} took money {times} times: {fulfilled[owner]} told, {twice[owner]} twice"


def _unheard(ending: Ending) -> Iterator[str]:
    written = {told.name for told in ending.outbox}
    heard = {event.facts["event"] for event in ending.history.told("heard") if event.mark == "ok"}
    tried = {event.facts["event"] for event in ending.history.told("heard")}
    for name in sorted(written - heard):
        yield f"{name} was never told"
    for name in sorted(tried - written):
        yield f"{name} was told, and is not written"


def _out_of_order(ending: Ending) -> Iterator[str]:
    first: dict[str, dict[str, None]] = {}
    for event in ending.history.told("heard"):
        if event.mark == "ok":
            first.setdefault(event.facts["owner"], {})[event.facts["event"]] = None
    for owner, names in first.items():
        written = [told.name for told in ending.outbox if told.owner == owner]
        if list(names) != [name for name in written if name in names]:
            yield f"{owner}: told in another order than it happened"


def _unlike_the_changes(ending: Ending) -> Iterator[str]:
    written = Counter((told.at, told.state) for told in ending.outbox if told.type != REVIEW)
    happened: Counter[tuple[tuple[str, str], str]] = Counter()
    silent = _no_news(ending)
    for event in ending.history.told("recorded"):
        facts = event.facts
        if facts["was"] != facts["state"] and _types(facts["kind"], facts["state"]):
            happened[place(event), facts["state"]] += 1
    for (at, state), times in (happened | written).items():
        fewer = (at in silent and state != "succeeded") or state == "not_sent"
        least = 0 if fewer else happened[at, state]
        if not least <= written[at, state] <= happened[at, state]:
            yield f"{at} became {state} {times} times, and {written[at, state]} events say so"
    for told in ending.outbox:
        if told.type != REVIEW and told.type not in _types(told.kind, told.state):
            yield f"{told.name} is told of what is {told.state}"


def _reviewed_quietly(ending: Ending) -> Iterator[str]:
    alarmed = {told.at for told in ending.outbox if told.type in (REVIEW, LATE, TWICE)}
    for row in ending.rows:
        if row.review and row.at not in alarmed:
            yield f"{row.at} needs a person, and nobody is told"


def _types(kind: str, state: str) -> frozenset[str]:
    if kind == "charge":
        return _CHARGE.get(state, frozenset())
    if (kind, state) == ("release", "not_sent"):
        return frozenset({"void.failed"})  # where its charge is over, which nothing else tells
    if state not in _CHARGE or (kind, state) == ("capture", "succeeded"):
        return frozenset()  # the charge tells that it was paid
    told = "void" if kind == "release" else kind
    return frozenset({f"{told}.{_ENDS.get(state, state)}"})


def _no_news(ending: Ending) -> set[tuple[str, str]]:
    """Return the charges whose failure is no news: superseded, released, or beside a success."""
    given_way = {place(event) for event in ending.history.told("superseded")}
    for event in ending.history.told("recorded"):
        if event.facts["kind"] == "release":
            given_way.add((event.facts["account"], event.facts["of"]))
    took = {row.owner for row in ending.rows if row.kind == "charge" and row.state == "succeeded"}
    return given_way | {row.at for row in ending.rows if row.owner in took and row.kind == "charge"}
