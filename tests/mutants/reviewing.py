"""Faults in what a review lets happen, and in what begins beside it (R1, R6, R32, R34, R35)."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutation import Edit, ledger, mutation

_ADMISSION: Final = "paycore/ledger/admission.py"
_REVIEWS: Final = "paycore/reviews.py"
_TESTS: Final = "tests/paycore"

MUTATIONS: Final = (
    mutation(
        "first-reason-hides-the-next",
        "r35",
        Edit(_REVIEWS, "review if reason in reasons else", "review if reasons else"),
        ledger("memory", "no_reason_hides_another"),
    ),
    mutation(
        "next-reason-hides-the-first",
        "r35",
        Edit(_REVIEWS, "[reason, *reasons]", "[reason]"),
        f"{_TESTS}/test_reviews.py::test_no_reason_is_lost_and_none_stands_there_twice",
    ),
    mutation(
        "slow-stands-in-the-way-for-ever",
        "r48",
        Edit(_REVIEWS, "known = (HELD_TWICE, ASKED)", "known = (HELD_TWICE,)"),
        ledger("memory", "what_surely_moved_nothing_stands_in_no_way"),
    ),
    mutation(
        "said-again-stands-there-again",
        "r35",
        Edit(_REVIEWS, 'reason.replace(_BETWEEN, ", ")', "reason"),
        ledger("memory", "what_surely_moved_nothing_stands_in_no_way"),
    ),
    mutation(
        "one-reason-allows-a-refund",
        "r32",
        Edit(_REVIEWS, "all(reason.startswith((LATE", "any(reason.startswith((LATE"),
        f"{_TESTS}/test_reviews.py::test_every_reason_has_to_allow_it",
    ),
    mutation(
        "done-again-by-its-like",
        "r34",
        Edit(_ADMISSION, "other.kind.is_like(intent.kind)", "other.kind is intent.kind"),
        ledger("sqlite", "what_was_done_though_never_sent_is_not_done_again"),
    ),
    mutation(
        "done-again-after-a-lost-dispatcher",
        "r01",
        Edit(_ADMISSION, "_OVER: Final = LATE | {State", "_OVER: Final = {State"),
        ledger("memory", "what_a_lost_dispatcher_did_is_not_done_again"),
    ),
    mutation(
        "refund-behind-a-void-in-doubt",
        "r34",
        Edit(_ADMISSION, "doubted = other.state in _OVER", "doubted = False and other"),
        f"{_TESTS}/verbs/test_undo.py::"
        "test_a_void_that_a_person_called_undone_is_not_followed_by_a_refund",
    ),
    mutation(
        "capture-beside-a-capture",
        "r01",
        Edit(_ADMISSION, "payment.taking or next(may_take, None)", "next(may_take, None)"),
        ledger("memory", "one_attempt_takes_the_money"),
    ),
    mutation(
        "capture-beside-a-charge",
        "r01",
        Edit(_ADMISSION, "payment.taking or next(may_take, None)", "payment.taking"),
        ledger("memory", "a_hold_waits_for_a_charge_that_may_take_the_money"),
    ),
    mutation(
        "voided-capture-blocks-for-ever",
        "r48",
        Edit("paycore/payment.py", " if not self._voided(o.charge))", ")"),
        ledger("memory", "a_capture_that_was_voided_lets_the_other_hold_be_captured"),
    ),
    mutation(
        "one-key-undoes-two-payments",
        "r07",
        Edit(_ADMISSION, "(is_new and other.owner != intent.owner)", "False"),
        ledger("sqlite", "a_key_undoes_one_payment"),
    ),
    mutation(
        "reverse-forgets-what-it-is",
        "r07",
        Edit("paycore/verbs/undo.py", "reference, None, key, undoes=True", "reference, None, key"),
        f"{_TESTS}/verbs/test_undo.py::test_a_key_that_reversed_another_payment_meanwhile_is_refused",
    ),
    mutation(
        "late-success-names-no-hold",
        "r09",
        Edit("paycore/verbs/follow_up.py", " and not charge.late\n", "\n"),
        f"{_TESTS}/verbs/test_follow_up.py::"
        "test_a_hold_beside_a_first_attempt_that_succeeded_late_is_named_at_once",
    ),
    mutation(
        "question-unplans-a-dispatch",
        "r48",
        Edit(
            "paycore/ledger/durable/recording.py",
            "next_check(found(session.row(sql.OPERATION_LOCKED,",
            "next_check(found(session.row(sql.OPERATION,",
        ),
        f"{_TESTS}/ledger/durable/test_claiming.py::"
        "test_a_question_takes_no_dispatch_out_of_the_plan",
    ),
)
