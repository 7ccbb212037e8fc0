"""What cannot be taken back is asked first, and done only on a yes."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from paycore.cli.asked import sure, yes_option
from paycore.cli.failing import Failure


@click.command
@yes_option
def act(yes):
    sure("Really?", yes=yes)
    click.echo("done")


@pytest.mark.parametrize(("words", "answer"), [(["--yes"], None), ([], "y\n"), ([], "yes\n")])
def test_a_yes_does_it(words, answer):
    """Said before, or on being asked; the question is no data."""
    done = CliRunner().invoke(act, words, input=answer)

    assert done.stdout == "done\n"
    assert ("Really?" in done.stderr) is not bool(words)


@pytest.mark.parametrize(
    ("answer", "told"),
    [("n\n", "nothing was changed"), ("\n", "nothing was changed"), ("", "--yes does it without")],
)
def test_anything_else_does_nothing(answer, told):
    """A no, the mere return key, or nobody there: exit code 1."""
    done = CliRunner().invoke(act, [], input=answer, standalone_mode=False)

    assert isinstance(done.exception, Failure)
    assert told in done.exception.message
    assert done.exception.exit_code == 1
    assert "done" not in done.stdout
