"""`paycore show`: everything that is known of one payment, as it happened."""

from __future__ import annotations

import json
from dataclasses import replace

from paycore import Money, fake, hookimpl, open_gateway

TOKEN = ("--method", "token:any-card")


def test_a_history_reads_from_top_to_bottom(run, shop):
    """What was asked, what was said, what was kept, what was told: in the order of time."""
    run("charge", "o-1", "15.03", "CAD", *TOKEN)
    with open_gateway("paycore.toml") as gateway:
        gateway.receive("cards", fake.webhook("o-1", Money(1503, "CAD")))
    run("refund", "o-1", "5.00", "CAD", "--key", "r-1")
    shown = run("show", "o-1")
    told = [
        "operation  charge of 15.03 CAD by stored token at cards as o-1, id ",
        "evidence   o-1: response says pending",
        "message    says succeeded: applied, id ",
        "evidence   o-1: notification says succeeded",
        "event      payment.paid",
        "operation  refund of 5.00 CAD at cards as o-1-r1, id ",
        "evidence   o-1-r1: response says succeeded",
        "event      refund.succeeded",
    ]

    assert shown.exit_code == 0
    assert "o-1  15.03 CAD  paid\n" in shown.stdout
    places = [shown.stdout.index(each) for each in told]
    assert places == sorted(places)


def test_as_json_it_is_one_document(run, shop):
    """The payment, and every moment with all that is kept of it."""
    run("charge", "o-1", "15.00", "CAD", *TOKEN)
    told = json.loads(run("show", "o-1", "--json").stdout)
    whats = [each["what"] for each in told["moments"]]

    assert (told["reference"], told["payment"]["status"]) == ("o-1", "paid")
    assert whats == ["operation", "evidence", "event"]
    assert told["moments"][1]["of"]["source"] == "response"
    assert told["moments"][2]["of"]["type"] == "payment.paid"


def test_a_stored_card_has_a_history(run, shop):
    """Where no payment is called so."""
    run("tokenize", "card-7", "--return-url", "https://shop.example/cards")

    assert "operation  token by hosted page at cards as card-7" in run("show", "card-7").stdout


def test_what_nobody_knows_is_told(run, shop):
    """With where to look."""
    failed = run("show", "o-9")

    assert (failed.exit_code, failed.stdout) == (1, "")
    assert "o-9: no such payment or stored card; `paycore operations` lists" in failed.stderr
    assert failed.stderr.endswith(f"looked into {shop / 'shop.db'}\n")


def test_a_providers_own_words_do_not_pass_for_ours(run, shop, monkeypatch):
    """A member that it calls `reason` is data; why something is as it is, we say ourselves."""
    real = fake.charge

    def charge(account, request):
        report = yield from real(account, request)
        return replace(report, raw={"reason": "trust me"})

    monkeypatch.setattr(fake, "charge", hookimpl(charge))
    run("charge", "o-1", "15.00", "CAD", *TOKEN)
    run("charge", "o-2", "15.02", "CAD", *TOKEN)

    assert "evidence   o-1: response says succeeded\n" in run("show", "o-1").stdout
    assert "response says unknown: the fake provider lost" in run("show", "o-2").stdout
