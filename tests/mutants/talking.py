"""Faults in a talk: what is proved wherever in it something goes wrong (R4, R5, R49)."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutation import Edit, mutation

_TALK: Final = "paycore/wire/talk.py"
_TESTS: Final = "tests/paycore/test_dispatch.py"
_TALKED: Final = "tests/paycore/wire/test_talk.py"

MUTATIONS: Final = (
    mutation(
        "resend-what-was-lost",
        "r05",
        Edit(
            _TALK,
            "        raise\n    except Exception as error:\n"
            '        raise OutcomeUnknown(f"the call',
            "        return send(call)\n    except Exception as error:\n"
            '        raise OutcomeUnknown(f"the call',
        ),
        f"{_TESTS}::TestOutcomes::test_no_proof_is_unknown_and_sends_nothing_again",
    ),
    mutation(
        "later-call-proves-nothing-sent",
        "r04",
        Edit(_TALK, "        if not moved:\n            raise\n", "        raise\n"),
        f"{_TALKED}::test_a_fault_in_a_later_call_is_unknown",
    ),
    mutation(
        "question-after-a-call-that-moves",
        "r04",
        Edit(_TALK, "True, self.moved or call.moves", "True, call.moves"),
        f"{_TALKED}::test_what_is_proved_turns_on_the_calls_that_move",
    ),
    mutation(
        "every-call-only-asks",
        "r04",
        Edit(_TALK, "self.moved or call.moves is not False", "False"),
        f"{_TALKED}::test_what_is_proved_turns_on_the_calls_that_move",
    ),
    mutation(
        "every-call-moves",
        "r04",
        Edit(_TALK, "self.moved or call.moves is not False", "True"),
        f"{_TALKED}::test_what_is_proved_turns_on_the_calls_that_move",
        f"{_TESTS}::TestQuestions::test_a_question_that_failed_leaves_nothing_behind",
    ),
    mutation(
        "plugin-bug-is-not-sent",
        "r04",
        Edit(
            _TALK,
            'raise OutcomeUnknown(f"the plugin failed on an answer',
            'raise NotSent(f"the plugin failed on an answer',
        ),
        f"{_TALKED}::test_a_failure_on_an_answer_proves_nothing",
    ),
    mutation(
        "talk-without-end",
        "r49",
        Edit(_TALK, "for _ in range(MAX_CALLS):", "for _ in range(10**9):"),
        f"{_TALKED}::test_a_talk_has_a_bound",
    ),
)
"""A fault a promise; see `tests.mutants.mutations`."""
