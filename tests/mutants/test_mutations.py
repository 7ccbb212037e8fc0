"""The list of planted faults follows the code, and names tests that are there."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from paycore.testing.ledgers import CHECKS
from tests.mutants.copies import ROOT
from tests.mutants.mutation import ledger
from tests.mutants.mutations import MUTATIONS

GUARDED = (
    *("dispatch", "events", "fingerprint", "naming", "operation", "payment", "plan", "reconcile"),
    *(
        "books",
        "states",
        "ledger/admission",
        "ledger/by_hand",
        "ledger/forgetting",
        "ledger/memory",
        "ledger/rules",
    ),
    *(f"ledger/durable/{name}" for name in ("operations", "outbox", "purging", "recording")),
    *(f"ledger/durable/{name}" for name in ("mail_statements", "safety", "statements", "tables")),
    *("ledger/mail", "ledger/durable/inbox"),
    *("aio/bridge", "aio/sending", "wire/async_transport"),
    *("ledger/durable/transactions", "wire/attempt", "wire/session", "wire/talk", "wire/watchdog"),
    *(f"verbs/{name}" for name in ("ask", "charge", "deliver", "give_back", "giving_up", "inbox")),
    *(f"verbs/{name}" for name in ("capture", "follow_up", "undo")),
    *(f"verbs/{name}" for name in ("judge", "payer_return", "receive", "supersede")),
)
"""What money rests on: in each of these a fault is planted."""
LEDGER_TESTS = {
    ledger(kind, check.__name__) for check in CHECKS for kind in ("memory", "sqlite", "postgresql")
}


@cache
def names(path: Path) -> frozenset[str]:
    """Return the tests of a file, `TestClass::test_name` where they are in a class."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{each.name}" for each in node.body if _is_test(each)}
        elif _is_test(node):
            found.add(node.name)
    return frozenset(found)


def _is_test(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test")


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_fault_can_be_planted(mutation):
    """Each old text stands once in its file, and what takes its place is code."""
    made = mutation.made(ROOT)

    assert made
    assert all(text != (ROOT / file).read_text(encoding="utf-8") for file, text in made.items())


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_its_tests_are_there(mutation):
    """By file and name; of a ledger's promises, by the check."""
    assert mutation.tests
    for test in mutation.tests:
        if test.startswith(ledger("", "").partition("[")[0]):
            assert test in LEDGER_TESTS
        else:
            file, _, name = test.partition("[")[0].partition("::")
            assert name in names(ROOT / file)


def test_each_fault_has_a_name_and_a_promise():
    """One name for each, so that it can be played alone."""
    told = [mutation.name for mutation in MUTATIONS]

    assert len(set(told)) == len(told) >= 25
    assert all(name == name.lower() and " " not in name for name in told)
    assert {mutation.promise[0] for mutation in MUTATIONS} == {"r"}


def test_every_room_that_money_passes_has_a_fault():
    """None of the modules that guard it is left out."""
    faulty = {edit.file for mutation in MUTATIONS for edit in mutation.edits}
    signing = "plugins/iotpay/paycore_iotpay/signing.py"

    assert {*(f"paycore/{name}.py" for name in GUARDED), signing} - faulty == set()


def test_every_gate_of_the_promises_has_a_fault():
    """Those that a fault in the code can break; others are about tools and machines."""
    promises = {mutation.promise for mutation in MUTATIONS}

    assert {f"r{number:02}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)} <= promises
    assert {f"r{number}" for number in (14, 15, 16, 17, 20, 22, 24, 32, 33, 34, 36)} <= promises
