"""One line that says what to do next, and an exit code that says what may have happened."""

from __future__ import annotations

import json

import click
import pytest

from paycore import errors
from paycore.cli.failing import Failure, told

NEXT = [
    (errors.SettingsError, 1, "`paycore doctor`"),
    (errors.PluginRefused, 1, "`paycore plugins`"),
    (errors.InvalidRequest, 1, "mend the call"),
    (errors.Conflict, 1, "what stands in the way"),
    (errors.NotSent, 1, "try again"),
    (errors.LedgerError, 1, "`paycore doctor` looks at the ledger"),
    (errors.OutcomeUnknown, 3, "`paycore query`"),
    (errors.NotSupported, 1, "`paycore plugins` shows who can"),
]


@pytest.mark.parametrize(("kind", "code", "following"), NEXT)
def test_every_error_says_what_to_do_next(kind, code, following, capsys):
    """In one line; only an outcome that may have moved money is exit code 3."""
    failure = told(kind("o-1: broken.", field="amount"), as_json=False)
    failure.show()
    shown = capsys.readouterr()

    assert failure.exit_code == code
    assert shown.out == ""
    assert shown.err.startswith("error: o-1: broken")
    assert following in shown.err
    assert shown.err.count("\n") == 1


def test_an_error_is_one_line_whoever_worded_it(capsys):
    """A plugin's message cannot end the line, nor colour the next one."""
    told(errors.NotSupported("o-1: \x1b[31mred\nerror: all is well"), as_json=False).show()

    shown = capsys.readouterr().err
    assert shown.startswith("error: o-1:  [31mred error: all is well;")
    assert shown.count("\n") == 1


def test_as_json_it_names_type_message_and_field(capsys):
    """One object on stderr."""
    told(errors.InvalidRequest("amount: want more", field="amount"), as_json=True).show()

    assert json.loads(capsys.readouterr().err) == {
        "error": {
            "type": "InvalidRequest",
            "message": "amount: want more; nothing was sent, mend the call",
            "field": "amount",
        }
    }


def test_a_message_that_says_what_to_install_says_enough():
    """No second advice."""
    failure = told(errors.SettingsError('try pip install "x"'), as_json=False)

    assert failure.message == 'try pip install "x"'


@pytest.mark.parametrize(
    ("error", "field"),
    [
        (click.NoSuchOption("--nope"), "--nope"),
        (click.BadParameter("odd", param=click.Option(["--port"])), "port"),
        (click.BadParameter("odd"), None),
        (click.UsageError("odd"), None),
    ],
)
def test_a_usage_error_names_its_option(error, field):
    """And where help is."""
    failure = told(error, as_json=False)

    assert (failure.name, failure.field, failure.exit_code) == ("Usage", field, 2)
    assert failure.message.endswith("; see paycore -h")


def test_another_failure_of_click_stays_one_line():
    """Line breaks become blanks."""
    failure = told(click.ClickException("one\n two"), as_json=False)

    assert (failure.message, failure.exit_code) == ("one two", 1)


def test_a_failure_is_told_once():
    """One that was told already is the same, but as JSON where that is asked for."""
    failure = Failure("X", "y", None, 1)

    assert told(failure, as_json=True) is failure
    assert failure.as_json


def test_help_is_no_failure():
    """Where click says help as an error, it stays help."""
    helped = click.exceptions.NoArgsIsHelpError(click.Context(click.Command("x")))

    assert told(helped, as_json=True) is helped
