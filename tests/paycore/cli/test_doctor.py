"""`paycore doctor`: would it run, what is doubtful, and what is still to be asked."""

from __future__ import annotations

import json

import pytest

GOOD = """
ledger = "memory://"
[accounts.play]
provider = "toy"
mode = "sandbox"
base_url = "http://127.0.0.1:4242"
notify_url = "http://127.0.0.1:4243/webhooks/play"
toy_key = "0123456789abcdef"
"""


@pytest.fixture
def settings(tmp_path):
    """Return a function that writes the settings file, and gives its path."""

    def written(text=GOOD):
        path = tmp_path / "mine.toml"
        path.write_text(text)
        return str(path)

    return written


def test_only_doubtful_is_exit_code_0(run, toy, settings):
    """A ledger that forgets is a warning, with what to do."""
    shown = run("--config", settings(), "doctor")

    assert shown.exit_code == 0
    assert shown.stderr == ""
    assert "! ledger" in shown.stdout
    assert "memory:// forgets" in shown.stdout
    assert "✗" not in shown.stdout


def test_anything_that_would_not_work_is_exit_code_1(run, toy, settings):
    """What fails is shown, and everything else is looked at all the same."""
    failed = run("doctor", "--config", settings(GOOD.replace("toy_key", "toy_kye")))

    assert failed.exit_code == 1
    assert failed.stderr == "error: 1 check failed\n"
    assert "toy_kye: unknown" in failed.stdout
    assert "certificate authorities" in failed.stdout


def test_several_failures_are_counted(run, toy, settings):
    """An unusable plugin fails its account as well."""
    failed = run("doctor", "--config", settings(GOOD.replace('"toy"', '"nobody"')))

    assert failed.stderr == "error: 2 checks failed\n"


def test_questions_to_the_provider_are_listed(run, toy, settings):
    """As the plugin words them, by number."""
    shown = run("--config", settings(), "doctor").stdout

    assert "To settle with toy before going live\n" in shown
    assert " 1. Is it only a toy?\n" in shown
    assert " 2. Who plays with it?\n" in shown


def test_as_json_every_check_is_data(run, toy, settings):
    """With its verdict, and the questions by provider."""
    told = json.loads(run("--config", settings(), "doctor", "--json").stdout)
    verdicts = {check["check"]: check["verdict"] for check in told["checks"]}

    assert told["ok"] is True
    assert verdicts["ledger"] == "warning"
    assert verdicts["accounts"] == "ok"
    assert told["questions"] == {"toy": ["Is it only a toy?", "Who plays with it?"]}


def test_without_settings_it_says_what_to_write(run):
    """The rest of the machine is looked at all the same."""
    failed = run("doctor")

    assert failed.exit_code == 1
    assert "no paycore.toml here" in failed.stdout
    assert "`paycore simulate NAME` prints one to try" in failed.stdout
    assert "clock" in failed.stdout


def test_a_secret_is_shown_nowhere(run, toy, settings, monkeypatch):
    """Neither from the file nor from the environment, in text or JSON."""
    monkeypatch.setenv("PAYCORE_ACCOUNTS__PLAY__TOY_KEY", "fedcba9876543210")
    path = settings()
    shown = run("--config", path, "doctor").stdout + run("doctor", "--json").stdout

    assert "PAYCORE_ACCOUNTS__PLAY__TOY_KEY" in shown
    assert "fedcba9876543210" not in shown
    assert "0123456789abcdef" not in shown
