"""Faults on an event loop: tasks that are cancelled, calls of aiohttp's (R2, R4, R5, R40)."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutation import Edit, mutation

_BRIDGE: Final = "paycore/aio/bridge.py"
_GATEWAY: Final = "tests/paycore/aio/test_gateway.py"
_SENDING: Final = "paycore/aio/sending.py"
_TRANSPORT: Final = "paycore/wire/async_transport.py"
_WALKS: Final = "tests/paycore/aio/test_bridge.py"
_WIRE: Final = "tests/paycore/wire/test_async_transport.py"
_MATRIX: Final = "tests/paycore/test_fault_matrix_transport.py"

MUTATIONS: Final = (
    mutation(
        "cancelled-mid-step",
        "r02",
        Edit(_BRIDGE, "            one.cancelled = True\n", "            raise\n"),
        f"{_WALKS}::test_a_step_is_never_left_half_way",
    ),
    mutation(
        "cancelled-unheard",
        "r40",
        Edit(
            _BRIDGE,
            "    raise asyncio.CancelledError\n",
            "    return cast(T, locals().get('said'))\n",
        ),
        f"{_WALKS}::test_a_step_is_never_left_half_way",
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
            "            said = _on(one, error)\n",
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
        "aiohttp-repeats",
        "r05",
        Edit(_TRANSPORT, "        if attempt.begun:  # aiohttp", "        if False:  # aiohttp"),
        f"{_WIRE}::test_nothing_is_repeated",
    ),
    mutation(
        "begun-too-late",
        "r04",
        Edit(
            _TRANSPORT,
            "        attempt.line = connected.transport\n        return connected",
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
        Edit(_TRANSPORT, "        if attempt.begun:  # aiohttp", "        if False:  # aiohttp"),
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
