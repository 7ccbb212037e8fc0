"""`paycore simulate`: one command for each simulator, with its own options."""

from __future__ import annotations

import pytest

from paycore.cli.running import Fault
from tests.paycore.demo.toy_shop import install


@pytest.fixture
def asked(monkeypatch):
    """Return what `run_until_stopped` was asked for, without running anything."""
    calls = []

    def noted(found, faults, *, port, state, own):
        calls.append((found.name, faults, port, state, dict(own)))

    monkeypatch.setattr("paycore.cli.simulate.run_until_stopped", noted)
    return calls


def test_a_simulator_runs_with_what_it_is_given(run, toy, asked):
    """Port, state, faults, and only those of its own options that were named."""
    faults = ("--fault", "slow", "--fault", "slow:charge", "--fault", "slow::3")
    done = run("simulate", "toy", "--port", "8123", "--state", "s", *faults, "--shop", "big")

    assert done.exit_code == 0
    assert asked == [
        (
            "toy",
            (Fault("slow", "", 1), Fault("slow", "charge", 1), Fault("slow", "", 3)),
            8123,
            "s",
            {"shop": "big"},
        )
    ]


def test_without_options_a_free_port_and_memory(run, toy, asked):
    """And the simulator's own defaults."""
    run("simulate", "toy_plain")

    assert asked == [("toy", (), 0, "", {})]


@pytest.mark.parametrize("fault", ["", ":charge", "slow:charge:0", "slow:a:b", "slow:a:1:2"])
def test_a_fault_of_another_shape_is_a_usage_error(run, toy, asked, fault):
    """The shape is shown."""
    failed = run("simulate", "toy", "--fault", fault)

    assert failed.exit_code == 2
    assert "want KIND[:ENDPOINT[:TIMES]]" in failed.stderr
    assert asked == []


def test_help_lists_simulators_and_their_own_options(run, toy):
    """With the package that brings them, and the providers that they serve."""
    assert "serves toy, toy_plain (toy-pay 1.0)" in run("simulate", "-h").stdout
    assert "whose shop it is" in run("simulate", "toy", "-h").stdout


def test_an_unknown_simulator_says_what_there_is_and_what_to_install(run, toy):
    """One line, exit code 1."""
    failed = run("simulate", "nobody")

    assert failed.exit_code == 1
    assert "installed: " in failed.stderr
    assert "toy" in failed.stderr
    assert failed.stderr.endswith('try pip install "paycore-nobody[simulator]"\n')


def test_a_broken_simulator_is_shown_and_not_run(run, tmp_path, monkeypatch):
    """Help works all the same."""
    group = "[paycore.simulators]\nbad = bad_one:Bad"
    install(tmp_path, monkeypatch, "bad-pay", group, bad_one="import no_such_module_here")
    helped, failed = run("simulate", "-h", env={"COLUMNS": "200"}), run("simulate", "bad")

    assert "(broken: " in helped.stdout
    assert (helped.exit_code, failed.exit_code) == (0, 1)
    assert "no_such_module_here" in failed.stderr
