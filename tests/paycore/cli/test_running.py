"""A simulator in the foreground: announced so that one can use it, and ended cleanly."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tomllib
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from paycore.cli import running


def started(*words, cwd):
    """Start a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "paycore", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env=os.environ,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_real_one_runs_until_it_is_told_to_stop(tmp_path, number):
    """The first line says where it is; it answers there; a signal ends it with exit code 0."""
    process = started("simulate", "iotpay", "--json", "--fault", "error_500", cwd=tmp_path)
    with process:
        where = json.loads(process.stdout.readline())
        line = HTTPConnection(urlsplit(where["base_url"]).netloc, timeout=10)
        line.request("GET", "/")
        status = line.getresponse().status
        line.close()
        process.send_signal(number)
        _, talk = process.communicate(timeout=20)

    assert set(where) == {"base_url", "control_url"}
    assert status < 500
    assert (process.returncode, talk) == (0, "")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def stopped(monkeypatch):
    """Let every simulator be told to stop as soon as it runs."""
    announce = running._announce

    def announced(*words):
        announce(*words)
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(running, "_announce", announced)


def test_it_prints_settings_ready_to_paste(run, toy, stopped):
    """All that is no setting is a comment; talk goes to stderr."""
    shown = run("simulate", "toy")
    settings = tomllib.loads(shown.stdout)["accounts"]

    assert shown.exit_code == 0
    assert set(settings) == {"toy", "toy_plain"}
    assert settings["toy"]["mode"] == "sandbox"
    assert settings["toy"]["base_url"] in shown.stdout.splitlines()[0]
    assert "# test cards: 4111111111111111 pays, 4000000000000002 declines, 40" in shown.stdout
    assert shown.stderr == "Ready; Ctrl-C ends it.\n"


def test_as_json_the_first_line_says_where_and_the_second_what(run, toy, stopped):
    """One object on each line."""
    where, what = map(json.loads, run("simulate", "--json", "toy").stdout.splitlines())

    assert list(where) == ["base_url", "control_url"]
    assert what["accounts"]["toy"]["base_url"] == where["base_url"]
    assert what["cards"]["toy"]["decline"] == "4000000000000002"


def test_what_listened_before_a_signal_listens_again(run, toy, stopped):
    """Our way to stop is ours alone."""
    before = signal.getsignal(signal.SIGTERM)
    run("simulate", "toy")

    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (("--shop", "closed"), 2, "shop: it is closed"),
        (("--fault", "earthquake"), 2, "kind: want timeout_after_effect"),
        (("--state", "broken"), 1, "--state broken: broken"),
    ],
)
def test_what_the_simulator_refuses_is_one_line(run, toy, words, code, problem):
    """In its own words, and nothing is started."""
    failed = run("simulate", "toy", *words)

    assert failed.exit_code == code
    assert problem in failed.stderr
    assert failed.stderr.count("\n") == 1


def test_a_port_that_is_taken_is_one_line(run, toy):
    """With what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        failed = run("simulate", "toy", "--port", str(port))

    assert failed.exit_code == 1
    assert failed.stderr.startswith(f"error: port {port}: ")
    assert "--port" in failed.stderr
