"""docs/cli.md says what the command line does."""

from __future__ import annotations

from typing import get_args

import click
import pytest

from paycore.cli import main
from paycore.cli.failing import REFUSED, UNKNOWN
from paycore.cli.front import OWN
from paycore.cli.health.finding import Check
from paycore.cli.simulate import simulate
from paycore.demo.story import STORY
from paycore.demo.trouble import LOST
from tests.docs.pages import blocks, first_column, headings, page, rows, section

CLI = page("cli.md")


def options(command, *, own=()):
    """Return the long options of a command, its own simulator's left out."""
    return {
        option
        for parameter in command.params
        if isinstance(parameter, click.Option) and parameter.name not in own
        for option in parameter.opts
        if option.startswith("--")
    }


def test_every_command_has_a_heading_and_a_line():
    """In the order of the help."""
    told = [row[0].partition("`")[2].partition("`")[0] for row in rows(CLI)]

    assert told == list(OWN)
    assert [heading for heading in headings(CLI) if heading in OWN] == list(OWN)


def test_every_shared_option_is_told():
    """Help stands beside them."""
    told = first_column(section(CLI, "## For every command"))

    assert {name for name in told if name.startswith("--")} == options(main)


def test_every_exit_code_is_told():
    """0 and click's 2 included."""
    text = section(CLI, "## For every command").partition("| exit code")[2]

    assert first_column(f"| exit code{text}") == ["0", str(REFUSED), "2", str(UNKNOWN)]


def test_every_step_of_the_demo_is_told():
    """Its name and its claim."""
    told = [(row[0].strip("`"), row[1].rstrip(" |")) for row in rows(section(CLI, "## demo"))]

    assert told == [(step.name, step.claim) for step in STORY]


def test_the_fault_that_a_simulator_must_know_is_told():
    """By its name."""
    assert f"`{LOST}`" in section(CLI, "## demo")


def test_every_check_of_the_doctor_is_told():
    """In the order in which they come."""
    told = first_column(section(CLI, "## doctor"))

    assert told == list(get_args(Check))


def test_every_option_of_simulate_is_told():
    """Those that every simulator has."""
    context = click.Context(simulate)
    command = simulate.get_command(context, "iotpay")
    own = {"own_merchant_id", "own_merchant_key", "own_login_name"}
    told = set(first_column(section(CLI, "## simulate")))

    assert told == options(command, own=own) - {"--json"}


@pytest.mark.parametrize("block", blocks(CLI, "python"))
def test_the_code_runs(block):
    """As it stands, up to what it defines."""
    exec(compile(block, "docs/cli.md", "exec"), {})
