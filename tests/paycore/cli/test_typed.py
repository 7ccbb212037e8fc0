"""The command line as people type it: real processes, a provider's simulator, a database."""

from __future__ import annotations

import csv
import io
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.paycore.cli.processes import SETTINGS, simulator, typed

pytestmark = pytest.mark.thorough  # dozens of processes
BACK = "--return-url https://shop.example/thanks"


@pytest.fixture
def provider(tmp_path):
    """Run a simulator of IOTPay, and write settings that talk to it."""
    with simulator(tmp_path) as running:
        told = {name: running.settings[name] for name in ("merchant_id", "merchant_key")}
        text = SETTINGS.format(folder=tmp_path, base_url=running.settings["base_url"])
        for name, value in {**told, "login_name": running.settings["login_name"]}.items():
            kept = [line for line in text.splitlines() if not line.startswith(name)]
            text = "\n".join([*kept, f'{name} = "{value}"'])
        (tmp_path / "paycore.toml").write_text(text)
        yield running


@pytest.fixture
def paycore(tmp_path, provider):
    """Return what types a command in the folder of the settings, and checks its exit code."""

    def types(line, code=0, **more):
        done = typed(*line.split(), cwd=tmp_path, **more)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return types


@pytest.fixture
def payer(provider):
    """Return what fills in the page at an address, as a payer does."""

    def pays(url, card="success"):
        (key,) = parse_qs(urlsplit(url).query)["key"]
        outcome = "success" if card == "success" else "decline"
        number = provider.cards[card]
        return provider.ask("pay", secure_id=key, outcome=outcome, card_number=number)

    return pays


def page_of(done):
    """Return the address of the page that a charge opened."""
    return json.loads(done.stdout)["next_action"]["url"]


def test_a_payment_from_its_page_to_its_refund(paycore, payer, provider):
    """Charged, paid, asked about, refunded, shown and exported: the books agree to the cent."""
    opened = paycore(f"charge order-1 15.00 CAD {BACK}")
    assert "order-1  15.00 CAD  waits for the payer\n" in opened.stdout
    paycore("query order-1", code=3)
    payer(page_of(paycore(f"charge order-1 15.00 CAD {BACK} --json")))
    assert "order-1  15.00 CAD  paid\n" in paycore("query order-1").stdout

    provider.ask("clock", advance_s=200_000)  # it settles, and may be refunded
    refund = json.loads(paycore("refund order-1 5.00 CAD --key r-1 --json").stdout)
    assert (refund["state"], refund["amount"]["amount_minor"]) == ("succeeded", 500)
    assert paycore("refund order-1 5.00 CAD --key r-1").stdout.count("succeeded") == 1
    assert "left         10.00 CAD to give back\n" in paycore("find order-1").stdout

    history = json.loads(paycore("show order-1 --json").stdout)
    moments = history["moments"]
    assert [each["at"] for each in moments] == sorted(each["at"] for each in moments)
    kinds = [each["of"]["kind"] for each in moments if each["what"] == "operation"]
    events = [each["of"]["type"] for each in moments if each["what"] == "event"]
    assert (kinds, events) == (["charge", "refund"], ["payment.paid", "refund.succeeded"])

    rows = list(csv.DictReader(io.StringIO(paycore("export --since 2000-01-01 --csv").stdout)))
    ours = [(row["kind"], row["reference"], int(row["amount_minor"])) for row in rows]
    theirs = [
        (effect["kind"], effect["reference"], effect["amount_minor"])
        for effect in provider.ask("effects")["effects"]
    ]
    assert ours == theirs == [("charge", "order-1", 1500), ("refund", "order-1-r1", 500)]


def test_a_lost_answer_is_found_by_reconciling(paycore, provider):
    """The refund happened and its answer never came: unknown, listed, asked about, succeeded."""
    provider.ask("cards", card_id="card-7", card_number=provider.cards["success"])
    paycore("charge order-1 15.00 CAD --method token:card-7")
    provider.ask("clock", advance_s=200_000)
    provider.ask("faults", kind="error_500")
    lost = paycore("refund order-1 5.00 CAD --key r-1", code=3)
    assert "`paycore query order-1` or `paycore reconcile`" in lost.stderr
    assert "order-1  refund  5.00 CAD  outcome unknown\n" in paycore("operations").stdout
    paycore("find order-1", code=3)

    told = json.loads(paycore("reconcile --ahead --json").stdout)
    assert (told["asked"], told["settled"]) == (1, 1)
    assert json.loads(paycore("operations --state unknown --json").stdout) == []
    assert len(provider.ask("effects")["effects"]) == 2


def test_what_nobody_can_find_out_is_settled_by_hand(paycore, provider):
    """The provider never had it and never says so: a person asks them, and writes it down."""
    provider.ask("cards", card_id="card-7", card_number=provider.cards["success"])
    provider.ask("faults", kind="rate_limited_429")
    paycore("charge order-1 15.00 CAD --method token:card-7", code=3)
    paycore("query order-1", code=3)
    (lost,) = json.loads(paycore("operations --state unknown --json").stdout)
    no = paycore(f"settle {lost['id']} --as not_executed --reason ticket-7", code=1, input="n\n")
    assert "[y/N]" in no.stderr
    yes = paycore(f"settle {lost['id']} --as not_executed --reason ticket-7", input="y\n")

    assert "order-1  charge  not executed, by hand\n" in yes.stdout
    assert "operator says not_executed: ticket-7" in paycore("show order-1").stdout
    paycore("charge order-1 15.00 CAD --method token:card-7", code=4)
    paycore("charge order-1 15.00 CAD --method token:card-7 --key again")
    assert len(provider.ask("effects")["effects"]) == 1


def test_a_declined_payer_tries_again(paycore, payer):
    """Exit code 4, and another key is another attempt."""
    payer(page_of(paycore(f"charge order-1 15.00 CAD {BACK} --json")), card="decline")
    declined = paycore("query order-1", code=4)
    assert "declined (refused, the provider says status 9); nothing moved" in declined.stderr
    paycore(f"charge order-1 15.00 CAD {BACK}", code=4)
    payer(page_of(paycore(f"charge order-1 15.00 CAD {BACK} --key second --json")))
    assert "order-1  15.00 CAD  paid\n" in paycore("query order-1").stdout


def test_settings_that_are_wrong_are_one_line(tmp_path):
    """Nothing is opened, and no secret is quoted."""
    (tmp_path / "paycore.toml").write_text(
        '[accounts.cards]\nprovider = "iotpay"\nmerchant_key = "hush-hush-hush-hush"\n'
    )
    failed = typed("find", "order-1", cwd=tmp_path)

    assert (failed.returncode, failed.stdout) == (1, "")
    assert "`paycore doctor` checks the settings" in failed.stderr
    assert "hush" not in failed.stderr
