"""Shells complete our commands, and those of other packages."""

from __future__ import annotations

import json

import pytest


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_calls_us_back(run, shell):
    """Each shell has its own, and all set the variable that click hears."""
    shown = run("completion", shell)

    assert shown.exit_code == 0
    assert "_PAYCORE_COMPLETE" in shown.stdout


def test_as_json_the_script_is_a_text(run):
    """For whoever writes it somewhere."""
    told = json.loads(run("completion", "zsh", "--json").stdout)

    assert told["shell"] == "zsh"
    assert told["script"].strip() == run("completion", "zsh").stdout.strip()


def test_another_shell_is_a_usage_error(run):
    """The ones there are get listed."""
    failed = run("completion", "tcsh")

    assert failed.exit_code == 2
    assert "'bash', 'zsh', 'fish'" in failed.stderr


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("paycore si", "simulate"),
        ("paycore simulate to", "toy"),
        ("paycore demo --pro", "--provider"),
    ],
)
def test_words_are_completed(run, toy, words, found):
    """Commands, simulators and options."""
    env = {
        "_PAYCORE_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(words.count(" ")),
    }

    assert found in run(env=env, prog_name="paycore").stdout
