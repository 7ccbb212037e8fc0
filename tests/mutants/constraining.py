"""Faults in what the database is told to refuse, to keep and to forget (R6, R32, R35, R37)."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutation import Edit, ledger, mutation

_LEDGER: Final = "paycore/ledger"
_DURABLE: Final = f"{_LEDGER}/durable"
_TABLES: Final = f"{_DURABLE}/tables.py"
_LITE: Final = f"{_DURABLE}/migrations/sql/0001.sqlite.sql"
_POST: Final = f"{_DURABLE}/migrations/sql/0001.postgresql.sql"
_STATEMENTS: Final = f"{_DURABLE}/statements.py"
_SAFETY: Final = f"{_DURABLE}/safety.py"
_ADMISSION: Final = f"{_LEDGER}/admission.py"
_TESTS: Final = "tests/paycore/ledger/durable"
_JUDGE: Final = f"{_TESTS}/test_tables.py::test_what_breaks_a_promise_is_refused"
_LEFT: Final = (
    '    .where(_p.captured - _p.refunded - _p.reserved - _p.voided >= number("minor"))\n'
)
_REMEDIES: Final = "captured >= refunded + reserved + voided"
_NO_CHECK: Final = (
    Edit(_TABLES, f'    CheckConstraint("{_REMEDIES}", name="remedies"),\n', ""),
    *(
        Edit(
            file,
            "(refunded >= 0 AND reserved >= 0 AND voided >= 0),\n"
            f"  CONSTRAINT ck_paycore_payment_remedies CHECK ({_REMEDIES})\n",
            "(refunded >= 0 AND reserved >= 0 AND voided >= 0)\n",
        )
        for file in (_LITE, _POST)
    ),
)
_NO_INDEX: Final = (
    Edit(
        _TABLES,
        '_index("uq_paycore_operation_open_charge", _op.owner, where=_OPEN_CHARGE, unique=True)\n',
        "",
    ),
    *(
        Edit(
            file,
            "CREATE UNIQUE INDEX uq_paycore_operation_open_charge ON paycore_operation (owner) "
            "WHERE kind = 'charge' AND superseded = 0 AND "
            "state IN ('authorized', 'pending', 'reserved', 'submitting', 'unknown')\n\n",
            "",
        )
        for file in (_LITE, _POST)
    ),
)

MUTATIONS: Final = (
    mutation(
        "write-whatever-the-fence-is",
        "r39",
        Edit(
            _STATEMENTS,
            '    .where(_o.fence == bindparam("fence_before", type_=_o.fence.type))\n',
            "",
        ),
        f"{_TESTS}/test_recording.py::test_who_lost_its_fence_writes_nothing[sqlite]",
    ),
    mutation(
        "refund-by-check-then-update",
        "r32",
        Edit(_STATEMENTS, _LEFT, ""),
        f"{_TESTS}/test_operations.py::test_sums_that_were_changed_by_hand_give_nothing_back",
    ),
    mutation("no-check-of-the-remedies", "r32", *_NO_CHECK, _JUDGE),
    mutation(
        "refund-without-any-line-of-defence",
        "r32",
        *_NO_CHECK,
        Edit(_STATEMENTS, _LEFT, ""),
        f"{_TESTS}/test_operations.py::test_sums_that_were_changed_by_hand_give_nothing_back",
    ),
    mutation("no-index-on-the-open-charge", "r06", *_NO_INDEX, _JUDGE),
    mutation(
        "open-charge-without-any-line-of-defence",
        "r06",
        *_NO_INDEX,
        Edit(
            _ADMISSION,
            "    if earlier := payment.authorized or payment.open_charge:\n",
            "    if earlier := None:\n",
        ),
        ledger("sqlite", "one_of_many_keys_charges"),
    ),
    mutation(
        "keys-are-not-unique",
        "r07",
        Edit(_TABLES, '    UniqueConstraint("kind", "op_key"),\n', ""),
        *(
            Edit(file, "  CONSTRAINT uq_paycore_operation_kind_op_key UNIQUE (kind, op_key),\n", "")
            for file in (_LITE, _POST)
        ),
        _JUDGE,
    ),
    mutation(
        "evidence-may-change",
        "r35",
        Edit(
            _LITE,
            "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END\n\n",
            "BEGIN SELECT 1; END\n\n",
        ),
        _JUDGE,
    ),
    mutation(
        "evidence-may-go",
        "r35",
        Edit(
            _LITE,
            "BEFORE DELETE ON paycore_evidence\nBEGIN SELECT RAISE(ABORT, "
            "'evidence is append-only'); END",
            "BEFORE DELETE ON paycore_evidence\nBEGIN SELECT 1; END",
        ),
        _JUDGE,
    ),
    mutation(
        "check-claimed-without-comparing",
        "r39",
        Edit(_STATEMENTS, '_o.checks == number("seen")', "_o.checks >= ZERO"),
        ledger("sqlite", "a_check_is_claimed_by_who_saw_the_last_one"),
    ),
    mutation(
        "due-while-it-is-sent",
        "r39",
        Edit(_STATEMENTS, '_o.lease_until <= number("now_")', "_o.lease_until > ZERO"),
        ledger("sqlite", "what_is_due_is_open_and_free"),
    ),
    mutation(
        "nothing-is-locked",
        "r32",
        Edit(
            _STATEMENTS,
            "PAYMENT_LOCKED: Final = PAYMENT.with_for_update()",
            "PAYMENT_LOCKED: Final = PAYMENT.limit(1)",
        ),
        Edit(
            _STATEMENTS,
            "OWNED_LOCKED: Final = OWNED.with_for_update()",
            "OWNED_LOCKED: Final = OWNED.limit(999)",
        ),
        f"{_TESTS}/test_between.py::"
        "test_a_late_success_waits_for_the_refund_that_is_being_reserved",
    ),
    mutation(
        "synchronous-is-not-read-back",
        "r37",
        Edit(
            _SAFETY,
            "            if found is not None and found[0] != value:",
            "            if False:",
        ),
        f"{_TESTS}/test_safety.py::test_a_connection_that_does_not_obey_is_refused",
    ),
    mutation(
        "synchronous-may-be-normal",
        "r37",
        Edit(_SAFETY, '{"delete": ("extra",)', '{"delete": ("extra", "full", "normal")'),
        f"{_TESTS}/test_safety.py::test_sqlite_that_forgets_is_refused",
    ),
    mutation(
        "server-may-forget",
        "r37",
        Edit(_SAFETY, '("fsync", "synchronous_commit", "full_page_writes"):', '("fsync",):'),
        f"{_TESTS}/test_safety.py::test_a_server_that_forgets_is_refused",
    ),
    mutation(
        "purge-what-is-open",
        "r08",
        Edit(
            _STATEMENTS, "or_(text(IS_OPEN), text(IS_PLANNED), text(IN_REVIEW))", "text(IN_REVIEW)"
        ),
        "tests/paycore/ledger/test_forgetting.py::test_what_may_still_move_is_not_purged",
    ),
    mutation(
        "purge-what-is-open-in-memory",
        "r08",
        Edit(
            f"{_LEDGER}/forgetting.py", "o.state.is_open or o.next_check_at or o.review", "o.review"
        ),
        "tests/paycore/ledger/test_forgetting.py::test_what_may_still_move_is_not_purged",
    ),
    mutation(
        "purged-for-good",
        "r41",
        Edit(
            f"{_DURABLE}/recording.py",
            "    if row is not None and row[-1]:\n",
            "    if False:\n",
        ),
        ledger("sqlite", "what_is_asked_about_after_a_purge_is_purged_again"),
    ),
    mutation(
        "kept-beside-a-purge",
        "r41",
        Edit(
            _STATEMENTS,
            ".where(_p.reference.in_(_told_of)).with_for_update()",
            ".where(_p.reference.in_(_told_of))",
        ),
        f"{_TESTS}/test_between.py::"
        "test_a_message_that_comes_while_its_payment_is_purged_goes_with_the_next",
    ),
    mutation(
        "strangers-are-never-purged",
        "r41",
        Edit(
            f"{_DURABLE}/ledger.py",
            "            while self._db.write(",
            "            while False and self._db.write(",
        ),
        ledger("sqlite", "what_nobody_knows_is_purged_as_well"),
    ),
    mutation(
        "purge-takes-what-a-message-was-about",
        "r13",
        Edit(f"{_LEDGER}/forgetting.py", "        amount=report.amount,\n", ""),
        "tests/paycore/ledger/test_forgetting.py::"
        "test_a_purged_message_still_says_what_it_was_about",
    ),
    mutation(
        "purge-leaves-the-card",
        "r41",
        Edit(_STATEMENTS, ".values(instrument=NOTHING, next_action", ".values(next_action"),
        "tests/paycore/ledger/test_forgetting.py::test_a_purge_takes_the_payer_along[sqlite]",
    ),
    mutation(
        "purge-leaves-what-messages-said",
        "r41",
        Edit(
            f"{_DURABLE}/purging.py",
            "row.id, notification=left",
            "row.id, notification=notification_text(row.notification)",
        ),
        "tests/paycore/ledger/test_forgetting.py::test_a_purge_takes_the_payer_along[sqlite]",
    ),
)
"""A fault a promise; see `tests.mutants.mutations`."""
