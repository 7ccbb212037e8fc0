"""`paycore query` and `paycore find`: where it stands, by the provider's word or by ours."""

from __future__ import annotations

import json
import logging

import pytest

from paycore import NotSent, OutcomeUnknown

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


def without(shop, account):
    """Take an account out of the settings; another one stays."""
    text = (shop / "paycore.toml").read_text()
    text = text.replace(f'[accounts.{account}]\nprovider = "fake"\n', "")
    (shop / "paycore.toml").write_text(text.replace('default_account = "cards"\n', ""))


@pytest.mark.parametrize(
    ("amount", "code", "advice"),
    [
        ("15.00", 0, ""),
        ("15.01", 4, "another --key"),
        ("15.02", 3, "money may have moved and nobody can be asked; put account 'cards' back"),
        ("15.05", 3, "nobody can be asked; put account 'cards' back into the settings, then"),
    ],
)
@pytest.mark.parametrize("verb", ["query", "find"])
def test_an_account_that_is_gone_is_told(run, shop, verb, amount, code, advice):
    """It stands as the ledger knows it; a query says that nobody was asked, and none is advised."""
    method = BACK if amount == "15.05" else TOKEN
    run("charge", "o-1", amount, "CAD", *method)
    without(shop, "cards")
    done = run(verb, "o-1")

    assert done.exit_code == code
    told = "the settings have no account 'cards', so nobody can be asked"
    note = f"note: o-1: {told}; this is what the ledger knows\n"
    assert done.stderr.startswith(note) is (verb == "query")
    assert done.stderr.count(told) == (verb == "query")
    assert advice in done.stderr
    assert "asks again" not in done.stderr
    assert "or `paycore reconcile`" not in done.stderr


def test_a_stored_card_whose_account_is_gone_is_told(run, shop):
    """As a payment is."""
    run("tokenize", "card-7", *BACK)
    without(shop, "cards")
    done = run("query", "card-7")

    assert done.exit_code == 3
    assert done.stderr.startswith("note: card-7: the settings have no account 'cards'")
    assert "put account 'cards' back" in done.stderr


@pytest.mark.parametrize("words", [(), ("--json",)])
@pytest.mark.parametrize(
    ("amount", "code", "error"),
    [("15.00", 0, NotSent("refused")), ("15.02", 3, OutcomeUnknown("502"))],
)
def test_a_provider_that_does_not_answer_is_told(
    run, shop, monkeypatch, words, amount, code, error
):
    """A note, and the exit code is that of what the ledger knows; with JSON, one object a line."""
    run("charge", "o-1", amount, "CAD", *TOKEN)

    def silent(*_):
        raise error

    monkeypatch.setattr("paycore.verbs.ask.converse", silent)
    done = run("query", "o-1", *words)
    first = done.stderr.splitlines()[0]
    if words:
        note = json.loads(first)["error"]
        assert (note["type"], note["field"]) == ("NoAnswer", None)
        first = f"note: {note['message']}"
        assert json.loads(done.stdout)["reference"] == "o-1"

    assert done.exit_code == code
    told = "the provider did not answer in a way that proves anything"
    knows = "this is what the ledger knows"
    assert first == f"note: o-1: {told} ({type(error).__name__}); {knows}"
    assert done.stderr.count("this is what the ledger knows") == 1


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_an_interrupted_query_is_told_as_every_failure_is(run, shop, monkeypatch, words):
    """Exit code 1, for it moves nothing; with JSON one object."""
    run("charge", "o-1", "15.02", "CAD", *TOKEN)

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("paycore.verbs.ask.converse", interrupted)
    done = run("query", "o-1", *words)
    told = "interrupted; what was done by then stays done"
    shown = {"error": {"type": "Interrupted", "message": told, "field": None}}

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (f"{json.dumps(shown)}\n" if words else f"error: {told}\n")


def test_an_answer_needs_no_note(run, shop, caplog):
    """Not even that the provider knows nothing of it; and the log is left as it was."""
    log = logging.getLogger("paycore")
    caplog.set_level(logging.WARNING, "paycore")
    run("charge", "o-1", "15.00", "CAD", *TOKEN)
    done = run("query", "o-1")

    assert (done.exit_code, done.stderr, log.level) == (0, "", logging.WARNING)
    assert not [each for each in log.handlers if type(each).__name__ == "_Heard"]


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
