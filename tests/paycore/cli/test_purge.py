"""`paycore purge`: asked first; whom it was about is forgotten, what moved is not."""

from __future__ import annotations

import json

import pytest

CARD = "411111******1111"


@pytest.fixture
def paid(run, shop):
    """Charge one that is paid and one whose outcome is unknown."""
    for reference, amount in (("o-1", "15.00"), ("o-2", "15.02")):
        run("charge", reference, amount, "CAD", "--method", "token:any-card")


def test_a_yes_forgets_the_card_and_keeps_the_books(run, paid):
    """The payment stays paid, its key stays used."""
    before = run("find", "o-1").stdout
    done = run("purge", "--before", "2999-01-01", input="y\n")

    assert done.exit_code == 0
    assert "1 payment purged\n" in done.stdout
    assert CARD in before
    assert CARD not in run("show", "o-1", "--json").stdout
    assert run("charge", "o-1", "15.00", "CAD", "--method", "token:any-card").exit_code == 0
    assert len(json.loads(run("find", "o-1", "--json").stdout)["operations"]) == 1


def test_without_a_yes_nothing_is_forgotten(run, paid):
    """Exit code 1."""
    done = run("purge", "--before", "2999-01-01", input="n\n")

    assert done.exit_code == 1
    assert CARD in run("find", "o-1").stdout


def test_what_is_younger_stays(run, paid):
    """One document says how many."""
    done = run("purge", "--before", "2001-01-01", "--yes", "--json")

    assert json.loads(done.stdout) == {"purged": 0}
    assert CARD in run("find", "o-1").stdout


@pytest.mark.parametrize("day", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-10:00"])
def test_a_moment_outside_of_all_years_is_a_usage_error(run, paid, day):
    """UTC has no word for it: exit code 2, and nothing is asked."""
    done = run("purge", "--before", day)

    assert done.exit_code == 2
    assert "want a date such as 2026-01-31" in done.stderr
    assert "were about?" not in done.stderr


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31T23:59:59Z"])
def test_the_first_and_the_last_moment_are_moments(run, shop, day):
    """Whoever types them gets what they ask for."""
    assert run("purge", "--before", day, "--yes").stdout == "0 payments purged\n"


def test_the_moment_is_told_in_utc(run, paid):
    """As it will be compared, whatever zone it was typed in."""
    asked = run("purge", "--before", "2024-01-01T00:00+09:00", input="n\n").stderr

    assert "begun before 2023-12-31 15:00 UTC were about?" in asked
