"""`paycore demo`: the whole story on a terminal, in a pipe and as JSON."""

from __future__ import annotations

import json
import subprocess
import sys

from paycore.demo.story import STORY


def cheat(toy, monkeypatch):
    """Let every charge move money twice, and one move that nobody asked for."""
    moved = toy.ToySimulator.moved

    def twice(self, order):
        moved(self, order)
        if order["verb"] == "charge":
            moved(self, {**order, "reference": "stray"})

    monkeypatch.setattr(toy.ToySimulator, "moved", twice)


def test_a_good_provider_plays_to_the_end(run, toy):
    """Every claim, both books, and a last line that sums it up; exit code 0."""
    shown = run("demo", "--provider", "toy")

    assert shown.exit_code == 0
    assert shown.stderr == ""
    assert all(step.claim in shown.stdout for step in STORY)
    assert "side by side, in EUR" in shown.stdout
    assert f"{len(STORY)} steps as they should be\n" in shown.stdout
    assert "in both books alike" in shown.stdout


def test_what_a_provider_cannot_do_is_counted_apart(run, toy):
    """Left out is neither good nor bad."""
    shown = run("demo", "--provider", "toy_plain")

    assert shown.exit_code == 0
    assert "6 steps as they should be, 19 not for this channel" in shown.stdout


def test_a_lie_ends_in_exit_code_1(run, toy, monkeypatch):
    """Which step failed, what was expected, and that the books differ."""
    cheat(toy, monkeypatch)
    failed = run("demo", "--provider", "toy")

    assert failed.exit_code == 1
    assert failed.stderr.startswith("error: the books differ (charge stray")
    assert "and they differ" in failed.stdout
    assert "stray" in failed.stdout


def test_a_failed_step_shows_expected_and_got(run, toy, monkeypatch):
    """In the line of the step, and by name on stderr."""
    monkeypatch.setattr(toy.ToySimulator, "settle", lambda self: None)
    failed = run("demo", "--provider", "toy")

    assert failed.exit_code == 1
    assert "\n    expected 200, got none\n" in failed.stdout
    assert "as they should be, 1 not\n" in failed.stdout
    assert failed.stderr == f"error: 1 of {len(STORY)} steps failed (toy: notified)\n"


def test_as_json_steps_and_books_are_data(run, toy):
    """One document: each step, each payment in both books."""
    told = json.loads(run("demo", "--provider", "toy", "--json").stdout)
    page = told["books"][0]

    assert told["ok"] is True
    assert [step["step"] for step in told["steps"]] == [step.name for step in STORY]
    assert page["payment"] == "toy-page"
    assert page["ours"] == page["theirs"]
    assert page["ours"]["refunded"] == {"amount_minor": 500, "currency": "EUR"}
    assert (told["extra_effects"], told["left_out"]) == ([], [])


def test_as_json_a_failure_is_data_and_an_error(run, toy, monkeypatch):
    """The data says what happened, stderr that all is not well."""
    cheat(toy, monkeypatch)
    failed = run("--json", "demo", "--provider", "toy")

    assert failed.exit_code == 1
    assert json.loads(failed.stdout)["ok"] is False
    assert json.loads(failed.stderr)["error"]["type"] == "DemoFailed"


def test_who_cannot_play_is_said(run, toy, monkeypatch):
    """A provider that is served and not installed is named on stderr."""
    from paycore.cli import demo
    from paycore.demo.casting import Cast, simulator

    alone = Cast(((simulator("toy"), ("toy_plain",)),), ("absent: no such provider installed",))
    monkeypatch.setattr(demo, "cast", lambda provider: alone)

    assert run("demo").stderr == "left out: absent: no such provider installed\n"


def test_an_unknown_provider_is_one_line(run):
    """With what to install."""
    failed = run("demo", "--provider", "nobody")

    assert failed.exit_code == 1
    assert 'pip install "paycore-nobody[simulator]"' in failed.stderr


def test_every_installed_provider_plays_for_real(tmp_path):
    """A process of its own: real HTTP, real signatures, exit code 0, no file left."""
    done = subprocess.run(
        [sys.executable, "-m", "paycore", "demo"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
        check=False,
    )

    assert done.stderr == ""
    assert done.returncode == 0
    assert "iotpay_unionpay" in done.stdout
    assert list(tmp_path.iterdir()) == []
