"""The front page of the command line."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from paycore.cli.front import OWN


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_names_every_command_and_exit_code(run, flag):
    """Short and long; every command of ours with one line of help."""
    shown = run(flag)

    assert shown.exit_code == 0
    assert all(f"  {name} " in shown.stdout for name in OWN)
    assert "3 outcome unknown" in shown.stdout


def test_version_is_the_installed_one(run):
    """`paycore X.Y.Z`, and nothing else."""
    assert run("--version").stdout == f"paycore {version('paycore')}\n"


def test_without_a_command_help_is_shown(run):
    """That is a usage error, told by the whole help."""
    shown = run()

    assert shown.exit_code == 2
    assert "Payments:" in shown.output
