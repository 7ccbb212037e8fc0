"""Faults in what a report makes of an operation, and in when it is asked about (R14, R24, R48)."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutation import Edit, ledger, mutation

_OPERATION: Final = "paycore/operation.py"
_PLAN: Final = "paycore/plan.py"
_CORE: Final = "tests/paycore"
_BOOKED: Final = f"{_CORE}/ledger/test_rules.py"

MUTATIONS: Final = (
    mutation(
        "any-amount-will-do",
        "r24",
        Edit(
            _OPERATION,
            "        if report.amount is not None and not self._may_be("
            "report.amount, report.state):\n",
            "        if False:\n",
        ),
        f"{_CORE}/test_operation.py::test_a_mismatch_says_what_differs",
    ),
    mutation(
        "no-amount-will-do",
        "r24",
        Edit(
            _OPERATION,
            "            if report.amount is None and self.amount is not None:\n",
            "            if False:\n",
        ),
        f"{_CORE}/test_operation.py::test_a_success_with_one_field_altered_is_none",
    ),
    mutation(
        "any-reference-will-do",
        "r24",
        Edit(
            _OPERATION,
            "        if report.reference is not None and report.reference != self.reference:\n",
            "        if False:\n",
        ),
        f"{_CORE}/test_operation.py::test_a_success_with_one_field_altered_is_none",
    ),
    mutation(
        "late-success-is-silent",
        "r14",
        Edit(
            _OPERATION,
            'review=f"{reviews.LATE}{self.state.value}" if late else self.review,',
            "review=self.review,",
        ),
        f"{_CORE}/test_operation.py::test_a_late_success_is_recorded_and_alarmed",
    ),
    mutation(
        "busy-is-free",
        "r39",
        Edit(_OPERATION, "        return not busy or self", "        return True or self"),
        f"{_CORE}/test_operation.py::test_an_operation_is_free_once_its_dispatcher_is_done_or_dead",
    ),
    mutation(
        "a-success-may-fail-later",
        "r14",
        Edit(
            "paycore/states.py",
            "    State.SUCCEEDED: frozenset(),\n",
            "    State.SUCCEEDED: frozenset({State.DECLINED}),\n",
        ),
        f"{_CORE}/test_states.py::test_the_table_is_the_one_we_mean",
    ),
    mutation(
        "release-an-unknown-refund",
        "r33",
        Edit(
            "paycore/payment.py",
            "            and (o.state.is_open or o.state is State.SUCCEEDED)\n",
            "            and o.state in (State.SUBMITTING, State.PENDING, State.SUCCEEDED)\n",
        ),
        ledger("memory", "an_unknown_refund_keeps_its_money"),
    ),
    mutation(
        "unknown-charge-stands-in-no-way",
        "r06",
        Edit(
            "paycore/payment.py",
            "self._of(Kind.CHARGE) if o.state.is_open)",
            "self._of(Kind.CHARGE) if o.state is State.PENDING)",
        ),
        f"{_BOOKED}::TestAdmitted::test_no_second_attempt_while_one_is_open",
    ),
    mutation(
        "never-in-review",
        "r48",
        Edit(
            _PLAN,
            "    return operation.state.is_open and past_s >=",
            "    return False and past_s >=",
        ),
        f"{_CORE}/verbs/test_ask_by_plan.py::test_a_person_looks_once_the_plan_is_used_up",
    ),
    mutation(
        "forgotten-past-the-plan",
        "r48",
        Edit(
            _PLAN,
            "    return now + timedelta(seconds=AFTERWARDS_S) if operation.state.is_open else",
            "    return None if operation.state.is_open else",
        ),
        f"{_CORE}/test_plan.py::test_what_is_open_past_the_plan_is_asked_about_weekly",
    ),
    mutation(
        "crashed-while-sending-is-forgotten",
        "r36",
        Edit(_PLAN, "        return operation.lease_until\n", "        return None\n"),
        f"{_CORE}/test_plan.py::test_what_is_being_sent_is_left_alone_until_its_lease_runs_out",
    ),
    mutation(
        "nobody-watches-what-expired",
        "r09",
        Edit(_PLAN, "frozenset({State.EXPIRED, State.NOT_EXECUTED})", "frozenset[State]()"),
        f"{_CORE}/test_plan.py::test_what_we_concluded_ourselves_is_watched_for_a_week",
    ),
    mutation(
        "clocks-never-go-back",
        "r52",
        Edit(
            _PLAN,
            "    return min(operation.sent_at or operation.created_at, now)\n",
            "    return operation.sent_at or operation.created_at\n",
        ),
        f"{_CORE}/test_plan_clocks.py::test_a_clock_that_went_back_puts_no_question_off",
    ),
    mutation(
        "plan-from-the-first-try",
        "r16",
        Edit(_PLAN, "min(operation.sent_at or operation.created_at", "min(operation.created_at"),
        f"{_CORE}/test_plan_clocks.py::test_the_plan_begins_when_it_was_sent_last",
    ),
    mutation(
        "wire-reference-used-twice",
        "r01",
        Edit("paycore/naming.py", 'return "" if number == 1 else f"-{number}"', 'return ""'),
        f"{_CORE}/test_naming.py::test_the_first_choice_is_readable",
    ),
    mutation(
        "fingerprint-without-amount",
        "r07",
        Edit(
            "paycore/fingerprint.py",
            "amount.minor if amount is not None else None",
            "0 if amount is not None else None",
        ),
        f"{_CORE}/test_fingerprint.py::test_every_part_counts",
    ),
)
"""A fault a promise; see `tests.mutants.mutations`."""
