"""Faults in the names that providers are told: one that is used twice moves others' money (R1)."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutation import Edit, ledger, mutation

_MEMORY: Final = "paycore/ledger/memory.py"
_DURABLE: Final = "paycore/ledger/durable"
_TESTS: Final = "tests/paycore/ledger/durable"
_MERCHANT: Final = "tests/plugins/test_one_merchant.py"
_BETWEEN: Final = (
    f"{_TESTS}/test_between.py::test_a_name_is_waited_for_that_somebody_is_about_to_take"
)
_ASKED: Final = Edit(
    f"{_DURABLE}/operations.py",
    "session.row(sql.TAKEN, reference_=n)",
    "session.row(sql.BY_OURS, account_=intent.account, reference_=n)",
)
_JUDGED: Final = (
    Edit(
        f"{_DURABLE}/tables.py",
        '"op_key"),\n    UniqueConstraint("reference"),\n',
        '"op_key"),\n    UniqueConstraint("account", "reference"),\n',
    ),
    *(
        Edit(
            f"{_DURABLE}/migrations/sql/0001.{database}.sql",
            "CONSTRAINT uq_paycore_operation_reference UNIQUE (reference)",
            "CONSTRAINT uq_paycore_operation_account_reference UNIQUE (account, reference)",
        )
        for database in ("sqlite", "postgresql")
    ),
)

MUTATIONS: Final = (
    mutation(
        "names-may-be-taken",
        "r01",
        Edit(_MEMORY, "next(n for n in names if not self._shelf.taken(n))", "next(names)"),
        ledger("memory", "no_name_is_used_twice"),
    ),
    mutation(
        "names-of-each-account-in-memory",
        "r01",
        Edit(_MEMORY, "self._shelf.taken(n)", 'self._shelf.by_wire(intent.account, n, "")'),
        ledger("memory", "accounts_share_one_list_of_names"),
    ),
    mutation(
        "names-of-each-account",
        "r01",
        _ASKED,
        ledger("sqlite", "accounts_share_one_list_of_names"),
    ),
    mutation(
        "names-unique-on-an-account-only",
        "r01",
        *_JUDGED,
        f"{_TESTS}/test_tables.py::test_what_breaks_a_promise_is_refused",
    ),
    mutation("names-shared-by-who-asks-at-once", "r01", *_JUDGED, _BETWEEN),
    mutation(
        "names-lost-to-somebody-end-the-call",
        "r40",
        Edit(f"{_DURABLE}/transactions.py", '("40001", "40P01", "23505")', '("40001", "40P01")'),
        _BETWEEN,
    ),
    mutation(
        "names-without-any-line-of-defence",
        "r01",
        *_JUDGED,
        _ASKED,
        f"{_MERCHANT}::test_each_order_is_paid_by_its_own_money",
    ),
    mutation(
        "cards-without-any-line-of-defence",
        "r01",
        *_JUDGED,
        _ASKED,
        f"{_MERCHANT}::test_no_customer_gets_the_card_of_another",
    ),
)
"""A fault a promise; see `tests.mutants.mutations`."""
