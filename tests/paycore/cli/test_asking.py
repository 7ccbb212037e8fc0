"""`paycore query` and `paycore find`: where it stands, by the provider's word or by ours."""

from __future__ import annotations

import json

import pytest

TOKEN = ("--method", "token:any-card")
BACK = ("--return-url", "https://shop.example/thanks")


@pytest.mark.parametrize("verb", ["query", "find"])
@pytest.mark.parametrize(
    ("amount", "code", "status"),
    [
        ("15.00", 0, "paid"),
        ("15.01", 4, "failed"),
        ("15.02", 3, "unknown"),
        ("15.04", 1, "new"),
    ],
)
def test_the_exit_code_says_how_it_stands(run, shop, verb, amount, code, status):
    """Whoever asked: a script reads the code, and JSON has the rest."""
    run("charge", "o-1", amount, "CAD", *TOKEN)
    done = run(verb, "o-1", "--json")

    assert (done.exit_code, json.loads(done.stdout)["status"]) == (code, status)


@pytest.mark.parametrize("verb", ["query", "find"])
def test_a_page_that_waits_is_not_over(run, shop, verb):
    """Exit code 3, a note and no error: the payer may pay at any moment."""
    run("charge", "o-1", "15.05", "CAD", *BACK)
    done = run(verb, "o-1")

    assert done.exit_code == 3
    assert "o-1  15.05 CAD  waits for the payer\n" in done.stdout
    assert done.stderr == "note: o-1: the charge is not over yet; `paycore query o-1` asks again\n"


def test_a_stored_card_is_asked_about_by_its_name(run, shop):
    """Where no payment is called so."""
    run("tokenize", "card 7", *BACK)
    done = run("query", "card 7")

    assert done.exit_code == 3
    assert "card 7  token  waits for the payer" in done.stdout
    assert "`paycore query 'card 7'` asks again" in done.stderr


def test_what_nobody_knows_is_told(run, shop):
    """With where else to look."""
    asked, found = run("query", "o-9"), run("find", "o-9", "--json")

    assert (asked.exit_code, found.exit_code) == (1, 1)
    assert "o-9: the ledger knows no such payment or stored card" in asked.stderr
    assert asked.stderr.endswith(f"looked into {shop / 'shop.db'}\n")
    assert json.loads(found.stderr)["error"]["type"] == "NotFound"


def test_a_payment_shows_all_that_was_tried(run, shop):
    """Its attempts, what went back, and what is left."""
    run("charge", "o-1", "15.00", "CAD", *TOKEN)
    run("refund", "o-1", "5.00", "CAD", "--key", "r-1")
    shown = run("find", "o-1").stdout

    assert "o-1  15.00 CAD  paid\n" in shown
    assert "charge       succeeded by stored token as o-1 (fake-o-1)\n" in shown
    assert "refund       5.00 CAD succeeded as o-1-r1 (fake-o-1-r1)\n" in shown
    assert "left         10.00 CAD to give back\n" in shown
