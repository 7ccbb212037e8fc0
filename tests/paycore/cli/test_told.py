"""docs/cli.md tells every option and every exit code of the commands for payments and operators."""

from __future__ import annotations

import re

import click
import pytest

from paycore.cli import main
from paycore.cli.failing import DECLINED, REVIEW, UNKNOWN
from paycore.cli.front import OWN
from tests.docs.pages import page, section

CLI = page("cli.md")
SHARED = {"--json", "--config"}
PAGES = {"--limit", "--after"}


def options(name):
    """Return the long options of a command of ours, those of all commands left out."""
    command = main.get_command(click.Context(main), name)
    found = (p for p in command.params if isinstance(p, click.Option))
    return {option for p in found for option in p.opts if option.startswith("--")} - SHARED


@pytest.mark.parametrize("name", [name for name in OWN if name not in ("simulate", "db")])
def test_every_option_is_told(name):
    """In the section of its command; `tokenize` points to `charge`."""
    told = section(CLI, f"## {name}")
    told += section(CLI, "## charge") if name == "tokenize" else ""

    assert options(name) <= set(re.findall(r"--[a-z-]+", told))


@pytest.mark.parametrize("name", [name for name in OWN if name not in ("simulate", "db")])
def test_no_option_is_made_up(name):
    """What a section's table names, its command takes."""
    rows = re.findall(r"^\| `(--[a-z-]+)` \|", section(CLI, f"## {name}"), re.MULTILINE)

    assert set(rows) <= options(name)


@pytest.mark.parametrize("code", [0, UNKNOWN, DECLINED, REVIEW])
def test_every_outcome_has_its_exit_code(code):
    """In the table of outcomes, and in the help."""
    table = section(CLI, "## For every command").partition("| outcome |")[2]

    assert re.search(rf"\| {code}( |$)", table, re.MULTILINE)
    assert re.search(rf"[ ,]{code} \w", main.help)


def test_the_error_that_is_shown_is_what_is_said(run):
    """To the letter, where all that is in this repository is installed."""
    command, line = re.search(r"\n\$ paycore (.*)\n(error: .*)\n", CLI).groups()

    assert run(*command.split()).stderr == f"{line}\n"
