"""`paycore charge` and `paycore tokenize`: what is typed is asked, once, and told."""

from __future__ import annotations

import json

import pytest

BACK = ("--return-url", "https://shop.example/thanks")
TOKEN = ("--method", "token:any-card")


def test_a_page_is_opened_and_shown_whole(run, shop):
    """The address stands on one line, ready to be copied; exit code 0."""
    done = run("charge", "o-1", "15.00", "CAD", *BACK)

    assert done.exit_code == 0
    assert "o-1  15.00 CAD  waits for the payer\n" in done.stdout
    assert "send them to https://fake.example/pay/o-1\n" in done.stdout
    assert done.stderr == ""


def test_as_json_it_is_the_payment(run, shop):
    """One document, in the shapes of `paycore.plain`."""
    told = json.loads(run("charge", "o-1", "15.00", "CAD", *BACK, "--json").stdout)

    assert (told["reference"], told["status"]) == ("o-1", "awaiting_payer")
    assert told["amount"] == {"amount_minor": 1500, "currency": "CAD"}
    assert told["next_action"] == {"type": "redirect", "url": "https://fake.example/pay/o-1"}
    assert "nonce" not in told["operations"][0]


@pytest.mark.parametrize(
    ("amount", "code", "status", "error", "said"),
    [
        ("15.00", 0, "paid", None, ""),
        ("15.01", 4, "failed", "Declined", "declined (card_declined, the provider says 01)"),
        (
            "15.02",
            3,
            "unknown",
            "OutcomeUnknown",
            "type `paycore query o-1` or `paycore reconcile`",
        ),
        ("15.03", 3, "processing", "Open", "`paycore query o-1` asks again"),
    ],
)
def test_every_outcome_has_its_code_and_says_what_to_do(
    run, shop, amount, code, status, error, said
):
    """The payment is shown whatever became of it; what is no success is told besides."""
    done = run("charge", "o-1", amount, "CAD", *TOKEN, "--json")

    assert done.exit_code == code
    assert json.loads(done.stdout)["status"] == status
    if error:
        told = json.loads(done.stderr)["error"]
        assert (told["type"], said in told["message"]) == (error, True)
    else:
        assert done.stderr == ""


def test_nothing_sent_is_a_failure_that_may_be_tried_again(run, shop):
    """Exit code 1: surely nothing moved."""
    done = run("charge", "o-1", "15.04", "CAD", *TOKEN)

    assert (done.exit_code, done.stdout) == (1, "")
    assert "nothing was sent, try again" in done.stderr


def test_typed_twice_it_is_one_charge(run, shop):
    """The reference is the key, unless another is told: then it is another attempt."""
    for _ in range(2):
        run("charge", "o-1", "15.01", "CAD", *TOKEN)
    run("charge", "o-1", "15.01", "CAD", *TOKEN, "--key", "again")
    told = json.loads(run("find", "o-1", "--json").stdout)

    assert [each["key"] for each in told["operations"]] == ["o-1", "again"]


def test_the_same_key_for_something_else_is_refused(run, shop):
    """Exit code 1, and nothing was sent."""
    run("charge", "o-1", "15.00", "CAD", *BACK)
    done = run("charge", "o-1", "16.00", "CAD", *BACK)

    assert done.exit_code == 1
    assert "nothing was sent" in done.stderr


def test_the_account_is_the_one_that_is_told(run, shop):
    """And none but those of the settings."""
    told = json.loads(
        run("charge", "o-1", "1.00", "CAD", *TOKEN, "--account", "other", "--json").stdout
    )
    absent = run("charge", "o-2", "1.00", "CAD", *TOKEN, "--account", "nobody")

    assert told["account"] == "other"
    assert absent.exit_code == 1
    assert "the settings have cards, other" in absent.stderr


def test_a_wallet_is_never_quoted(run, shop):
    """What the wallet handed over is the payer's secret: it is in nothing that is shown."""
    words = ("charge", "o-1", "15.01", "CAD", "--method", "wallet:apple_pay:-")
    done = run(*words, input="my-wallet-token")
    shown = [run("find", "o-1"), run("find", "o-1", "--json"), done]

    assert done.exit_code == 4
    assert not any("my-wallet-token" in each.output for each in shown)


def test_a_usage_error_names_what_was_typed(run, shop):
    """Its field is the option or the argument."""
    for words, field in (
        (("charge", "o-1", "1.001", "CAD", *TOKEN), "amount"),
        (("charge", "o-1", "1", "cad", *TOKEN), "currency"),
        (("charge", "o-1", "1", "CAD"), "return_url"),
        (("charge", "o-1", "1", "CAD", "--method", "cash"), "method"),
    ):
        done = run(*words, "--json")
        assert (done.exit_code, json.loads(done.stderr)["error"]["field"]) == (2, field)


def test_a_form_is_for_a_browser_only(run, shop):
    """People see where its script is; what opens it is in the JSON."""
    words = ("charge", "o-1", "15.00", "CAD", "--method", "embedded", *BACK)

    assert "fake-o-1\n" not in run(*words).stdout.replace("(fake-o-1)", "")
    assert json.loads(run(*words, "--json").stdout)["next_action"]["client_secret"] == "fake-o-1"


def test_a_card_is_stored_and_charged(run, shop):
    """A page opens, exit code 0; then the token of this name pays."""
    opened = run("tokenize", "card-7", *BACK)
    early = run("charge", "o-1", "15.00", "CAD", "--method", "token:card-7")

    assert opened.exit_code == 0
    assert "card-7  token  waits for the payer\n" in opened.stdout
    assert (early.exit_code, "not stored yet" in early.stderr) == (1, True)


def test_a_stored_card_as_json(run, shop):
    """The token, with what its payer has to do."""
    told = json.loads(run("tokenize", "card-7", *BACK, "--json").stdout)

    assert (told["reference"], told["state"]) == ("card-7", "pending")
    assert told["next_action"]["type"] == "redirect"


def test_in_memory_it_says_that_it_forgets(run, shop):
    """On stderr: the payment is data all the same."""
    settings = (shop / "paycore.toml").read_text().replace("sqlite:///", "memory://#")
    (shop / "paycore.toml").write_text('ledger = "memory://"\n' + settings.split("\n", 2)[2])
    done = run("charge", "o-1", "15.00", "CAD", *TOKEN, "--json")

    assert done.exit_code == 0
    assert done.stderr.startswith("note: the ledger is memory://, which forgets")
    assert json.loads(done.stdout)["status"] == "paid"
