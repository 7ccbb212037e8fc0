"""More faults to plant: into the events, the plan and what gives way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from paycore import events
from paycore.ledger import memory, rules
from paycore.ledger.memory import MemoryLedger
from paycore.ledger.post import Post
from paycore.testing.weather import WEATHERS
from paycore.verbs import ask, supersede
from tests.paycore.testing.plants import Planted


def write_no_events(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(memory, "events_of", lambda before, after, payment: ())


def tell_in_any_order(patch: pytest.MonkeyPatch) -> None:
    def hasty(post, now, limit, lease_s, owner):
        waiting = (post._rows[each] for untold in post._untold.values() for each in untold)
        return tuple(event for event in waiting if owner in (None, event.owner))[::-1]

    patch.setattr(Post, "claim", hasty)


def take_a_failed_event_for_told(patch: pytest.MonkeyPatch) -> type[MemoryLedger]:
    class Content(MemoryLedger):
        def event_failed(self, event, now):
            self.event_told(event, now)

    return Content


def tell_of_nothing(patch: pytest.MonkeyPatch) -> type[MemoryLedger]:
    class Gossip(MemoryLedger):
        def claim_events(self, now, limit, lease_s, owner=None):
            told = super().claim_events(now, limit, lease_s, owner)
            return tuple(replace(event, id=f"{event.id}!") for event in told)

    return Gossip


def fulfil_each_success(patch: pytest.MonkeyPatch) -> None:
    right = events._charged
    patch.setattr(events, "_charged", lambda charge, other: right(charge, None))


def replace_a_page_unasked(patch: pytest.MonkeyPatch) -> None:
    def give_way(wiring, page):
        wiring.ledger.supersede(page.id, page.version, wiring.now())

    patch.setattr(supersede, "_give_way", give_way)


def forget_what_was_superseded(patch: pytest.MonkeyPatch) -> None:
    right = rules.next_check

    def lazy(operation, now):
        return None if operation.superseded else right(operation, now)

    patch.setattr(rules, "next_check", lazy)
    patch.setattr(memory, "next_check", lazy)


def tell_nobody_past_the_plan(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ask, "is_used_up", lambda operation, now: False)


def ask_first_in_an_hour(patch: pytest.MonkeyPatch) -> None:
    right = rules.next_check

    def late(operation, now):
        at = right(operation, now)
        return at and at + timedelta(hours=1)

    patch.setattr(rules, "next_check", late)


MORE = (
    Planted(write_no_events, "r17"),
    Planted(tell_in_any_order, "r17"),
    Planted(take_a_failed_event_for_told, "r17"),
    Planted(tell_of_nothing, "r17"),
    Planted(fulfil_each_success, "r09"),
    Planted(replace_a_page_unasked, "r06"),
    Planted(forget_what_was_superseded, "r48", WEATHERS["r48"]),
    Planted(tell_nobody_past_the_plan, "r48", WEATHERS["r48"]),
    Planted(ask_first_in_an_hour, "r16"),
)
