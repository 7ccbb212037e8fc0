"""Faults on the way out: dispatch, talk and wire (R1 to R5, R10, R49)."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutation import Edit, mutation

_DISPATCH: Final = "paycore/dispatch.py"
_ADAPTER: Final = "paycore/wire/adapter.py"
_ATTEMPT: Final = "paycore/wire/attempt.py"
_SESSION: Final = "paycore/wire/session.py"
_TRANSPORT: Final = "paycore/wire/transport.py"
_WATCHDOG: Final = "paycore/wire/watchdog.py"
_TESTS: Final = "tests/paycore/test_dispatch.py"
_WIRE: Final = "tests/paycore/wire"

MUTATIONS: Final = (
    mutation(
        "commit-after-sending",
        "r02",
        Edit(
            _DISPATCH,
            """\
    reserved = wiring.ledger.reserve(intent, wiring.now())
    if not reserved.fresh:
        return reserved
    operation = reserved.operation
    try:
        wiring.listeners.emit("operation_started", operation=operation)
        talk = account.talk(hook, request_for(operation))
    except BaseException as error:
        raise _ended(wiring, operation, error, nothing_left=True) from None
    send = Noted(_while_leased(wiring, account, operation))
    try:
        report = heard(operation, talk, send)
""",
            """\
    from paycore.ledger.memory import MemoryLedger

    draft = MemoryLedger().reserve(intent, wiring.now()).operation
    talk = account.talk(hook, request_for(draft))
    said = heard(draft, talk, _while_leased(wiring, account, draft))
    reserved = wiring.ledger.reserve(intent, wiring.now())
    if not reserved.fresh:
        return reserved
    operation = reserved.operation
    wiring.listeners.emit("operation_started", operation=operation)
    send = Noted(account.send)
    try:
        report = said
""",
        ),
        f"{_TESTS}::TestOutcomes::test_an_answer_is_recorded",
    ),
    mutation(
        "replay-sends-again",
        "r07",
        Edit(_DISPATCH, "    if not reserved.fresh:\n", "    if False:\n"),
        f"{_TESTS}::test_a_replay_while_the_first_is_under_way_is_its_state",
    ),
    mutation(
        "doubt-is-a-failure",
        "r04",
        Edit(_DISPATCH, "State.UNKNOWN, reason=reason", "State.NOT_EXECUTED, reason=reason"),
        f"{_TESTS}::TestOutcomes::test_no_proof_is_unknown_and_sends_nothing_again",
    ),
    mutation(
        "interrupted-is-not-sent",
        "r04",
        Edit(
            _DISPATCH,
            "nothing_left=nothing_left",
            "nothing_left=True",
        ),
        f"{_TESTS}::TestOutcomes::test_an_interrupted_talk_is_unknown_before_it_goes_on",
    ),
    mutation(
        "plugin-may-conclude",
        "r47",
        Edit(
            _DISPATCH,
            "isinstance(said, Report) and said.state in REPORTABLE",
            "isinstance(said, Report)",
        ),
        f"{_TESTS}::TestBadPlugins::test_whatever_it_makes_of_an_answer_is_unknown",
    ),
    mutation(
        "send-past-the-lease",
        "r39",
        Edit(_DISPATCH, "        if operation.is_free(wiring.now()):\n", "        if False:\n"),
        f"{_TESTS}::test_a_dispatcher_that_was_held_up_before_it_sent_sends_no_more",
    ),
    mutation(
        "answer-without-a-fence",
        "r39",
        Edit(_DISPATCH, "wiring.now(), fence=operation.fence", "wiring.now(), fence=None"),
        f"{_TESTS}::test_a_dispatcher_that_was_given_up_writes_no_more",
    ),
    mutation(
        "answer-not-stored-is-silent",
        "r04",
        Edit(
            _DISPATCH,
            """\
        raise OutcomeUnknown(
            f"{operation.owner}: the answer could not be stored; reconcile will ask again"
        ) from None
""",
            "        return operation\n",
        ),
        f"{_TESTS}::TestLedgerFails::test_an_answer_that_cannot_be_stored_is_unknown",
    ),
    mutation(
        "request-fails-as-unknown",
        "r04",
        Edit(_DISPATCH, "nothing_left=True", "nothing_left=False"),
        f"{_TESTS}::TestLedgerFails::test_a_request_that_cannot_be_made_was_not_sent",
    ),
    mutation(
        "not-sent-after-the-first-byte",
        "r04",
        Edit(_ATTEMPT, "        self.begun = True\n", "        self.begun = False\n"),
        f"{_WIRE}/test_attempt.py::test_nothing_has_begun_before_the_first_byte",
    ),
    mutation(
        "verdict-ignores-what-left",
        "r04",
        Edit(_TRANSPORT, "        if attempt.begun:\n", "        if False:\n"),
        f"{_WIRE}/test_transport_proof.py::test_an_answer_that_breaks_off_is_unknown",
    ),
    mutation(
        "begin-when-time-is-up",
        "r49",
        Edit(
            _ATTEMPT,
            "        if self.expired or monotonic() >= self.deadline:\n",
            "        if False:\n",
        ),
        f"{_WIRE}/test_attempt.py::test_a_request_never_begins_when_time_is_up",
    ),
    mutation(
        "deadline-cuts-nothing",
        "r49",
        Edit(_ATTEMPT, "self._socket.shutdown(socket.SHUT_RDWR)", "pass"),
        f"{_WIRE}/test_attempt.py::test_a_deadline_cuts_the_line",
    ),
    mutation(
        "cut-the-next-user",
        "r49",
        Edit(
            _ATTEMPT,
            "            if self._holder is attempt:\n                with suppress",
            "            if True:\n                with suppress",
        ),
        f"{_WIRE}/test_attempt.py::test_a_line_is_cut_for_its_holder_only",
    ),
    mutation(
        "watchdog-does-not-bark",
        "r49",
        Edit(_WATCHDOG, "                        alarm()\n", "                        pass\n"),
        f"{_WIRE}/test_watchdog.py::test_alarms_sound_in_the_order_of_their_deadlines",
    ),
    mutation(
        "watchdog-oversleeps",
        "r49",
        Edit(_WATCHDOG, "            if at < self._wakes_at:\n", "            if False:\n"),
        f"{_WIRE}/test_watchdog.py::test_an_earlier_deadline_wakes_the_dog",
    ),
    mutation(
        "follow-redirects",
        "r10",
        Edit(
            _SESSION,
            "allow_redirects=False, proxies={}\n        )\n        try:\n"
            "            return heard(response.raw, name)\n        finally:\n"
            "            response.close()\n\n    def get_redirect_target",
            "allow_redirects=True, proxies={}\n        )\n        try:\n"
            "            return heard(response.raw, name)\n        finally:\n"
            "            response.close()\n\n    def no_redirect_target",
        ),
        Edit(
            _ADAPTER,
            "        response.raw = resp\n",
            "        response.raw, response.headers = resp, resp.headers\n"
            "        response.request, response.url = req, req.url\n",
        ),
        "tests/promises/test_r10_asked_once.py::test_r10_every_operation_is_asked_once",
    ),
    mutation(
        "read-the-body-of-a-redirect",
        "r10",
        Edit(_SESSION, "def get_redirect_target", "def no_redirect_target"),
        f"{_WIRE}/test_session.py::test_a_redirect_has_no_target",
    ),
    mutation(
        "transport-tries-again",
        "r10",
        Edit(
            _ADAPTER,
            "POOL_SIZE)\n",
            'POOL_SIZE, max_retries=__import__("urllib3").Retry(3, allowed_methods=None))\n',
        ),
        "tests/promises/test_r05_never_resent.py::"
        "test_r05_a_kept_line_that_breaks_is_not_tried_again",
    ),
    mutation(
        "believe-the-environment",
        "r30",
        Edit(_SESSION, "self.trust_env = False", "self.trust_env = True"),
        "tests/promises/test_r30_only_whom_we_believe.py::test_r30_no_module_turns_it_off",
    ),
    mutation(
        "send-inside-a-transaction",
        "r03",
        Edit(_TRANSPORT, "        if in_transaction.get():\n", "        if False:\n"),
        "tests/promises/test_r03_at_the_door.py::test_r03_the_check_is_there_in_production",
    ),
)
"""A fault a promise; see `tests.mutants.mutations`."""
