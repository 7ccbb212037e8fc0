"""`paycore capture`: what was held is taken once, in part or whole."""

from __future__ import annotations

import csv
import io
import json

import pytest


@pytest.fixture
def held(run, shop):
    """Hold 15.00 CAD."""
    done = run("charge", "o-1", "15.00", "CAD", "--method", "token:any-card", "--no-capture")
    assert done.exit_code == 0
    assert "o-1  15.00 CAD  authorized\n" in done.stdout


def test_all_of_it(run, held):
    """It is paid then, and the same key takes once."""
    first = run("capture", "o-1", "--key", "c-1")
    again = run("capture", "o-1", "--key", "c-1")

    assert (first.exit_code, again.stdout) == (0, first.stdout)
    assert "o-1  15.00 CAD  paid\n" in first.stdout
    assert json.loads(run("find", "o-1", "--json").stdout)["refundable"]["amount_minor"] == 1500


def test_a_part(run, held):
    """What was taken is told, and exported."""
    told = run("capture", "o-1", "5.00", "CAD", "--key", "c-1")
    rows = list(csv.DictReader(io.StringIO(run("export", "--since", "2020-01-01", "--csv").stdout)))
    shown = json.loads(run("find", "o-1", "--json").stdout)["operations"][0]

    assert "succeeded with 5.00 CAD taken by stored token as o-1" in told.stdout
    assert "5.00 CAD to give back" in told.stdout
    assert [(row["kind"], row["amount_minor"], row["captured_minor"]) for row in rows] == [
        ("charge", "1500", "500"),
        ("capture", "500", ""),
    ]
    assert (shown["hold_only"], shown["captured"]["amount_minor"]) == (True, 500)


@pytest.mark.parametrize("word", ["find", "query"])
def test_what_is_held_is_no_failure(run, held, word):
    """It is as it was asked for."""
    done = run(word, "o-1")

    assert (done.exit_code, done.stderr) == (0, "")
    assert "authorized" in done.stdout


def test_what_is_held_is_released(run, held):
    """By `void`; then nothing can be taken."""
    void = run("void", "o-1", "--key", "v-1")
    late = run("capture", "o-1", "--key", "c-1")

    assert (void.exit_code, run("find", "o-1").exit_code) == (0, 0)
    assert "o-1  15.00 CAD  voided\n" in run("find", "o-1").stdout
    assert (late.exit_code, "its release is done already" in late.stderr) == (1, True)


@pytest.mark.parametrize(
    ("amount", "code", "told"), [("5.01", 4, "was declined"), ("5.02", 3, "is unknown")]
)
def test_how_it_came_out_is_the_exit_code(run, held, amount, code, told):
    """4 where nothing was taken, 3 where nobody knows."""
    done = run("capture", "o-1", amount, "CAD", "--key", "c-1")

    assert (done.exit_code, told in done.stderr) == (code, True)
    assert "the outcome of the capture" in done.stderr or code == 4
    assert run("find", "o-1").exit_code == (3 if code == 3 else 0)


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (("capture", "o-1"), 2, "such as --key shipped-17;"),
        (("capture", "o-1", "5.00", "--key", "c"), 2, "5.00 of what"),
        (("capture", "o-1", "15.01", "CAD", "--key", "c"), 1, "15.00 CAD can be captured"),
        (("capture", "o-1", "5.00", "EUR", "--key", "c"), 1, "another currency"),
        (("capture", "o-9", "--key", "c"), 1, "no such payment; looked into /"),
    ],
)
def test_what_cannot_be_taken_is_one_line(run, held, words, code, problem):
    """Nothing is sent."""
    failed = run(*words)

    assert (failed.exit_code, failed.stdout) == (code, "")
    assert problem in failed.stderr
    assert failed.stderr.count("\n") == 1
