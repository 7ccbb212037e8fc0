"""`paycore refund` and `paycore void`: money goes back once, and only what is there."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def paid(run, shop):
    """Charge 15.00 CAD."""
    done = run("charge", "o-1", "15.00", "CAD", "--method", "token:any-card")
    assert done.exit_code == 0


def test_a_part_and_then_the_rest(run, paid):
    """Without an amount it is all that is left; the same key gives back once."""
    part = run("refund", "o-1", "5.00", "CAD", "--key", "r-1")
    again = run("refund", "o-1", "5.00", "CAD", "--key", "r-1")
    rest = json.loads(run("refund", "o-1", "--key", "r-2", "--json").stdout)

    assert part.exit_code == 0
    assert "o-1  refund of 5.00 CAD  succeeded\n" in part.stdout
    assert again.stdout == part.stdout
    assert rest["amount"] == {"amount_minor": 1000, "currency": "CAD"}
    assert rest["state"] == "succeeded"


def test_a_whole_charge_is_voided(run, paid):
    """And then it is voided."""
    assert "o-1  void of 15.00 CAD  succeeded\n" in run("void", "o-1", "--key", "v-1").stdout
    assert json.loads(run("find", "o-1", "--json").stdout)["status"] == "voided"


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (("refund", "o-1", "5.00", "CAD"), 2, "used for nothing else, such as --key return-17;"),
        (("refund", "o-1", "5.00"), 2, "such as --key return-17;"),
        (("void", "o-1"), 2, "such as --key cancel-17;"),
        (
            ("refund", "o-1", "5.00", "--key", "r"),
            2,
            "'CURRENCY': 5.00 of what? Type it as 5.00 CAD",
        ),
        (("refund", "o-1", "15.01", "CAD", "--key", "r"), 1, "nothing was sent"),
        (("refund", "o-1", "5.00", "EUR", "--key", "r"), 1, "another currency"),
        (("refund", "o-9", "--key", "r"), 1, "o-9: no such payment; looked into /"),
        (("void", "o-9", "--key", "r"), 1, "shop.db, and nothing was sent"),
    ],
)
def test_what_cannot_be_given_back_is_one_line(run, paid, words, code, problem):
    """Nothing is sent."""
    failed = run(*words)

    assert (failed.exit_code, failed.stdout) == (code, "")
    assert problem in failed.stderr
    assert failed.stderr.count("\n") == 1
