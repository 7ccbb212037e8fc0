"""R1 to R9: nothing is done twice, nothing is sent unseen, nothing is given up unproved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from paycore.testing.checks.ending import OPEN, Ending, place
from paycore.testing.history import Event

_HAS_MONEY = ("authorized", "succeeded")
_REFUSED = ("Conflict", "InvalidRequest", "NotSupported", "LedgerError")


def never_twice(ending: Ending) -> Iterator[str]:
    """R1: at most one effect for each kind and key, and one captured charge for a payment."""
    moved = Counter((e.kind, e.cause.key if e.cause else None) for e in ending.effects)
    for (kind, key), times in moved.items():
        if times > 1:
            yield f"{kind} with key {key} moved money {times} times"
    yield from two_charges_are_told(ending)


def two_charges_are_told(ending: Ending) -> Iterator[str]:
    """R9: a payment that was charged twice is flagged."""
    charges = (e for e in ending.effects if e.kind == "charge" and e.cause)
    taken = Counter(e.cause.owner for e in charges if e.cause)
    for owner, times in taken.items():
        flagged = any(row.owner == owner and row.review for row in ending.rows)
        if times > 1 and not flagged:
            yield f"{owner} was charged {times} times, and nobody is told"
    yield from _held_beside(ending)


def _held_beside(ending: Ending) -> Iterator[str]:
    """Yield what is held beside another attempt that took money or holds it, unnamed."""
    charges = [row for row in ending.rows if row.kind == "charge"]
    for owner in {row.owner for row in charges}:
        mine = [row for row in charges if row.owner == owner and row.state in _HAS_MONEY]
        held = any(row.state == "authorized" for row in mine)
        if held and len(mine) > 1 and not any(row.review for row in mine):
            yield f"{owner} is held beside another attempt, and nobody is told"


def written_before_sent(ending: Ending) -> Iterator[str]:
    """R2: what is sent stands in the ledger already."""
    for event in ending.history.told("call"):
        if not event.facts["known"]:
            yield f"{place(event)} was sent before it was written"


def nothing_locked(ending: Ending) -> Iterator[str]:
    """R3: no transaction is open while a call is under way."""
    for event in ending.history.told("call"):
        if event.facts["locked"]:
            yield f"{place(event)} was sent inside a transaction"


def no_unproved_failure(ending: Ending) -> Iterator[str]:
    """R4: a failure is only what the provider said, or what cannot be otherwise."""
    refused: set[tuple[str, str]] = set()
    left: set[tuple[str, str]] = set()
    for event in ending.history.events:
        if event.what == "call" and event.facts["name"] != "query":
            left |= {place(event)} if event.facts["fault"] != "not sent" else set()
        elif event.what == "told" and event.facts["state"] == "refused":
            refused.add(place(event))
        elif event.what == "recorded" and event.facts["was"] != event.facts["state"]:
            yield from _unproved(ending, event, refused, left)
    yield from _denied_effects(ending)


def _unproved(
    ending: Ending, event: Event, refused: set[tuple[str, str]], left: set[tuple[str, str]]
) -> Iterator[str]:
    at, state = place(event), event.facts["state"]
    if state == "declined" and at not in refused:
        yield f"{at} was declined by nobody"
    if state == "not_sent" and at in left:
        yield f"{at} is told as not sent, and it was"
    if state == "not_executed" and ending.moved(at):
        yield f"{at} is told as not executed, and it was"
    order = ending.orders.get(at)
    released = order is not None and order.state == "released"
    if state == "expired" and event.facts["method"] != "hosted_page" and not released:
        yield f"{at} expired, and is no page"


def _denied_effects(ending: Ending) -> Iterator[str]:
    """Yield what callers were told not to have moved, and that did."""
    moved = {e.cause.invocation for e in ending.effects if e.cause}
    for event in ending.history.told("answered"):
        if event.mark == "fail" and event.facts["number"] in moved:
            yield f"{event.facts['result']} was raised for what moved money"


def one_attempt_at_a_time(ending: Ending) -> Iterator[str]:
    """R6: no new attempt beside one, or its capture, that is open or has succeeded.

    Unless it gave way rightly.
    """
    states: dict[tuple[str, str], tuple[str, str]] = {}
    given_way: set[tuple[str, str]] = set()
    for event in ending.transitions():
        at, owner = place(event), event.facts["owner"]
        if event.facts["kind"] not in ("charge", "capture"):
            continue
        if event.what == "superseded":
            given_way.add(at)
        others = [(each, s) for each, (o, s) in states.items() if o == owner and each != at]
        busy = (s == "succeeded" or (s in OPEN and each not in given_way) for each, s in others)
        begun = event.what == "reserved" and event.facts["kind"] == "charge"
        if begun and any(busy):
            yield f"{at} was begun beside another attempt"
        states[at] = owner, event.facts["state"]
    yield from _superseded_unasked(ending)


def _superseded_unasked(ending: Ending) -> Iterator[str]:
    """Yield what gave way and might be paid: no page, or nobody was just told that it waits."""
    asked: dict[str, int] = {}
    waits: dict[tuple[str, str], int] = {}
    shown: set[tuple[str, str]] = set()
    for event in ending.history.events:
        if event.what == "asked":
            asked[event.stamp.actor] = event.stamp.step
        elif event.what == "told" and event.mark == "info":
            if event.facts["state"] == "waiting":  # what forgers tell is no answer
                waits[place(event)] = event.stamp.step
        elif event.what == "page shown":
            shown.add(place(event))
        elif event.what == "superseded":
            at, since = place(event), asked[event.stamp.actor]
            unreached = event.facts["was"] == "unknown" and at not in shown
            if event.facts["method"] != "hosted_page":
                yield f"{at} gave way, and is no page"
            elif not unreached and waits.get(at, -1) < since:
                yield f"{at} gave way, and nobody was told that it waits"


def one_meaning_for_a_key(ending: Ending) -> Iterator[str]:
    """R7: a key stands for one content; any other is refused."""
    meant: dict[tuple[str, str], str] = {}
    for event in ending.history.told("answered"):
        facts = event.facts
        if not facts["key"] or facts["result"] in _REFUSED:
            continue
        first = meant.setdefault((facts["kind"], facts["key"]), facts["content"])
        if first != facts["content"]:
            yield f"{facts['kind']} with key {facts['key']} stood for two things"


def keys_are_kept(ending: Ending) -> Iterator[str]:
    """R8: whatever was reserved is found under its key for ever, and the key names nothing else."""
    known = {(row.kind, row.key, row.at) for row in ending.rows}
    first: dict[tuple[str, str], tuple[str, str]] = {}
    for event in ending.history.told("reserved"):
        kind, key, at = event.facts["kind"], event.facts["key"], place(event)
        if (kind, key, at) not in known or first.setdefault((kind, key), at) != at:
            yield f"{kind} with key {key} is forgotten"


def no_stale_writer(ending: Ending) -> Iterator[str]:
    """R39: whoever lost its lease writes no more."""
    for event in ending.history.told("recorded"):
        if event.facts["stale"]:
            yield f"{place(event)} was written by one that had been given up"
