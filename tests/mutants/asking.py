"""Faults in how a provider is asked, and in when something is given up (R4, R26, R27, R48)."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutation import Edit, mutation

_VERBS: Final = "paycore/verbs"
_ASK: Final = f"{_VERBS}/ask.py"
_GIVING_UP: Final = f"{_VERBS}/giving_up.py"
_TESTS: Final = "tests/paycore/verbs"

MUTATIONS: Final = (
    mutation(
        "ask-beside-its-dispatcher",
        "r39",
        Edit(_ASK, "    if not operation.is_free(now):\n", "    if False:\n"),
        f"{_TESTS}/test_ask.py::TestWhoIsAsked::test_whose_dispatcher_may_be_at_work",
    ),
    mutation(
        "ask-whoever-else-asked",
        "r27",
        Edit(
            _ASK,
            "    if not wiring.ledger.claim_check(operation.id, now, not_within_s, seen):\n",
            "    if False:\n",
        ),
        f"{_TESTS}/test_ask.py::TestWhoIsAsked::test_who_was_asked_a_moment_ago",
    ),
    mutation(
        "work-is-not-claimed",
        "r39",
        Edit(_ASK, "    seen = operation.checks if claimed else None\n", "    seen = None\n"),
        f"{_TESTS}/test_ask_by_plan.py::test_of_two_workers_with_the_same_list_one_asks",
    ),
    mutation(
        "crash-is-not-sent",
        "r36",
        Edit(
            _ASK, 'State.UNKNOWN, reason="its dispatcher', 'State.NOT_SENT, reason="its dispatcher'
        ),
        f"{_TESTS}/test_ask.py::TestWhoIsAsked::test_whose_dispatcher_may_be_at_work",
    ),
    mutation(
        "taken-over-without-a-fence",
        "r39",
        Edit(_ASK, "wiring.now(), fence=operation.fence", "wiring.now()"),
        f"{_TESTS}/test_ask.py::TestWhoIsAsked::test_who_came_back_after_all",
    ),
    mutation(
        "due-for-ever-without-an-account",
        "r48",
        Edit(
            "paycore/plan.py",
            "    if not operation.is_free(now):\n",
            "    if operation.state in (State.RESERVED, State.SUBMITTING):\n",
        ),
        "tests/paycore/test_reconcile.py::test_what_cannot_be_taken_over_waits_for_its_next_time",
        "tests/paycore/test_plan.py::"
        "test_what_was_being_sent_is_in_the_plan_once_its_lease_ran_out",
    ),
    mutation(
        "not-taken-over-without-an-account",
        "r48",
        Edit(
            _ASK,
            "    if operation.state is State.SUBMITTING:  # even",
            "    if operation.state is State.SUBMITTING and operation.account in wiring.accounts:"
            "  # even",
        ),
        "tests/paycore/test_reconcile.py::test_what_nobody_can_ask_about_is_in_nobody_s_way",
    ),
    mutation(
        "lapses-before-a-person-looks",
        "r48",
        Edit("paycore/plan.py", "_LONGEST_S.get(operation.kind, PLAN_S[-1])", "PLAN_S[-1]"),
        f"{_TESTS}/test_ask_by_plan.py::test_a_person_looks_in_time_where_what_is_held_may_lapse",
    ),
    mutation(
        "its-end-is-not-believed",
        "r16",
        Edit(_ASK, "    if after.state is State.AUTHORIZED:\n", "    if False:\n"),
        f"{_TESTS}/test_caught_up.py::test_a_capture_is_told_within_two_minutes",
    ),
    mutation(
        "gives-way-to-what-is-refused",
        "r06",
        Edit(
            f"{_VERBS}/supersede.py",
            "        _check_successor(wiring, payment, page, ready.intent)\n",
            "",
        ),
        f"{_TESTS}/test_supersede.py::test_what_is_refused_lets_nothing_give_way",
    ),
    mutation(
        "answer-overtaken-by-a-refund",
        "r32",
        Edit(
            _ASK,
            "        if request.charge_refundable == _refundable_before(wiring, operation):\n",
            "        if True:\n",
        ),
        f"{_TESTS}/test_ask.py::TestGivingBack::"
        "test_an_answer_overtaken_by_another_refund_proves_nothing",
    ),
    mutation(
        "no-review-at-the-end-of-the-plan",
        "r48",
        Edit(_ASK, "    if is_used_up(after, now) and not after.review:\n", "    if False:\n"),
        f"{_TESTS}/test_ask_by_plan.py::test_a_person_looks_once_the_plan_is_used_up",
    ),
    mutation(
        "absent-once-is-never-executed",
        "r04",
        Edit(_GIVING_UP, "    return told >= ABSENCES and", "    return told >= 1 and"),
        f"{_TESTS}/test_giving_up.py::TestAbsence::test_it_proves_something_where_the_provider_says_so",
    ),
    mutation(
        "absent-before-it-settles",
        "r04",
        Edit(
            _GIVING_UP,
            "evidence.at >= (last if told else settled)",
            "(not told or evidence.at >= last)",
        ),
        f"{_TESTS}/test_giving_up.py::TestAbsence::test_nor_before_the_settling_window",
    ),
    mutation(
        "absent-in-one-breath",
        "r04",
        Edit(_GIVING_UP, "evidence.at + timedelta(seconds=APART_S)", "evidence.at"),
        f"{_TESTS}/test_giving_up.py::TestAbsence::test_nor_in_one_breath",
    ),
    mutation(
        "absence-proves-anywhere",
        "r04",
        Edit(_GIVING_UP, "not account.description.absence_is_proof or ", ""),
        f"{_TESTS}/test_giving_up.py::TestAbsence::"
        "test_it_proves_nothing_where_the_provider_does_not",
    ),
    mutation(
        "noise-is-absence",
        "r04",
        Edit(
            _GIVING_UP, "is Source.QUERY and evidence.fields", "is Source.QUERY or evidence.fields"
        ),
        f"{_TESTS}/test_noise_is_no_absence.py::"
        "test_what_a_provider_says_without_telling_is_no_absence",
    ),
    mutation(
        "timer-to-failure",
        "r48",
        Edit(
            _GIVING_UP,
            "isinstance(answer, NotFound) and _never_executed(wiring, account, operation)",
            "operation.state is State.UNKNOWN and asked_at > _sent(operation) + timedelta(days=1)",
        ),
        "tests/paycore/test_reconcile.py::test_no_timer_makes_a_failure_of_what_is_unknown",
    ),
    mutation(
        "timer-to-expiry",
        "r48",
        Edit(_GIVING_UP, "    if replied and _abandoned", "    if _abandoned"),
        f"{_TESTS}/test_giving_up.py::TestPages::test_but_not_without_an_answer",
    ),
    mutation(
        "page-expires-while-it-is-paid",
        "r48",
        Edit(
            _GIVING_UP,
            "        return isinstance(answer, Report) and answer.state is State.PENDING\n",
            "        return True\n",
        ),
        f"{_TESTS}/test_giving_up.py::TestPages::test_time_alone_proves_nothing",
    ),
    mutation(
        "noise-is-an-answer",
        "r16",
        Edit(_ASK, ' and seen.fields.get("paycore") != UNTOLD', ""),
        f"{_TESTS}/test_unanswered.py::test_what_proves_nothing_is_no_answer",
    ),
    mutation(
        "older-answers-count",
        "r16",
        Edit(_ASK, "is Source.QUERY and seen.at >= asked_at and", "is Source.QUERY and"),
        f"{_TESTS}/test_unanswered.py::test_an_older_answer_is_none_to_a_later_question",
    ),
    mutation(
        "the-answer-to-a-charge-counts",
        "r16",
        Edit(_ASK, "        seen.source is Source.QUERY and seen.at", "        seen.at"),
        f"{_TESTS}/test_unanswered.py::test_what_proves_nothing_is_no_answer",
    ),
    mutation(
        "return-floods-the-provider",
        "r26",
        Edit(f"{_VERBS}/payer_return.py", "not_within_s=HINT_GAP_S", "not_within_s=0"),
        f"{_TESTS}/test_payer_return.py::test_the_provider_is_asked_at_most_once_in_the_gap",
    ),
)
"""A fault a promise; see `tests.mutants.mutations`."""
