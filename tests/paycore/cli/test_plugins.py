"""`paycore plugins`: who is installed, what each can do, and why one is refused."""

from __future__ import annotations

import json

from tests.paycore.demo.toy_shop import install


def test_providers_and_what_they_can_do(run, toy):
    """One block for each, with its package."""
    shown = run("plugins").stdout

    assert "toy-pay 1.0" in shown
    assert "contract 1.0, TOY, 2 currencies" in shown
    assert "charges by hosted page, embedded form, stored token, wallet\n" in shown
    assert "contract 1.0, PF_CC, 1 currency\n" in shown
    assert "serves toy, toy_plain" in shown


def test_a_kind_of_which_there_is_nothing_says_so(run):
    """No other package brings a command here."""
    assert "Commands of other packages\n   none\n" in run("plugins").stdout


def test_a_listener_is_only_its_package(run, tmp_path, monkeypatch):
    """There is nothing more to say of it."""
    install(tmp_path, monkeypatch, "ears", "[paycore.listeners]\near = ear_one", ear_one="")

    assert "Listeners\n ✓ ear ears 1.0\nEngines\n" in run("plugins").stdout


def test_a_refused_one_says_why(run, tmp_path, monkeypatch):
    """The list is complete all the same: exit code 0, the doctor judges."""
    install(tmp_path, monkeypatch, "half", "[paycore.providers]\nhalf = half_one", half_one="")
    shown = run("plugins")

    assert shown.exit_code == 0
    assert "✗ half" in shown.stdout
    assert "'describe' is missing" in shown.stdout


def test_as_json_every_kind_is_a_list(run, toy):
    """Each part with its package, and whether it can be used."""
    told = json.loads(run("--json", "plugins").stdout)
    by_name = {part["name"]: part for part in told["providers"]}

    assert list(told) == ["providers", "simulators", "listeners", "engines", "commands"]
    assert by_name["toy"]["currencies"] == 2
    assert by_name["toy"]["ok"] is True
    assert by_name["fake"]["distribution"] == "paycore"
