"""R32 to R34: never more back than was taken, and by one remedy only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from paycore.testing.checks.ending import ENDS_A_HOLD, OPEN, Ending, place


def never_over_refunded(ending: Ending) -> Iterator[str]:
    """R32: what went back, or may go back, is never more than what was taken."""
    yield from _moved_too_much(ending)
    given: dict[tuple[str, str], tuple[tuple[str, str], int]] = {}
    charged: dict[tuple[str, str], int] = {}
    for event in ending.transitions():
        at, facts = place(event), event.facts
        if facts["kind"] == "charge":
            charged[at] = facts["minor"]
        if facts["kind"] == "charge" or facts["kind"] in ENDS_A_HOLD:
            continue
        charge = facts["account"], facts["of"]
        counts = facts["state"] in OPEN or facts["state"] == "succeeded"
        given[at] = charge, facts["minor"] if counts else 0
        total = sum(minor for of, minor in given.values() if of == charge)
        if total > charged.get(charge, 0):
            yield f"{total} are promised back of {charge}"


def _moved_too_much(ending: Ending) -> Iterator[str]:
    taken: Counter[tuple[str, str]] = Counter()
    back: Counter[tuple[str, str]] = Counter()
    for effect in ending.effects:
        if effect.kind == "charge":
            taken[effect.account, effect.reference] += effect.minor
        elif effect.kind not in ENDS_A_HOLD:
            back[effect.account, effect.of] += effect.minor
    for at, minor in back.items():
        if minor > taken[at]:
            yield f"{minor} went back of {at}, which took {taken[at]}"


def reservations_are_kept(ending: Ending) -> Iterator[str]:
    """R33: no caller is shown money that an open refund may have given back already."""
    for event in ending.history.told("answered"):
        facts = event.facts
        if "left" in facts and facts["refundable"] > max(0, facts["left"]):
            yield f"{facts['owner']}: {facts['refundable']} shown, {facts['left']} left"


def one_remedy(ending: Ending) -> Iterator[str]:
    """R34: a charge is voided or refunded, never both; nor taken once what it held was released."""
    kinds: dict[tuple[str, str], set[str]] = {}
    for effect in ending.effects:
        if effect.of:
            kinds.setdefault((effect.account, effect.of), set()).add(effect.kind)
    for at, remedies in kinds.items():
        if "release" in remedies and len(remedies) > 1:
            yield f"{at} was released, and more than that"
        if len(remedies - {"capture"}) > 1:
            yield f"{at} was both voided and refunded"
