"""Faults in what callers and workers ask for: refunds, new pages, what is due (R6, R31, R34)."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutation import Edit, mutation

_SUPERSEDE: Final = "paycore/verbs/supersede.py"
_GIVE_BACK: Final = "paycore/verbs/give_back.py"
_UNDO: Final = "paycore/verbs/undo.py"
_TESTS: Final = "tests/paycore"
_VERBS: Final = f"{_TESTS}/verbs"

MUTATIONS: Final = (
    mutation(
        "supersede-without-an-answer",
        "r06",
        Edit(_SUPERSEDE, "    if page.state is State.PENDING and not waits:\n", "    if False:\n"),
        f"{_VERBS}/test_supersede.py::test_without_a_fresh_answer_nothing_gives_way",
    ),
    mutation(
        "supersede-without-asking",
        "r06",
        Edit(
            _SUPERSEDE,
            "        _give_way(wiring, page)\n",
            "        wiring.ledger.supersede(page.id, page.version, wiring.now())\n",
        ),
        f"{_VERBS}/test_supersede.py::test_a_page_that_was_paid_is_not_replaced",
    ),
    mutation(
        "refund-beside-an-open-void",
        "r34",
        Edit(
            _UNDO,
            "        if tried.state not in (State.DECLINED, State.NOT_EXECUTED):\n",
            "        if tried.state is State.SUCCEEDED:\n",
        ),
        f"{_VERBS}/test_give_back.py::TestReverse::test_an_open_void_is_the_answer",
    ),
    mutation(
        "void-asked-for-as-a-refund",
        "r34",
        Edit(_GIVE_BACK, "    if operation.kind is Kind.VOID:\n", "    if False:\n"),
        f"{_VERBS}/test_give_back_asked.py::test_a_void_names_its_charge_and_all_that_it_took",
    ),
    mutation(
        "refund-of-a-charge-without-a-name",
        "r24",
        Edit(
            _GIVE_BACK,
            "        charged.provider_reference,\n        charged.taken,\n",
            '        "",\n        charged.taken,\n',
        ),
        f"{_VERBS}/test_give_back_asked.py::test_a_refund_names_its_charge_and_what_it_took",
    ),
    mutation(
        "refund-in-another-currency",
        "r31",
        Edit(
            _GIVE_BACK,
            "        if amount.currency != payment.amount.currency:\n",
            "        if False:\n",
        ),
        Edit(
            "paycore/money.py",
            "        if other.currency != self.currency:\n",
            "        if False:\n",
        ),
        f"{_VERBS}/test_give_back.py::TestRefund::test_what_cannot_be_is_refused",
    ),
    mutation(
        "currencies-mix",
        "r31",
        Edit(
            "paycore/money.py",
            "        if other.currency != self.currency:\n",
            "        if False:\n",
        ),
        f"{_TESTS}/test_money.py::test_currencies_do_not_mix",
    ),
    mutation(
        "one-failure-stops-the-round",
        "r18",
        Edit(
            "paycore/reconcile.py",
            "        return not ask(wiring, operation, claimed=True).state.is_open\n"
            "    except Exception as error:\n",
            "        return not ask(wiring, operation, claimed=True).state.is_open\n"
            "    except ArithmeticError as error:\n",
        ),
        f"{_TESTS}/test_reconcile.py::test_one_that_fails_stops_no_other",
    ),
    mutation(
        "work-of-an-old-plan",
        "r39",
        Edit(
            "paycore/reconcile.py",
            "        if operation.next_check_at == work.at:\n",
            "        if True:\n",
        ),
        f"{_TESTS}/engines/test_due.py::test_what_was_planned_anew_is_left_alone",
    ),
    mutation(
        "token-that-is-not-stored",
        "r24",
        Edit(
            "paycore/verbs/charge.py",
            "    if made.state is not State.SUCCEEDED:\n",
            "    if False:\n",
        ),
        f"{_VERBS}/test_charge.py::TestTokens::test_it_has_to_be_stored_first",
    ),
    mutation(
        "replay-hears-the-network",
        "r07",
        Edit("paycore/verbs/inbox.py", "    if not done.fresh:\n", "    if False:\n"),
        f"{_VERBS}/test_inbox.py::TestParked::test_a_stored_result_comes_without_network",
    ),
)
"""A fault a promise; see `tests.mutants.mutations`."""
