"""`paycore settle`: shown, asked, and believed once; never over what changed meanwhile."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime

import pytest

from paycore.ledger.durable import open_durable
from paycore.ledger.protocol import Source
from paycore.money import Money
from paycore.report import Report
from paycore.states import State

REASON = ("--reason", "the console says so")


@pytest.fixture
def lost(run, shop):
    """Return the id of an operation whose outcome is unknown."""
    run("charge", "o-1", "15.02", "CAD", "--method", "token:any-card")
    return json.loads(run("find", "o-1", "--json").stdout)["operations"][0]["id"]


def state(run):
    """Return where the payment stands."""
    return json.loads(run("find", "o-1", "--json").stdout)["status"]


def test_it_is_shown_and_asked_before_it_is_written_down(run, lost):
    """What it is, and the version that is settled; the reason is evidence."""
    done = run("settle", lost, "--as", "succeeded", *REASON, input="y\n")

    assert done.exit_code == 0
    assert "o-1  charge  15.02 CAD  outcome unknown\n" in done.stdout
    assert f"id           {lost}, version 2\n" in done.stdout
    assert "Write down for ever that this charge of 15.02 CAD succeeded?" in done.stderr
    assert "o-1  charge  succeeded, by hand\n" in done.stdout
    assert state(run) == "paid"
    assert "operator says succeeded: the console says so" in run("show", "o-1").stdout


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_without_a_yes_nothing_changes(run, lost, answer):
    """Exit code 1, also where nobody is there to answer."""
    done = run("settle", lost, "--as", "succeeded", *REASON, input=answer)

    assert done.exit_code == 1
    assert "nothing was changed" in done.stderr
    assert state(run) == "unknown"


def test_a_script_says_yes_and_the_version_it_looked_at(run, lost):
    """One document, and nothing is asked."""
    words = ("settle", lost, "--as", "not_executed", *REASON, "--yes", "--expect", "2", "--json")
    told = json.loads(run(*words).stdout)

    assert (told["state"], told["version"]) == ("not_executed", 3)


def test_at_another_version_nothing_is_done(run, lost):
    """Somebody was faster."""
    done = run("settle", lost, "--as", "declined", *REASON, "--yes", "--expect", "1")

    assert done.exit_code == 1
    assert "o-1: it is at version 2, not 1" in done.stderr
    assert state(run) == "unknown"


def test_what_is_final_is_not_taken_back(run, lost):
    """By nobody."""
    run("settle", lost, "--as", "succeeded", *REASON, "--yes")
    done = run("settle", lost, "--as", "declined", *REASON, "--yes")

    assert done.exit_code == 1
    assert state(run) == "paid"


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (("nobody", "--as", "succeeded", *REASON), 1, "`paycore operations` lists their ids"),
        (("nobody", "--as", "pending", *REASON), 2, "--as"),
        (("nobody", "--as", "authorized", *REASON), 1, "`paycore operations` lists their ids"),
        (("nobody", "--as", "succeeded"), 2, "--reason"),
    ],
)
def test_what_cannot_be_settled_is_one_line(run, shop, words, code, problem):
    """With what to do."""
    failed = run("settle", *words, "--yes")

    assert failed.exit_code == code
    assert problem in failed.stderr
    assert failed.stderr.count("\n") == 1


def test_a_reason_with_a_card_number_is_refused_and_not_quoted(run, lost):
    """Evidence is for ever."""
    done = run("settle", lost, "--as", "declined", "--reason", "4111111111111111", "--yes")

    assert done.exit_code == 1
    assert "looks like a card number" in done.stderr
    assert "4111111111111111" not in done.output


@pytest.fixture
def doubted(run, shop):
    """Return the id of a charge that is held, and under review after one odd answer."""
    run("charge", "o-1", "15.00", "CAD", "--method", "token:any-card", "--no-capture")
    with closing(open_durable(f"sqlite:///{shop / 'shop.db'}")) as ledger:
        charge = ledger.payment("o-1").operations[0]
        odd = Report(charge.reference, State.AUTHORIZED, Money(1, "CAD"))
        ledger.record(charge.id, odd, Source.QUERY, datetime.now(UTC))
    return charge.id


def test_what_is_held_still_is_confirmed_and_can_be_captured(run, doubted):
    """The flag is taken down, and nothing else changes."""
    done = run("settle", doubted, "--as", "authorized", *REASON, input="y\n")

    assert "Write down for ever that this charge of 15.00 CAD is held still?" in done.stderr
    assert (done.exit_code, state(run)) == (0, "authorized")
    assert run("capture", "o-1", "--key", "c-1").exit_code == 0


@pytest.mark.parametrize("word", ["expired", "authorized"])
def test_what_was_not_so_does_not_become_so_by_hand(run, lost, word):
    """Nobody declares by hand that money is held, or that a page is over."""
    done = run("settle", lost, "--as", word, *REASON, "--yes")

    assert done.exit_code == 1
    assert state(run) == "unknown"
