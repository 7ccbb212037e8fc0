"""`paycore audit`: both books, charge by charge; who is not sure says so."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import paycore.books
from paycore.audit import Audited
from paycore.cli.failing import REVIEW
from paycore.errors import InvalidRequest

SINCE = ("--since", "2026-01-01")


@pytest.fixture
def found(run, shop, monkeypatch):
    """Charge twice; the provider's books differ as a test says."""
    for reference in ("o-1", "o-2"):
        run("charge", reference, "15.00", "CAD", "--method", "token:any-card")
    verdicts = {}

    def audited(wiring, operations):
        for each in operations:
            review, answered = verdicts.get(each.owner, ("", True))
            yield Audited(replace(each, review=review), answered)

    monkeypatch.setattr(paycore.books, "audit", audited)
    return verdicts


def test_all_agree(run, found):
    """Exit code 0, and the sum."""
    done = run("audit", *SINCE)

    assert done.exit_code == 0
    assert done.stdout == "2 asked, 2 agree, 0 differ, 0 unanswered\n"


def test_a_provider_that_forgot_confirms_nothing(run, shop):
    """The fake one lives in each process anew."""
    run("charge", "o-1", "15.00", "CAD", "--method", "token:any-card")
    done = run("audit", *SINCE)

    assert done.exit_code == REVIEW
    assert "1 asked, 0 agree, 0 differ, 1 unanswered\n" in done.stdout


def test_what_differs_is_listed(run, found):
    """With its reason, and exit code 5."""
    found |= {"o-1": ("what is left differs", True), "o-2": ("", False)}
    done = run("audit", *SINCE)

    assert done.exit_code == REVIEW
    assert done.stdout.splitlines() == [
        "o-1  cards  what is left differs",
        "o-2  cards  the provider told nothing",
        "2 asked, 0 agree, 1 differ, 1 unanswered",
    ]
    assert "1 differ, 1 unanswered" in done.stderr


def test_json_has_both_lists(run, found):
    """In the shapes of all of paycore."""
    found["o-2"] = ("what is left differs", True)
    told = json.loads(run("audit", *SINCE, "--json").stdout)

    assert told == {
        "asked": 2,
        "differ": [{"payment": "o-2", "account": "cards", "why": "what is left differs"}],
        "unanswered": [],
    }


def test_since_when_must_be_said(run, shop):
    """A ledger may be years old."""
    assert run("audit").exit_code == 2


def test_a_zone_is_understood(run, shop):
    """Nothing was begun in the future."""
    done = run("audit", "--since", "2999-01-01T12:00:00Z")

    assert done.stdout == "0 asked, 0 agree, 0 differ, 0 unanswered\n"
    assert not isinstance(done.exception, InvalidRequest)
