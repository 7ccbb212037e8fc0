"""Commands of other packages join by entry point; a broken one harms nobody."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from paycore import Money, StoredToken, open_gateway
from tests.paycore.cli.processes import typed
from tests.paycore.demo.toy_shop import install

GROUP = "[paycore.commands]\n"
GOOD = """
import click
from paycore import OutcomeUnknown
from paycore.cli import config_option, json_option, shared

@click.group()
def ledger():
    "Look into the ledger."

@ledger.command()
@json_option
@config_option()
def show():
    print(shared().json, shared().config)

@ledger.command()
def ask():
    raise OutcomeUnknown("o-1: no answer came")
"""


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    """Install a package with a group of commands."""
    install(tmp_path, monkeypatch, "books", GROUP + "ledger = ledger_one:ledger", ledger_one=GOOD)


def test_a_package_brings_its_group(run, ledger):
    """It stands in the help, and runs."""
    assert "Look into the ledger." in run("--help").stdout
    assert run("ledger", "show").stdout == "False None\n"


@pytest.mark.parametrize(
    "words",
    [
        ("--json", "--config", "x.toml", "ledger", "show"),
        ("ledger", "show", "--json", "--config", "x.toml"),
        ("--config", "y.toml", "ledger", "show", "--json", "--config", "x.toml"),
    ],
)
def test_shared_options_stand_before_or_after(run, ledger, words):
    """`--json` and `--config` are heard wherever they stand; the later one wins."""
    assert run(*words).stdout == "True x.toml\n"


def test_the_environment_names_the_settings(run, ledger):
    """`PAYCORE_CONFIG` is `--config`, and gives way to it."""
    env = {"PAYCORE_CONFIG": "env.toml"}

    assert run("ledger", "show", env=env).stdout == "False env.toml\n"
    assert run("--config", "x.toml", "ledger", "show", env=env).stdout == "False x.toml\n"


def test_an_error_of_theirs_is_told_like_ours(run, ledger):
    """An unknown outcome is exit code 3, whoever met it."""
    failed = run("ledger", "ask")

    assert failed.exit_code == 3
    assert failed.stderr.startswith("error: o-1: no answer came; money may have moved")


@pytest.mark.parametrize(
    ("module", "problem"),
    [
        ("import no_such_module_here", "no_such_module_here"),
        ("raise SystemExit('out of order')", "out of order"),
        ("assert False", "AssertionError"),
        ("bad = 7", "is no click command"),
    ],
)
def test_a_broken_stranger_is_shown_as_broken(run, tmp_path, monkeypatch, module, problem):
    """Help works, and says who is broken; running it is one line on stderr and exit code 1."""
    install(tmp_path, monkeypatch, "bad", GROUP + "bad = bad_one:bad", bad_one=module)
    helped, failed = run("--help", env={"COLUMNS": "200"}), run("bad", "--any", "thing")

    assert (helped.exit_code, failed.exit_code) == (0, 1)
    assert "(broken: " in helped.stdout
    assert problem in failed.stderr
    assert failed.stderr.count("\n") == 1


def test_two_claims_to_one_name_are_both_named(run, tmp_path, monkeypatch):
    """Neither of them runs."""
    for name in ("one", "two"):
        install(tmp_path / name, monkeypatch, name, GROUP + "ledger = x_one:x", x_one="")
    failed = run("ledger")

    assert "one 1.0" in failed.stderr
    assert "two 1.0" in failed.stderr
    assert failed.exit_code == 1


def test_our_commands_cannot_be_taken(run, tmp_path, monkeypatch):
    """A stranger called `doctor` is not run."""
    stranger = "import click\ndoctor = click.Command('doctor', callback=lambda: print('hi'))"
    install(tmp_path, monkeypatch, "quack", GROUP + "doctor = quack_one:doctor", quack_one=stranger)

    assert "Check settings" in run("doctor", "--help").stdout
    assert run("--help").stdout.count("doctor") == 1


@pytest.mark.parametrize("words", [("--json", "nope"), ("nope", "--json"), ("--json", "--nope")])
def test_errors_are_json_wherever_the_option_stands(run, words):
    """Even where the command line could not be parsed."""
    failed = run(*words)

    assert failed.exit_code == 2
    assert failed.stdout == ""
    assert json.loads(failed.stderr)["error"]["type"] == "Usage"


def test_after_two_dashes_json_is_a_word_like_any_other(run):
    """`--` ends the options."""
    assert run("nope", "--", "--json").stderr.startswith("error: ")


READS = """
import click

@click.command()
def reads():
    open("secret.txt").read()
"""


def test_a_file_that_cannot_be_read_is_no_traceback(run, tmp_path, monkeypatch):
    """One line with its name, whichever command wanted it."""
    install(tmp_path, monkeypatch, "reads", GROUP + "reads = reads_one:reads", reads_one=READS)
    failed, as_json = run("reads"), run("--json", "reads")

    assert (failed.exit_code, failed.stderr) == (
        1,
        "error: secret.txt: No such file or directory\n",
    )
    assert json.loads(as_json.stderr)["error"]["type"] == "Failed"


@pytest.mark.parametrize("words", [("verify", "cards"), ("verify", "cards", "--json")])
def test_an_input_that_cannot_be_read_is_no_traceback(shop, words):
    """As standard input that only takes."""
    with (shop / "odd").open("w") as odd:
        done = typed(*words, cwd=shop, stdin=odd)

    assert (done.returncode, done.stdout) == (1, "")
    assert "Bad file descriptor" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words", [("find", "o-1"), ("operations",), ("export", "--since", "2020-01-01", "--csv")]
)
def test_a_full_disk_is_told_where_nothing_moves(shop, words):
    """Exit code 1 and one line, whatever was to be written."""
    with open_gateway("paycore.toml") as gateway:
        gateway.charge("o-1", Money(1500, "CAD"), StoredToken("any-card"))
    with Path("/dev/full").open("w") as full:
        more = {"capture_output": False, "stdout": full, "stderr": subprocess.PIPE}
        done = typed(*words, cwd=shop, **more)

    assert (done.returncode, done.stderr) == (1, "error: No space left on device\n")
