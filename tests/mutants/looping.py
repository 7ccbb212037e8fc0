"""Faults on an event loop: tasks that are cancelled, calls of aiohttp's, a gateway that closes."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutation import Edit, mutation

_BRIDGE: Final = "paycore/aio/bridge.py"
_CALLBACKS: Final = "tests/paycore/aio/test_hearing.py"
_DELIVER: Final = "paycore/verbs/deliver.py"
_ENDING: Final = "tests/paycore/aio/test_walks.py"
_GATEWAY: Final = "tests/paycore/aio/test_gateway.py"
_HEARING: Final = "paycore/aio/hearing.py"
_KEPT: Final = "tests/paycore/wire/test_async_lines.py"
_LEDGER: Final = "paycore/aio/ledger.py"
_LINES: Final = "paycore/wire/async_lines.py"
_LEAVING: Final = "tests/paycore/aio/test_sending.py"
_SENDING: Final = "paycore/aio/sending.py"
_TRANSPORT: Final = "paycore/wire/async_transport.py"
_UNBEGUN: Final = "tests/paycore/aio/test_ledger.py"
_WALKS: Final = "tests/paycore/aio/test_bridge.py"
_WIRE: Final = "tests/paycore/wire/test_async_transport.py"
_WIRE_CANCELLED: Final = "tests/paycore/wire/test_async_transport_cancelled.py"
_MATRIX: Final = "tests/paycore/test_fault_matrix_transport.py"

MUTATIONS: Final = (
    mutation(
        "cancelled-mid-step",
        "r02",
        Edit(
            _BRIDGE,
            "            one.cancelled = one.cancelled or cancelled\n",
            "            raise\n",
        ),
        f"{_WALKS}::test_a_step_is_never_left_half_way",
    ),
    mutation(
        "cancelled-unheard",
        "r40",
        Edit(
            _BRIDGE,
            "    raise one.cancelled  #",
            "    return cast(T, locals().get('said'))  #",
        ),
        f"{_WALKS}::test_a_step_is_never_left_half_way",
    ),
    mutation(
        "cancelled-by-another-name",
        "r40",
        Edit(_BRIDGE, "    raise one.cancelled  #", "    raise asyncio.CancelledError  #"),
        f"{_WALKS}::test_whoever_cancelled_is_heard",
    ),
    mutation(
        "cancelled-and-reserved",
        "r02",
        Edit(
            _LEDGER,
            "        end_if_cancelled()\n        self._walks.check_open()\n",
            "        self._walks.check_open()\n",
        ),
        f"{_UNBEGUN}::test_a_cancelled_refund_is_not_begun",
    ),
    mutation(
        "cancelled-and-planned",
        "r16",
        Edit(
            _LEDGER,
            "end_if_cancelled()\n        if self._walks.closed:\n            return False\n",
            "if self._walks.closed:\n            return False\n",
        ),
        f"{_UNBEGUN}::test_a_cancelled_round_leaves_the_plan_alone",
    ),
    mutation(
        "cancelled-and-told",
        "r17",
        Edit(
            _LEDGER,
            "end_if_cancelled()\n        if self._walks.closed:\n            return ()\n",
            "if self._walks.closed:\n            return ()\n",
        ),
        Edit(_HEARING, "        end_if_cancelled()\n", ""),
        f"{_UNBEGUN}::test_a_cancelled_charge_calls_nobody_back",
    ),
    mutation(
        "callback-ends-the-round",
        "r17",
        Edit(_HEARING, "            if _is_cancelled():\n", "            if True:\n"),
        f"{_CALLBACKS}::test_what_a_callback_waits_for_may_be_cancelled",
    ),
    mutation(
        "never-run-and-told",
        "r17",
        Edit(_DELIVER, "_check_over(callback(event))", "callback(event)"),
        "tests/paycore/verbs/test_deliver.py::test_what_a_callback_gives_to_await_was_not_done",
    ),
    mutation(
        "closed-under-a-call",
        "r36",
        Edit(
            "paycore/aio/gateway.py",
            "            last_first.push_async_callback(self._walks.ended)\n",
            "",
        ),
        f"{_ENDING}::test_a_verb_under_way_is_waited_for",
    ),
    mutation(
        "closed-and-asked",
        "r16",
        Edit(
            _LEDGER,
            "        if self._walks.closed:\n            return False\n",
            "",
        ),
        f"{_ENDING}::test_a_round_that_is_closed_asks_no_more",
    ),
    mutation(
        "cancelled-and-sent",
        "r40",
        Edit(_SENDING, "        if is_cancelled():\n", "        if False:\n"),
        f"{_GATEWAY}::test_a_task_cancelled_while_it_reserves_sends_nothing",
    ),
    mutation(
        "cancelled-and-unrecorded",
        "r40",
        Edit(
            _BRIDGE,
            "            said = one.throw(error)\n",
            "            raise\n",
        ),
        f"{_GATEWAY}::test_a_task_cancelled_during_its_call_leaves_unknown",
    ),
    mutation(
        "let-go-and-forgotten",
        "r40",
        Edit(_BRIDGE, "            _abandon(one, gone)\n", ""),
        f"{_WALKS}::test_a_walk_that_is_let_go_records_what_it_can",
    ),
    mutation(
        "step-on-the-loop",
        "r49",
        Edit(
            _BRIDGE,
            "    if one.abandoned:\n        return work",
            "    if one is not None:\n        return work",
        ),
        f"{_WALKS}::test_a_step_runs_in_a_thread",
    ),
    mutation(
        "context-shared",
        "r03",
        Edit(_BRIDGE, "        self.gr_context = copy_context()\n", ""),
        f"{_WALKS}::test_each_walk_has_a_context_of_its_own",
    ),
    mutation(
        "unreached-and-unknown",
        "r04",
        Edit(_SENDING, "if not isinstance(proof, NotSent):", "if True:"),
        f"{_LEAVING}::test_cancelled_while_it_connects_it_is_not_sent",
    ),
    mutation(
        "cancelled-is-not-sent",
        "r04",
        Edit(_TRANSPORT, "from (None if attempt.begun else verdict)", "from NotSent('cancelled')"),
        f"{_WIRE_CANCELLED}::test_cancelled_once_it_began_nothing_is_proved",
    ),
    mutation(
        "message-raises-on-another-loop",
        "r11",
        Edit("paycore/aio/gateway.py", "except NotSent as refused", "except KeyError as refused"),
        f"{_ENDING}::test_a_message_on_another_loop_is_answered_503",
    ),
    mutation(
        "answer-decrypted-and-unseen",
        "r24",
        Edit("paycore/wire/lines.py", " and not has_unread(self.sock)", ""),
        f"{_KEPT}::test_an_answer_said_twice_at_once_is_heard_once",
    ),
    mutation(
        "answer-buffered-and-unseen",
        "r24",
        Edit("paycore/wire/lines.py", "bool(self.fp.peek())", "False"),
        f"{_KEPT}::test_an_answer_said_twice_at_once_is_heard_once",
    ),
    mutation(
        "answer-of-nobody",
        "r24",
        Edit(_LINES, "if not (_was_told_more(kept) or _has_news(line)):", "if True:"),
        f"{_KEPT}::test_an_answer_that_nobody_asked_for_is_nobodys",
    ),
    mutation(
        "answer-unread-by-the-loop",
        "r24",
        Edit(_LINES, "(_was_told_more(kept) or _has_news(line))", "_was_told_more(kept)"),
        f"{_KEPT}::test_a_line_is_looked_at_before_it_is_used",
    ),
    mutation(
        "answer-read-by-the-loop",
        "r24",
        Edit(_LINES, "(_was_told_more(kept) or _has_news(line))", "_has_news(line)"),
        f"{_KEPT}::test_a_line_is_looked_at_before_it_is_used",
    ),
    mutation(
        "line-of-another-cut",
        "r04",
        Edit(
            _LINES,
            "        if self._held.protocol is not None or self._line.is_closing():\n",
            "        if self._line is not None:\n",
        ),
        f"{_KEPT}::test_who_failed_cuts_no_line_of_another",
    ),
    mutation(
        "aiohttp-repeats",
        "r05",
        Edit(_LINES, "        if attempt.begun:  # aiohttp", "        if False:  # aiohttp"),
        f"{_WIRE}::test_nothing_is_repeated",
    ),
    mutation(
        "begun-too-late",
        "r04",
        Edit(
            _LINES,
            "        attempt.hold(connected)\n        return connected",
            "        return connected",
        ),
        f"{_WIRE}::test_a_call_is_carried_and_its_connection_kept",
    ),
    mutation(
        "doubt-is-not-sent",
        "r04",
        Edit(
            _TRANSPORT,
            "        if attempt.begun:\n            return OutcomeUnknown(",
            "        if attempt.begun:\n            return NotSent(",
        ),
        f"{_MATRIX}::test_a_fault_proves_no_more_than_it_can",
    ),
    mutation(
        "redirect-followed-on-a-loop",
        "r05",
        Edit(_TRANSPORT, "allow_redirects=False", "allow_redirects=True"),
        Edit(_LINES, "        if attempt.begun:  # aiohttp", "        if False:  # aiohttp"),
        f"{_WIRE}::test_no_redirect_is_followed",
    ),
    mutation(
        "no-deadline-on-a-loop",
        "r49",
        Edit(
            _TRANSPORT,
            "            async with asyncio.timeout(self._time_for(call)):\n",
            "            async with asyncio.timeout(None):\n",
        ),
        f"{_WIRE}::test_a_silent_server_is_given_up",
    ),
    mutation(
        "environment-on-a-loop",
        "r30",
        Edit(_TRANSPORT, "trust_env=False", "trust_env=True"),
        f"{_WIRE}::test_the_environment_has_no_say",
    ),
)
