"""Faults in the rules of every ledger, and in what people decide (R6, R7, R9, R32, R34, R39)."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutation import Edit, ledger, mutation

_ADMISSION: Final = "paycore/ledger/admission.py"
_RULES: Final = "paycore/ledger/rules.py"
_BY_HAND: Final = "paycore/ledger/by_hand.py"
_CORE: Final = "tests/paycore"
_BOOKED: Final = f"{_CORE}/ledger/test_rules.py"

MUTATIONS: Final = (
    mutation(
        "a-key-means-anything",
        "r07",
        Edit(
            _ADMISSION,
            "        if known.fingerprint != intent.fingerprint:\n",
            "        if False:\n",
        ),
        f"{_BOOKED}::TestAdmitted::test_a_key_stands_for_one_thing_for_ever",
    ),
    mutation(
        "resend-what-is-unknown",
        "r05",
        Edit(
            _ADMISSION,
            "        if known.state is not State.NOT_SENT:\n",
            "        if known.state not in (State.NOT_SENT, State.UNKNOWN):\n",
        ),
        f"{_BOOKED}::TestAdmitted::test_a_known_key_is_answered_by_what_is_stored",
    ),
    mutation(
        "begin-beside-an-open-charge",
        "r06",
        Edit(
            _ADMISSION,
            "    if earlier := payment.authorized or payment.open_charge:\n",
            "    if earlier := None:\n",
        ),
        f"{_BOOKED}::TestAdmitted::test_no_second_attempt_while_one_is_open",
    ),
    mutation(
        "charge-what-is-paid",
        "r01",
        Edit(_ADMISSION, "    if payment.captured:\n", "    if False:\n"),
        f"{_BOOKED}::TestAdmitted::test_nobody_pays_twice",
    ),
    mutation(
        "refund-more-than-is-left",
        "r32",
        Edit(_ADMISSION, "intent.amount > payment.refundable", "intent.amount > payment.amount"),
        f"{_BOOKED}::TestAdmittedReturns::test_never_more_than_is_left",
    ),
    mutation(
        "void-beside-a-refund",
        "r34",
        Edit(
            _ADMISSION,
            "Kind.VOID and payment.refundable != payment.captured.taken",
            "Kind.VOID and False",
        ),
        f"{_BOOKED}::TestAdmittedReturns::test_a_void_is_whole",
    ),
    mutation(
        "give-back-under-review",
        "r32",
        Edit(
            _ADMISSION,
            "    if not lets_give_back(payment.captured.review):\n",
            "    if False:\n",
        ),
        f"{_BOOKED}::TestAdmittedReturns::test_a_charge_under_review_gives_nothing_back",
    ),
    mutation(
        "reserve-the-whole-for-the-rest",
        "r32",
        Edit(
            _ADMISSION,
            "    return payment.refundable if intent",
            "    return payment.amount if intent",
        ),
        f"{_BOOKED}::test_what_names_no_amount_reserves_all_that_is_left",
    ),
    mutation(
        "sent-again-under-the-old-fence",
        "r39",
        Edit(_ADMISSION, "fence=operation.fence + again", "fence=operation.fence"),
        ledger("memory", "a_key_never_sent_is_dispatched_again"),
    ),
    mutation(
        "given-up-under-the-old-fence",
        "r39",
        Edit(_RULES, "fence=before.fence + overtaken", "fence=before.fence"),
        f"{_BOOKED}::TestConcluded::test_who_was_given_up_can_write_no_more",
    ),
    mutation(
        "late-success-by-a-message",
        "r20",
        Edit(_RULES, "    if source is Source.NOTIFICATION:\n", "    if False:\n"),
        f"{_BOOKED}::TestConcluded::test_a_late_success_is_believed_of_a_query_only",
    ),
    mutation(
        "late-refund-without-cover",
        "r32",
        Edit(_RULES, "wanted is not None and wanted > payment.left(before.charge)", "False"),
        f"{_BOOKED}::TestConcluded::test_a_late_refund_never_gives_back_more_than_was_taken",
    ),
    mutation(
        "late-refund-with-another-charge-s-money",
        "r32",
        Edit(
            _RULES,
            "wanted > payment.left(before.charge)",
            "wanted > payment.refundable",
        ),
        f"{_CORE}/ledger/test_rules_edges.py::"
        "test_a_late_refund_of_another_charge_takes_nothing_of_this_one",
    ),
    mutation(
        "message-in-time-is-late",
        "r20",
        Edit(
            _RULES,
            "    if report.state is not State.SUCCEEDED or before.state not in LATE:\n",
            "    if report.state is not State.SUCCEEDED:\n",
        ),
        f"{_CORE}/ledger/test_rules_edges.py::test_a_message_in_time_is_not_late",
    ),
    mutation(
        "taken-twice-in-silence",
        "r09",
        Edit(
            _RULES,
            "    return evolve(charge, review=reviews.added(charge.review, both))\n",
            "    return charge\n",
        ),
        f"{_BOOKED}::TestConcluded::test_two_that_took_the_money_are_named",
    ),
    mutation(
        "books-may-hold-less",
        "r35",
        Edit(_RULES, "    if least <= told <= most:\n", "    if told <= most:\n"),
        f"{_BOOKED}::TestBooks::test_a_cent_is_a_difference",
    ),
    mutation(
        "overtaken-success-is-silent",
        "r39",
        Edit(
            _RULES,
            "    return evolve(before, review=reviews.added(before.review, told))\n",
            "    return evolve(before, review=before.review)\n",
        ),
        f"{_CORE}/ledger/test_memory.py::TestRecord::test_who_holds_an_older_fence_leaves_evidence_only",
    ),
    mutation(
        "our-conclusion-beats-what-was-told",
        "r14",
        Edit(
            _RULES,
            "    if advance(before.state, report.state) is not Step.MOVES:\n",
            "    if False:\n",
        ),
        f"{_BOOKED}::TestConcluded::test_what_we_conclude_ourselves_contradicts_nobody",
    ),
    mutation(
        "version-stands-still",
        "r39",
        Edit(_RULES, "        version=before.version + 1,\n", "        version=before.version,\n"),
        ledger("memory", "who_looked_at_another_version_settles_nothing"),
    ),
    mutation(
        "settle-whatever-it-is-now",
        "r39",
        Edit(_BY_HAND, "    if before.version != version:\n", "    if False:\n"),
        f"{_CORE}/ledger/test_by_hand.py::test_what_changed_meanwhile_is_looked_at_again",
    ),
    mutation(
        "settle-while-it-is-sent",
        "r39",
        Edit(_BY_HAND, "    if not before.is_free(now):\n", "    if False:\n"),
        f"{_CORE}/ledger/test_by_hand.py::test_what_is_being_sent_is_left_alone",
    ),
    mutation(
        "settled-review-stays",
        "r48",
        Edit(_BY_HAND, '        review="",\n', ""),
        f"{_CORE}/ledger/test_by_hand.py::test_what_is_doubted_may_become_any_of_three",
    ),
    mutation(
        "settled-under-the-old-fence",
        "r39",
        Edit(
            _BY_HAND,
            "fence=before.fence + (before.state is State.SUBMITTING)",
            "fence=before.fence",
        ),
        f"{_CORE}/ledger/test_by_hand.py::test_what_is_being_sent_is_left_alone",
    ),
    mutation(
        "success-taken-back-by-hand",
        "r14",
        Edit(
            _BY_HAND,
            "    took = before.state is State.SUCCEEDED and state is not State.SUCCEEDED\n",
            "    took = False\n",
        ),
        f"{_CORE}/ledger/test_by_hand.py::test_a_success_stays_one",
    ),
    mutation(
        "settle-a-refund-without-cover",
        "r32",
        Edit(_BY_HAND, "    if before.amount > payment.left(before.charge):\n", "    if False:\n"),
        f"{_CORE}/ledger/test_by_hand.py::test_a_refund_that_was_over_gives_back_only_what_is_left",
    ),
    mutation(
        "settle-with-another-charge-s-money",
        "r32",
        Edit(
            _BY_HAND,
            "before.amount > payment.left(before.charge)",
            "before.amount > payment.refundable",
        ),
        f"{_CORE}/ledger/test_by_hand_edges.py::"
        "test_a_refund_of_another_charge_is_not_settled_as_done",
    ),
    mutation(
        "supersede-what-may-be-paid",
        "r06",
        Edit(_BY_HAND, " or not (waits or unreached):\n", ":\n"),
        f"{_CORE}/ledger/test_by_hand.py::test_nothing_else_does",
    ),
)
"""A fault a promise; see `tests.mutants.mutations`."""
