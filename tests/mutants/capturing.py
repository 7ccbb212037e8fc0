"""Faults in what takes or gives up money that is only held (R5, R7, R14, R32, R34, R36, R48)."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutation import Edit, ledger, mutation

_ADMISSION: Final = "paycore/ledger/admission.py"
_RULES: Final = "paycore/ledger/rules.py"
_BY_HAND: Final = "paycore/ledger/by_hand.py"
_PAYMENT: Final = "paycore/payment.py"
_OPERATION: Final = "paycore/operation.py"
_RECORDING: Final = "paycore/ledger/durable/recording.py"
_TABLES: Final = "paycore/ledger/durable/tables.py"
_SQL: Final = "paycore/ledger/durable/migrations/sql/0001"
_CORE: Final = "tests/paycore"
_CAPTURED: Final = f"{_CORE}/verbs/test_capture.py"
_FOLLOWED: Final = f"{_CORE}/verbs/test_follow_up.py"
_SUMS: Final = f"{_CORE}/ledger/durable/test_recording.py"
_OPEN: Final = "state IN ('authorized', 'pending', 'reserved', 'submitting', 'unknown')"
_NO_INDEX: Final = (
    Edit(
        _TABLES,
        '_index("uq_paycore_operation_end_of_hold", _op.charge, where=_END_OF_HOLD, unique=True)\n',
        "",
    ),
    *(
        Edit(
            f"{_SQL}.{dialect}.sql",
            "CREATE UNIQUE INDEX uq_paycore_operation_end_of_hold ON paycore_operation (charge) "
            f"WHERE kind IN ('capture', 'release') AND (state = 'succeeded' OR {_OPEN})\n\n",
            "",
        )
        for dialect in ("sqlite", "postgresql")
    ),
)
_ADMIT_BOTH: Final = Edit(
    _ADMISSION, "    for end in payment.ends_of_hold(charge.id):\n", "    for end in ():\n"
)

MUTATIONS: Final = (
    mutation(
        "capture-admitted-twice",
        "r34",
        _ADMIT_BOTH,
        ledger("memory", "a_hold_is_ended_once"),
    ),
    mutation(
        "capture-during-a-release",
        "r34",
        Edit(
            _PAYMENT,
            "ends = (o for o in self.operations if o.kind.ends_a_hold and o.charge == charge)",
            "ends = (o for o in self.operations if o.kind is Kind.CAPTURE and o.charge == charge)",
        ),
        ledger("memory", "a_hold_is_ended_once"),
    ),
    mutation(
        "capture-beside-one-that-is-unknown",
        "r34",
        Edit(
            _PAYMENT,
            "        return tuple(o for o in ends if o.state.is_open or",
            "        return tuple(o for o in ends if o.state is State.SUBMITTING or",
        ),
        ledger("memory", "a_hold_is_ended_once"),
    ),
    mutation(
        "no-index-on-the-end-of-a-hold",
        "r34",
        *_NO_INDEX,
        f"{_CORE}/ledger/durable/test_tables.py::"
        "test_a_hold_is_ended_once_and_by_no_more_than_it_is",
    ),
    mutation(
        "end-of-a-hold-without-any-line-of-defence",
        "r34",
        *_NO_INDEX,
        _ADMIT_BOTH,
        ledger("sqlite", "a_capture_and_a_release_race"),
    ),
    mutation(
        "capture-more-than-is-held",
        "r32",
        Edit(_ADMISSION, "charge.amount is not None and intent.amount > charge.amount", "False"),
        ledger("memory", "no_more_is_captured_than_is_held"),
    ),
    mutation(
        "capture-what-is-in-doubt",
        "r32",
        Edit(
            _ADMISSION,
            "    if charge.review and not spare:\n",
            "    if False:\n",
        ),
        ledger("memory", "a_hold_in_doubt_waits_for_a_person"),
    ),
    mutation(
        "any-success-takes-a-hold",
        "r24",
        Edit(
            _RULES,
            '    return "" if report.amount in asked else',
            '    return "" if True else',
        ),
        ledger("memory", "only_our_own_capture_takes"),
    ),
    mutation(
        "failed-capture-is-reason-enough",
        "r24",
        Edit(
            _RULES,
            "    ends = payment.ends_of_hold(charge.id)\n",
            "    ends = tuple(o for o in payment.operations if o.charge == charge.id)\n",
        ),
        ledger("memory", "a_capture_that_failed_took_nothing"),
    ),
    mutation(
        "late-capture-beside-a-release",
        "r34",
        Edit(
            _RULES,
            "    if before.kind.ends_a_hold and payment.ends_of_hold(before.charge):\n",
            "    if False:\n",
        ),
        ledger("memory", "a_late_capture_beside_another_end_is_doubted"),
    ),
    mutation(
        "late-capture-by-hand-beside-a-release",
        "r34",
        Edit(
            _BY_HAND,
            "    if before.kind.ends_a_hold and payment.ends_of_hold(before.charge):\n",
            "    if False:\n",
        ),
        ledger("memory", "a_late_capture_beside_another_end_is_doubted"),
    ),
    mutation(
        "all-was-taken-says-the-hand",
        "r32",
        Edit(
            _BY_HAND, "    return asked if asked != before.amount else None\n", "    return None\n"
        ),
        ledger("memory", "who_settles_a_hold_says_what_our_capture_took"),
    ),
    mutation(
        "held-twice-in-silence",
        "r09",
        Edit(_RULES, "    if charge.state is State.AUTHORIZED:\n", "    if False:\n"),
        ledger("memory", "of_two_holds_the_superseded_one_is_doubted"),
    ),
    mutation(
        "what-is-held-is-paid",
        "r20",
        Edit(
            _PAYMENT,
            "    State.AUTHORIZED: PaymentStatus.AUTHORIZED,\n",
            "    State.AUTHORIZED: PaymentStatus.PAID,\n",
        ),
        ledger("memory", "what_is_held_is_open"),
    ),
    mutation(
        "what-is-held-can-be-refunded",
        "r32",
        Edit(
            _PAYMENT,
            "        taken = charge.taken or self.amount\n",
            "        taken = charge.amount or self.amount\n",
        ),
        ledger("memory", "what_was_taken_can_be_given_back"),
    ),
    mutation(
        "held-though-it-was-to-be-taken",
        "r24",
        Edit(
            _OPERATION,
            "        if report.state is State.AUTHORIZED and not self.hold_only:\n",
            "        if False:\n",
        ),
        ledger("memory", "no_charge_but_a_hold_is_held"),
    ),
    mutation(
        "taken-is-what-was-asked",
        "r32",
        Edit(
            _OPERATION,
            "        return self.captured or self.amount\n",
            "        return self.amount\n",
        ),
        ledger("memory", "after_a_capture_the_part_is_what_counts"),
    ),
    mutation(
        "held-is-no-state-of-its-own",
        "r06",
        Edit(
            "paycore/states.py",
            "State.UNKNOWN, State.AUTHORIZED}\n",
            "State.UNKNOWN}\n",
        ),
        f"{_CORE}/test_states.py::test_a_state_knows_where_it_belongs",
    ),
    mutation(
        "release-moves-the-sums",
        "r32",
        Edit(
            "paycore/states.py",
            "        return self in (Kind.REFUND, Kind.VOID)\n",
            "        return self in (Kind.REFUND, Kind.VOID, Kind.RELEASE)\n",
        ),
        f"{_SUMS}::test_what_ends_a_hold_moves_no_sum",
    ),
    mutation(
        "capture-moves-the-sums",
        "r32",
        Edit(
            _RECORDING,
            '{Kind.CHARGE: "captured_", ',
            '{Kind.CHARGE: "captured_", Kind.CAPTURE: "captured_", ',
        ),
        f"{_SUMS}::test_what_ends_a_hold_moves_no_sum",
    ),
    mutation(
        "the-whole-hold-is-the-sum",
        "r32",
        Edit(
            _RECORDING,
            "    minor = operation.taken.minor if operation.taken else 0\n",
            "    minor = operation.amount.minor if operation.amount else 0\n",
        ),
        f"{_SUMS}::test_what_was_taken_of_a_hold_is_the_sum",
    ),
    mutation(
        "capture-is-not-followed-up",
        "r36",
        Edit(
            "paycore/verbs/capture.py",
            "        return followed_up(wiring, apply_parked(wiring, done))\n",
            "        return apply_parked(wiring, done)\n",
        ),
        f"{_CAPTURED}::TestCapture::test_all_of_it",
    ),
    mutation(
        "found-capture-is-not-followed-up",
        "r36",
        Edit(
            "paycore/verbs/ask.py",
            "    return Asked(followed_up(wiring, after), told.answer)\n",
            "    return Asked(after, told.answer)\n",
        ),
        f"{_FOLLOWED}::test_who_asks_about_the_end_alone_settles_the_charge",
    ),
    mutation(
        "told-capture-is-not-followed-up",
        "r36",
        Edit(
            "paycore/verbs/judge.py",
            "    return Asked(followed_up(wiring, after), report)\n",
            "    return Asked(after, report)\n",
        ),
        f"{_FOLLOWED}::test_a_message_about_the_end_alone_settles_the_charge",
    ),
    mutation(
        "settled-capture-is-not-followed-up",
        "r36",
        Edit(
            "paycore/books.py",
            "        return followed_up(self._wiring, after)\n",
            "        return after\n",
        ),
        f"{_CAPTURED}::TestLost::test_an_operator_who_settles_a_capture_settles_the_charge",
    ),
    mutation(
        "unknown-end-is-followed-up",
        "r04",
        Edit(
            "paycore/verbs/follow_up.py",
            "    if not operation.kind.ends_a_hold or operation.state is not State.SUCCEEDED:\n",
            "    if not operation.kind.ends_a_hold or operation.state is State.DECLINED:\n",
        ),
        f"{_FOLLOWED}::test_what_did_not_succeed_proves_nothing",
    ),
    mutation(
        "to-hold-or-to-take-is-one-key",
        "r07",
        Edit("paycore/fingerprint.py", "    if not capture:\n", "    if False:\n"),
        f"{_CAPTURED}::TestHold::test_the_flag_is_part_of_the_key",
    ),
    mutation(
        "void-and-release-under-one-key",
        "r07",
        Edit("paycore/ledger/admission.py", "other.kind is intent.kind.twin or", "False or"),
        ledger("memory", "a_key_voids_or_releases"),
    ),
    mutation(
        "void-what-is-captured-anyway",
        "r34",
        Edit(
            "paycore/verbs/give_back.py",
            "    if kind is Kind.VOID and not account.description.voids_captured:\n",
            "    if False:\n",
        ),
        f"{_CAPTURED}::TestReverse::test_a_provider_that_voids_no_capture_refunds",
    ),
    mutation(
        "refund-follows-a-failed-release",
        "r34",
        Edit(
            "paycore/verbs/undo.py",
            "    return payment.charge is not None and payment.charge.state is State.AUTHORIZED\n",
            "    return False\n",
        ),
        f"{_CAPTURED}::TestReverse::test_what_is_held_is_released",
    ),
    mutation(
        "held-after-its-end-is-old-news",
        "r16",
        Edit(_RULES, "_held_after(before, report, payment) or books_differ(", "books_differ("),
        ledger("memory", "what_is_held_after_its_end_calls_a_person"),
    ),
    mutation(
        "what-we-released-is-held",
        "r36",
        Edit(_RULES, "    if payment.released(charge) or (asked", "    if (asked"),
        ledger("memory", "what_we_released_is_old_news"),
    ),
    mutation(
        "message-of-a-late-hold-is-a-copy",
        "r16",
        Edit(
            "paycore/verbs/judge.py",
            "operation.state.is_final and not _may_be_held(operation, report)",
            "operation.state.is_final",
        ),
        f"{_CORE}/verbs/test_judge.py::TestHeldLate::test_it_causes_a_query_that_calls_a_person",
    ),
    mutation(
        "unanswered-message-of-a-late-hold-is-a-copy",
        "r16",
        Edit("paycore/verbs/judge.py", "    if denied:\n", "    if True:\n"),
        f"{_CORE}/verbs/test_judge.py::TestHeldLate::test_it_waits_where_nobody_answers",
    ),
    mutation(
        "hold-of-a-given-up-dispatcher-is-silent",
        "r39",
        Edit(
            _RULES,
            "_MONEY: Final = frozenset({State.SUCCEEDED, State.AUTHORIZED})\n",
            "_MONEY: Final = frozenset({State.SUCCEEDED})\n",
        ),
        ledger("memory", "a_dispatcher_that_comes_back_with_a_hold_is_heard"),
    ),
    mutation(
        "charge-beside-an-open-capture",
        "r06",
        Edit(_ADMISSION, "    if taking := payment.taking:\n", "    if taking := None:\n"),
        ledger("memory", "nobody_pays_beside_a_capture"),
    ),
    mutation(
        "untaken-by-hand-beside-an-open-capture",
        "r06",
        Edit(_BY_HAND, "else end.kind is Kind.CAPTURE:\n", "else False:\n"),
        ledger("memory", "what_a_capture_may_be_taking_is_not_called_untaken"),
    ),
    mutation(
        "held-by-hand-after-its-end",
        "r34",
        Edit(_BY_HAND, "        if done if state is", "        if False if state is"),
        ledger("memory", "nobody_confirms_a_hold_that_was_ended"),
    ),
    mutation(
        "any-state-by-hand",
        "r20",
        Edit(_BY_HAND, "    if before.review and before.state is state and", "    if"),
        ledger("memory", "nobody_confirms_a_hold_that_was_ended"),
    ),
    mutation(
        "hold-beside-money-in-silence",
        "r09",
        Edit(
            "paycore/verbs/follow_up.py",
            "    for hold in payment.spare_holds:\n",
            "    for hold in ():\n",
        ),
        f"{_FOLLOWED}::test_a_hold_beside_money_that_was_taken_is_named",
    ),
    mutation(
        "the-new-hold-is-doubted",
        "r09",
        Edit(
            _RULES,
            "        if other is not None and other.superseded and other.state is charge.state:\n",
            "        if False:\n",
        ),
        ledger("memory", "of_two_holds_the_superseded_one_is_doubted"),
    ),
    mutation(
        "voided-while-money-is-held",
        "r34",
        Edit(
            _PAYMENT,
            "        if self.captured and (self._keeps() or not self.authorized):\n",
            "        if self.captured:\n",
        ),
        ledger("memory", "a_void_gives_way_to_what_is_held"),
    ),
    mutation(
        "void-of-what-is-held-beside",
        "r34",
        Edit(
            _ADMISSION,
            "payment.captured if intent.kind.gives_back else payment.charge\n",
            "payment.charge\n",
        ),
        f"{_CORE}/ledger/test_admission.py::test_a_refund_is_of_what_was_captured",
    ),
    mutation(
        "what-is-left-of-another-charge",
        "r32",
        Edit(
            _PAYMENT,
            "(o for o in self._with(Kind.CHARGE, State.SUCCEEDED) if o.id == charge)",
            "filter(None, [self.captured])",
        ),
        ledger("memory", "a_late_refund_is_measured_by_its_own_charge"),
    ),
    mutation(
        "end-of-a-page-that-nothing-replaced-is-untold",
        "r17",
        Edit(
            "paycore/events.py",
            "    if charge.superseded and _has_successor(charge, payment):\n",
            "    if charge.superseded:\n",
        ),
        ledger("memory", "the_end_of_a_page_is_told_where_no_other_was_sent"),
    ),
    mutation(
        "end-of-a-hold-is-told-twice",
        "r17",
        Edit(
            "paycore/events.py",
            "    return any(end.kind is Kind.RELEASE for end in payment.ends_of_hold(charge.id))\n",
            "    return payment.released(charge)\n",
        ),
        ledger("memory", "a_release_that_is_open_tells_of_the_end"),
    ),
    mutation(
        "end-of-a-hold-is-never-told",
        "r17",
        Edit(
            "paycore/events.py",
            "        return failed if operation.kind is Kind.RELEASE else None\n",
            "        return None\n",
        ),
        ledger("memory", "a_release_that_is_open_tells_of_the_end"),
    ),
    mutation(
        "a-hold-calls-a-person-after-a-week",
        "r48",
        Edit(
            "paycore/plan.py",
            "    if operation.state is State.AUTHORIZED:\n",
            "    if False:\n",
        ),
        f"{_CAPTURED}::TestHold::test_a_hold_waits_as_long_as_the_provider_holds_it",
    ),
)
"""A fault a promise; see `tests.mutants.mutations`."""
