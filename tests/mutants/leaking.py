"""Faults in what may be shown, and in what a stranger may make us read (R19, R41, R43)."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutation import Edit, mutation

_ACCOUNT: Final = "paycore/account.py"
_DISPATCH: Final = "paycore/dispatch.py"
_SIGNING: Final = "plugins/iotpay/paycore_iotpay/signing.py"
_TALK: Final = "paycore/wire/talk.py"
_LEFT: Final = "tests/promises/test_r41_nothing_secret_is_left.py"
_SIGNED: Final = "tests/iotpay/test_signing.py"
_TESTS: Final = "tests/paycore/test_dispatch.py"

MUTATIONS: Final = (
    mutation(
        "unscrubbed-words-of-a-plugin",
        "r43",
        Edit(_DISPATCH, "    reason = beginning(reason)\n", ""),
        f"{_TESTS}::TestBadPlugins::test_a_plugin_s_words_are_kept_without_a_card",
    ),
    mutation(
        "frames-of-a-question",
        "r41",
        Edit(
            _ACCOUNT,
            'else "unknown"\n            raise bare(error) from None',
            'else "unknown"\n            raise',
        ),
        "tests/paycore/test_account.py::test_what_is_raised_has_no_frames_of_the_network",
    ),
    mutation(
        "frames-of-a-plugin",
        "r41",
        Edit(_TALK, "        raise bare(interrupt) from None\n", "        raise\n"),
        f"{_LEFT}::test_r41_no_frame_of_a_plugin_that_was_interrupted_is_told",
    ),
    mutation(
        "frames-of-a-check",
        "r41",
        Edit(
            _ACCOUNT,
            "        except BaseException as error:\n            raise bare",
            "        except ZeroDivisionError as error:\n            raise bare",
        ),
        f"{_LEFT}::test_r41_no_frame_of_a_check_is_told",
    ),
    mutation(
        "what-stands-beside-a-schema-is-asked",
        "r41",
        Edit(
            "paycore/wire/written.py",
            "if type(function) is FunctionType and not",
            'if hasattr(function, "__code__") and not',
        ),
        "tests/paycore/wire/test_written.py::test_what_stands_beside_a_schema_is_not_asked",
    ),
    mutation(
        "read-an-unsigned-name-to-its-end",
        "r19",
        Edit(_SIGNING, "beginning(name, 40)", "beginning(name, len(name))[:40]"),
        f"{_SIGNED}::test_an_unsigned_name_is_not_read_to_its_end",
    ),
)
"""A fault a promise; see `tests.mutants.mutations`."""
