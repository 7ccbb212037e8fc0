"""`paycore operations`: what is open or doubtful, with what is needed to settle it."""

from __future__ import annotations

import json

import pytest

from paycore import MountForm, Redirect
from paycore.cli.output import without_sessions

TOKEN = ("--method", "token:any-card")


@pytest.fixture
def some(run, shop):
    """Charge one that is paid, and two whose outcome is unknown."""
    for reference, amount in (("o-1", "15.00"), ("o-2", "15.02"), ("o-3", "15.02")):
        run("charge", reference, amount, "CAD", *TOKEN)


def listed(run, *words):
    """Return the operations that are listed."""
    done = run("operations", *words, "--json")
    assert done.exit_code == 0
    return json.loads(done.stdout)


def test_all_of_them_are_listed_oldest_first(run, some):
    """One JSON array."""
    assert [each["owner"] for each in listed(run)] == ["o-1", "o-2", "o-3"]


def test_those_in_a_state_and_those_under_review(run, some):
    """What was asked for, and no other."""
    assert [each["owner"] for each in listed(run, "--state", "unknown")] == ["o-2", "o-3"]
    assert listed(run, "--review") == []


def test_a_page_says_how_to_go_on(run, some):
    """With the id behind which the next one begins."""
    first = run("operations", "--limit", "2")
    after = first.stderr.split()[-1]

    assert "2 shown, there may be more: --after" in first.stderr
    assert [each["owner"] for each in listed(run, "--after", after)] == ["o-3"]


def test_a_person_reads_what_it_takes_to_settle_one(run, some):
    """Its id and version, where it was asked, and when it is asked next."""
    (each,) = listed(run, "--state", "unknown", "--limit", "1")
    shown = run("operations", "--state", "unknown").stdout

    assert "o-2  charge  15.02 CAD  outcome unknown\n" in shown
    assert f"id           {each['id']}, version {each['version']}\n" in shown
    assert "account      cards\n" in shown
    assert "asked next   2" in shown


def test_nothing_to_show_is_said(run, shop):
    """On stderr: there is no data."""
    done = run("operations", "--review")

    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "no operation to show\n"


@pytest.mark.parametrize("words", [("--state", "lost"), ("--limit", "0"), ("--limit", "1001")])
def test_what_makes_no_sense_is_a_usage_error(run, shop, words):
    """Exit code 2."""
    assert run("operations", *words).exit_code == 2


def test_what_opens_a_payers_form_is_masked():
    """Wherever it stands; everything else is as it is."""
    form = MountForm("https://p.example/f.js", "hush")
    told = without_sessions([{"next_action": form}, Redirect("https://p.example"), 7])

    assert told[0]["next_action"]["client_secret"] == "[secret]"
    assert told[0]["next_action"]["script_url"] == "https://p.example/f.js"
    assert told[1:] == [{"type": "redirect", "url": "https://p.example"}, 7]
