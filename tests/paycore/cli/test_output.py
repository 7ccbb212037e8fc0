"""Data goes to stdout, and looks right on a terminal, in a pipe, and in ASCII."""

from __future__ import annotations

import io

import click
import pytest
from rich.console import Console
from rich.table import Table

from paycore import Money, Secret
from paycore.cli import output

LONG = " ".join(["word"] * 100)


def test_a_pipe_breaks_no_line_and_has_no_blank_ends(capsys):
    """What a script reads is whole, and nothing else."""
    table = Table.grid(padding=(0, 4))
    table.add_row("a", LONG)
    table.add_row("b", "")
    output.show(output.data(), table)

    assert capsys.readouterr().out == f"a    {LONG}\nb\n"


def test_a_pipe_keeps_to_a_width_that_is_told(capsys, monkeypatch):
    """`COLUMNS` counts."""
    monkeypatch.setenv("COLUMNS", "40")
    output.show(output.data(), LONG)

    assert max(map(len, capsys.readouterr().out.splitlines())) <= 40


@pytest.mark.parametrize(("columns", "widest"), [("80", 80), ("200", output.WIDEST)])
def test_a_terminal_is_never_overrun_nor_hard_to_read(capsys, monkeypatch, columns, widest):
    """As wide as the terminal, and never wider than the eye can follow."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", columns)
    output.show(output.data(), LONG)
    lines = capsys.readouterr().out.splitlines()

    assert widest - 5 < max(map(len, lines)) <= widest


def test_no_colour_where_none_is_wanted(capsys, monkeypatch):
    """`NO_COLOR` is heard."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    console = output.data()
    console.print("text", style="red")

    assert "31" not in capsys.readouterr().out


def test_texts_are_shown_as_they_are(capsys):
    """Brackets are no markup: `pip install "x[simulator]"` stays whole."""
    output.show(output.data(), 'pip install "x[simulator]" :smile:')

    assert capsys.readouterr().out == 'pip install "x[simulator]" :smile:\n'


@pytest.mark.parametrize(("encoding", "good"), [("utf-8", "✓"), ("ascii", "+")])
def test_signs_are_ascii_where_they_must_be(encoding, good):
    """One character in either case."""
    console = Console(file=io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    signs = [output.sign(console, verdict) for verdict in output.STYLES]

    assert signs[0] == good
    assert {len(sign) for sign in signs} == {1}
    assert all(sign.isascii() for sign in signs) or encoding == "utf-8"


def test_json_is_ascii_and_in_our_shapes(capsys):
    """Money in minor units, secrets masked, and any reader can read it."""
    output.write_json({"é": Money(5, "CAD"), "key": Secret("hush")}, indent=None)

    assert capsys.readouterr().out == (
        '{"\\u00e9": {"amount_minor": 5, "currency": "CAD"}, "key": "[secret]"}\n'
    )


def test_talk_goes_to_stderr(capsys):
    """What is no data is not in the way."""
    output.say("Ready")

    assert capsys.readouterr() == ("", "Ready\n")


def test_a_stranger_cannot_write_on_the_terminal():
    """No escape, no line of its own, no text turned around."""
    assert output.clean("a\x1b[31mb\nc\u202ed") == "a [31mb c d"


def test_a_command_may_be_used_without_ours_around_it():
    """A package's own tests run its command alone."""

    @click.command
    @output.json_option
    def alone() -> None:
        click.echo(output.shared().json)

    from click.testing import CliRunner

    assert CliRunner().invoke(alone, ["--json"]).stdout == "True\n"
    assert CliRunner().invoke(alone, []).stdout == "False\n"
