"""Faults in what applications are told: events, outbox, delivery (R9, R14, R17, R48)."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutation import Edit, ledger, mutation

_EVENTS: Final = "paycore/events.py"
_DELIVER: Final = "paycore/verbs/deliver.py"
_DURABLE: Final = "paycore/ledger/durable"
_TESTS: Final = "tests/paycore"
_VERBS: Final = f"{_TESTS}/verbs"

MUTATIONS: Final = (
    mutation(
        "no-event-with-the-change",
        "r17",
        Edit(
            f"{_DURABLE}/recording.py",
            "    for event in events_of(before, after, paid):\n",
            "    for event in ():\n",
        ),
        ledger("sqlite", "a_change_writes_what_it_tells"),
    ),
    mutation(
        "event-written-after-the-change",
        "r17",
        Edit(
            f"{_DURABLE}/recording.py",
            "        session.change(mail_statements.EVENT_ADDED, **event_values(event))\n",
            "        AFTERWARDS.append(event_values(event))\n",
        ),
        Edit(
            f"{_DURABLE}/recording.py",
            "def record(session: Session, seen",
            "AFTERWARDS = []\n\n\ndef record(session: Session, seen",
        ),
        Edit(
            f"{_DURABLE}/ledger.py",
            "        return self._db.write(work)\n\n    def claim_check",
            "        after = self._db.write(work)\n"
            "        while recording.AFTERWARDS:\n"
            "            said = recording.AFTERWARDS.pop(0)\n"
            "            added = recording.mail_statements.EVENT_ADDED\n"
            "            self._db.write(lambda s: s.change(added, **said))\n"
            "        return after\n\n    def claim_check",
        ),
        f"{_TESTS}/ledger/durable/test_recording.py::test_a_change_and_what_it_tells_are_one_commit[sqlite]",
    ),
    mutation(
        "fulfil-each-success",
        "r09",
        Edit(
            _EVENTS,
            "        if other is not None:\n            return EventType.PAYMENT_CAPTURED_TWICE\n",
            "",
        ),
        f"{_TESTS}/test_events.py::test_a_second_success_is_an_alarm_only",
    ),
    mutation(
        "late-success-is-an-ordinary-one",
        "r14",
        Edit(_EVENTS, "EventType.PAYMENT_LATE_SUCCESS if charge.late else ", ""),
        f"{_TESTS}/test_events.py::test_a_late_success_is_told_instead_of_an_ordinary_one",
    ),
    mutation(
        "events-share-an-id",
        "r17",
        Edit(_EVENTS, "{after.id}-{after.version}-", "{after.id}-"),
        f"{_TESTS}/test_events.py::test_an_event_has_one_id_whoever_writes_it",
    ),
    mutation(
        "review-is-not-told",
        "r48",
        Edit(
            _EVENTS, "    if after.review and after.review != before.review and", "    if False and"
        ),
        f"{_TESTS}/test_events.py::test_a_review_is_told_once_for_each_reason",
    ),
    mutation(
        "tell-what-others-wait-for",
        "r17",
        Edit(
            _DELIVER, "        deliver(wiring, BATCH, owner)\n", "        deliver(wiring, BATCH)\n"
        ),
        f"{_VERBS}/test_deliver_to_whom.py::test_a_charge_tells_only_of_its_own_payment",
    ),
    mutation(
        "told-before-the-callback",
        "r17",
        Edit(
            _DELIVER,
            "    for callback in",
            "    wiring.ledger.event_told(event, wiring.now())\n    for callback in",
        ),
        f"{_VERBS}/test_deliver.py::test_a_callback_that_raises_hears_it_again",
    ),
    mutation(
        "failed-is-told",
        "r17",
        Edit(_DELIVER, "wiring.ledger.event_failed(", "wiring.ledger.event_told("),
        f"{_VERBS}/test_deliver.py::test_a_callback_that_raises_hears_it_again",
    ),
    mutation(
        "later-events-first",
        "r17",
        Edit(
            f"{_DURABLE}/mail_statements.py",
            "func.min(_first.c.serial)",
            "func.max(_first.c.serial)",
        ),
        ledger("sqlite", "events_are_told_one_at_a_time"),
    ),
    mutation(
        "later-events-first-in-memory",
        "r17",
        Edit(
            "paycore/ledger/post.py",
            "(next(iter(self._untold[each].items())) for each in owners)",
            "(list(self._untold[each].items())[-1] for each in owners)",
        ),
        ledger("memory", "events_are_told_one_at_a_time"),
    ),
    mutation(
        "claimed-without-a-lease",
        "r17",
        Edit(f"{_DURABLE}/outbox.py", "id_=row[0], next_=until", "id_=row[0], next_=micros(now)"),
        ledger("sqlite", "events_are_told_one_at_a_time"),
    ),
    mutation(
        "claimed-without-a-lease-in-memory",
        "r17",
        Edit("paycore/ledger/post.py", "= now + timedelta(seconds=lease_s)", "= now"),
        ledger("memory", "events_are_told_one_at_a_time"),
    ),
    mutation(
        "told-twice-over",
        "r17",
        Edit(
            f"{_DURABLE}/mail_statements.py",
            "    .where(*is_(_x.id, _x.tries), _x.next_try_at.is_not(None))\n",
            "    .where(*is_(_x.id, _x.tries))\n",
        ),
        ledger("sqlite", "who_does_not_come_back_leaves_it_to_others"),
    ),
    mutation(
        "told-by-who-came-too-late",
        "r17",
        Edit(
            f"{_DURABLE}/mail_statements.py",
            "    .where(*is_(_x.id, _x.tries), _x.next_try_at.is_not(None))\n",
            "    .where(*is_(_x.id), _x.next_try_at.is_not(None))\n",
        ),
        ledger("sqlite", "who_comes_back_too_late_changes_nothing"),
    ),
    mutation(
        "told-by-who-came-too-late-in-memory",
        "r17",
        Edit(
            "paycore/ledger/post.py",
            "waits and self._rows[event.id].tries == event.tries",
            "waits",
        ),
        ledger("memory", "who_comes_back_too_late_changes_nothing"),
    ),
    mutation(
        "one-lease-for-a-whole-batch",
        "r17",
        Edit(
            _DELIVER,
            "    return now if wiring.ledger.hold_event(event, now, lease_s) else None\n",
            "    return now\n",
        ),
        f"{_VERBS}/test_deliver_slowly.py::test_each_event_is_told_once_and_in_order",
    ),
    mutation(
        "one-lease-for-all-callbacks",
        "r17",
        Edit(
            _DELIVER,
            "        held_at = _held(wiring, event, held_at)\n",
            "        held_at = held_at or _held(wiring, event, held_at)\n",
        ),
        f"{_VERBS}/test_deliver_slowly.py::test_every_callback_has_all_the_time",
    ),
    mutation(
        "told-in-turns-for-ever",
        "r17",
        Edit(_DELIVER, "LEASE_S * min(event.tries, _LONGEST)", "LEASE_S"),
        f"{_VERBS}/test_deliver_slowly.py::test_one_that_is_always_too_slow_is_told_in_the_end",
    ),
    mutation(
        "sweep-ended-by-a-callback",
        "r17",
        Edit(
            "paycore/reconcile.py",
            "STEP in (operations, tried)",
            "STEP in (operations, done.events)",
        ),
        f"{_VERBS}/test_deliver_in_sweeps.py::test_a_callback_that_raises_ends_no_sweep",
    ),
    mutation(
        "generator-taken-for-done",
        "r17",
        Edit(_DELIVER, " or inspect.isgenerator(told) or inspect.isasyncgen(told)", ""),
        f"{_VERBS}/test_deliver.py::test_what_nobody_goes_through_was_not_done",
    ),
    mutation(
        "given-up-past-the-plan",
        "r17",
        Edit(
            "paycore/ledger/mail.py",
            "        return now + timedelta(days=1)\n",
            "        return now + timedelta(days=9999)\n",
        ),
        ledger("memory", "what_failed_is_told_again_by_the_plan"),
    ),
)
"""A fault a promise; see `tests.mutants.mutations`."""
