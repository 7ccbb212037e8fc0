"""Faults in what remembers: transactions, fences, leases (R2, R3, R36, R39, R40)."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutation import Edit, ledger, mutation

_LEDGER: Final = "paycore/ledger"
_DURABLE: Final = f"{_LEDGER}/durable"
_MEMORY: Final = f"{_LEDGER}/memory.py"
_TRANSACTIONS: Final = f"{_DURABLE}/transactions.py"
_RECORDING: Final = f"{_DURABLE}/recording.py"
_RESERVING: Final = f"{_DURABLE}/operations.py"
_TESTS: Final = "tests/paycore/ledger/durable"

MUTATIONS: Final = (
    mutation(
        "charge-not-due-with-its-capture",
        "r16",
        Edit(
            _RECORDING,
            "    if charge := hurried(before, after, paid):\n",
            "    if charge := None:\n",
        ),
        ledger("sqlite", "a_charge_is_due_with_its_capture"),
    ),
    mutation(
        "charge-not-due-with-its-release",
        "r16",
        Edit(f"{_LEDGER}/hurrying.py", "    Kind.RELEASE: State.EXPIRED,\n", ""),
        ledger("memory", "a_charge_is_due_with_its_release"),
    ),
    mutation(
        "never-commit",
        "r02",
        Edit(_TRANSACTIONS, "                driver.commit()\n", ""),
        ledger("sqlite", "reserve_leaves_all_that_its_heirs_need"),
    ),
    mutation(
        "no-begin-immediate",
        "r40",
        Edit(
            _TRANSACTIONS,
            'self._repeated(work, "BEGIN IMMEDIATE")',
            'self._repeated(work, "BEGIN")',
        ),
        f"{_TESTS}/test_turns.py::test_a_writer_of_sqlite_has_its_turn_before_it_looks",
    ),
    mutation(
        "reads-of-two-moments",
        "r32",
        Edit(_TRANSACTIONS, 'self._repeated(work, "BEGIN")', 'self._repeated(work, "")'),
        f"{_TESTS}/test_turns.py::test_what_is_read_together_is_of_one_moment",
    ),
    mutation(
        "no-begin-at-all",
        "r36",
        Edit(
            _TRANSACTIONS,
            "                if begin and self._is_sqlite:\n",
            "                if False:\n",
        ),
        f"{_TESTS}/test_turns.py::test_a_writer_of_sqlite_has_its_turn_before_it_looks",
    ),
    mutation(
        "lost-commit-is-repeated-blindly",
        "r40",
        Edit(_TRANSACTIONS, "            again = again or once.committing\n", ""),
        f"{_TESTS}/test_transactions.py::test_a_commit_lost_from_sight_is_looked_for",
    ),
    mutation(
        "busy-is-told-at-once",
        "r40",
        Edit(
            _TRANSACTIONS,
            "            if not (repeatable or once.lost or once.committing)",
            "            if not (once.lost or once.committing)",
        ),
        f"{_TESTS}/test_transactions.py::test_every_statement_may_be_in_somebodys_way",
    ),
    mutation(
        "transaction-is-not-marked",
        "r03",
        Edit(_TRANSACTIONS, "in_transaction.set(True)", "in_transaction.set(False)"),
        ledger("sqlite", "nothing_can_be_sent_inside_a_transaction"),
    ),
    mutation(
        "transaction-in-memory-is-not-marked",
        "r03",
        Edit(f"{_LEDGER}/memory_mail.py", "in_transaction.set(True)", "in_transaction.set(False)"),
        ledger("memory", "nothing_can_be_sent_inside_a_transaction"),
    ),
    mutation(
        "anybody-s-row-is-mine-after-a-lost-commit",
        "r40",
        Edit(_RESERVING, " and known.sent_at == now and known.id == own_id:\n", ":\n"),
        f"{_TESTS}/test_turns.py::test_who_was_quicker_after_a_lost_commit_is_the_dispatcher[sqlite]",
    ),
    mutation(
        "drop-the-fence",
        "r39",
        Edit(
            _RECORDING, "    if fence is not None and fence != before.fence:\n", "    if False:\n"
        ),
        ledger("sqlite", "who_holds_an_older_fence_leaves_evidence_only"),
    ),
    mutation(
        "drop-the-fence-in-memory",
        "r39",
        Edit(
            _MEMORY,
            "            if fence is not None and fence != before.fence:\n",
            "            if False:\n",
        ),
        ledger("memory", "who_holds_an_older_fence_leaves_evidence_only"),
    ),
    mutation(
        "no-evidence-of-what-is-overtaken",
        "r35",
        Edit(
            _RECORDING,
            "    session.change(sql.EVIDENCE_ADDED, **evidence_values(seen))\n    if fence",
            "    if fence",
        ),
        ledger("sqlite", "evidence_and_state_go_together"),
    ),
    mutation(
        "verdict-lost-from-sight-is-a-conflict",
        "r40",
        Edit(
            _RECORDING,
            "    if session.again and before.version == version + 1 and",
            "    if False and",
        ),
        f"{_TESTS}/test_turns.py::"
        "test_a_decision_whose_commit_was_lost_from_sight_is_made_once[sqlite-settle-after]",
    ),
    mutation(
        "anybody-s-verdict-is-mine",
        "r39",
        Edit(_RECORDING, "before.version == version + 1 and before.updated_at == now", "before"),
        f"{_TESTS}/test_turns.py::test_who_was_quicker_to_decide_has_decided[sqlite-settle]",
    ),
    mutation(
        "settled-without-looking-into-the-books",
        "r32",
        Edit(
            _RECORDING,
            "settled(before, state, version, paid, now)",
            "settled(before, state, version, None, now)",
        ),
        "tests/paycore/ledger/test_settling.py::"
        "test_a_refund_without_cover_is_not_settled_as_done[sqlite]",
    ),
    mutation(
        "sums-release-an-unknown-refund",
        "r33",
        Edit(
            _RECORDING,
            "    if operation.kind.gives_back and operation.state.is_open:\n",
            "    if operation.kind.gives_back and operation.state is State.SUBMITTING:\n",
        ),
        f"{_TESTS}/test_operations.py::test_the_sums_are_those_of_the_operations",
    ),
    mutation(
        "check-claimed-without-comparing-in-memory",
        "r39",
        Edit(
            _MEMORY,
            "            if seen is not None and seen != found.checks:\n",
            "            if False:\n",
        ),
        ledger("memory", "a_check_is_claimed_by_who_saw_the_last_one"),
    ),
    mutation(
        "due-while-it-is-sent-in-memory",
        "r39",
        Edit(f"{_LEDGER}/shelf.py", "for o in planned if o.is_free(now)", "for o in planned"),
        ledger("memory", "what_is_due_is_open_and_free"),
    ),
    mutation(
        "token-is-not-looked-for-again",
        "r06",
        Edit(_RESERVING, "    if is_token:  #", "    if False:  #"),
        f"{_TESTS}/test_between.py::test_a_token_stored_in_between_is_seen",
    ),
)
"""A fault a promise; see `tests.mutants.mutations`."""
