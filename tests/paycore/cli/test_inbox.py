"""`paycore inbox` and `paycore replay`: what was kept, and one of it once more."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from paycore import Money, MountForm, fake, hookimpl, open_gateway
from paycore.secret import MASK


@pytest.fixture
def kept(run, shop):
    """Receive a message for a payment that is there, and one for a payment that is not yet."""
    run("charge", "o-1", "15.03", "CAD", "--method", "token:any-card")
    with open_gateway("paycore.toml") as gateway:
        for reference in ("o-1", "o-2", "o-2"):
            gateway.receive("cards", fake.webhook(reference, Money(1503, "CAD")))


def listed(run, *words):
    """Return the messages that are listed."""
    return json.loads(run("inbox", *words, "--json").stdout)


def test_messages_are_listed_with_what_became_of_them(run, kept):
    """Oldest first; those in one state where that is asked for."""
    assert [each["state"] for each in listed(run)] == ["applied", "parked"]
    (parked,) = listed(run, "--state", "parked")
    assert (parked["copies"], parked["reason"]) == (2, "nobody knows this reference yet")
    assert parked["notification"]["report"]["reference"] == "o-2"


def test_a_person_reads_why(run, kept):
    """And how often it came."""
    shown = run("inbox", "--state", "parked").stdout

    assert "o-2  charge succeeded of 15.03 CAD  parked\n" in shown
    assert ", 2 times\n" in shown
    assert "because      nobody knows this reference yet\n" in shown


def test_a_page_says_how_to_go_on(run, kept):
    """With the id behind which the next one begins."""
    after = run("inbox", "--limit", "1").stderr.split()[-1]

    assert [each["state"] for each in listed(run, "--after", after)] == ["parked"]


def test_nothing_to_show_is_said(run, shop):
    """On stderr."""
    assert run("inbox", "--state", "dead").stderr == "no message to show\n"


def test_a_replay_applies_what_can_be_applied_now(run, kept, shop):
    """Its payment is there by now: it is paid, and the message is applied."""
    (parked,) = listed(run, "--state", "parked")
    with open_gateway("paycore.toml") as gateway:  # charged by who never looks for messages
        ledger = gateway._wiring.ledger
        ledger.parked = lambda *_: ()
        from paycore import StoredToken

        gateway.charge("o-2", Money(1503, "CAD"), StoredToken("any-card"))
    done = run("replay", parked["id"])

    assert done.exit_code == 0
    assert "o-2  charge succeeded of 15.03 CAD  applied\n" in done.stdout
    assert json.loads(run("find", "o-2", "--json").stdout)["status"] == "paid"


def test_a_replay_that_changes_nothing_says_so(run, kept):
    """What was parked is parked again; exit code 0."""
    (parked,) = listed(run, "--state", "parked")
    done = run("replay", parked["id"])
    told = json.loads(run("replay", parked["id"], "--json").stdout)

    assert (done.exit_code, done.stderr) == (0, "nothing was changed by it\n")
    assert (told["id"], told["state"]) == (parked["id"], "parked")


def test_a_message_of_an_account_that_is_gone_stays_as_it_is(run, kept, shop):
    """Exit code 1, and the accounts that there are."""
    (parked,) = listed(run, "--state", "parked")
    settings = (shop / "paycore.toml").read_text()
    text = settings.replace('"cards"', '"other"').replace("[accounts.cards]", "[accounts.new]")
    (shop / "paycore.toml").write_text(text)
    failed = run("replay", parked["id"])

    assert failed.exit_code == 1
    assert "the settings have new, other" in failed.stderr
    assert listed(run, "--state", "parked") == [parked]


def test_a_message_that_is_not_there_is_told(run, shop):
    """With where to look."""
    failed = run("replay", "nobody")

    assert failed.exit_code == 1
    assert "`paycore inbox` lists them" in failed.stderr


FORM = MountForm("https://fake.example/form.js", client_secret="secret-CANARY")


def test_what_opens_a_form_is_nobodys_but_its_payers(run, shop, monkeypatch):
    """A message may repeat it: listed, replayed or verified, it is masked in every shape."""
    message = fake.webhook("o-1", Money(1503, "CAD"))
    signed = f"Fake-Signature: {message.header('fake-signature')}"
    real = fake.verify_webhook

    def with_form(account, message):
        heard = real(account, message)
        return replace(heard, report=replace(heard.report, next_action=FORM))

    monkeypatch.setattr(fake, "verify_webhook", hookimpl(with_form))
    with open_gateway("paycore.toml") as gateway:
        gateway.receive("cards", message)
    (parked,) = listed(run)
    shown = [
        run(*words, *shape, input=message.body)
        for words in (
            ("inbox",),
            ("replay", parked["id"]),
            ("verify", "cards", "--header", signed),
        )
        for shape in ((), ("--json",))
    ]

    assert parked["notification"]["report"]["next_action"]["client_secret"] == MASK
    assert [done.exit_code for done in shown] == [0] * 6
    assert not any("CANARY" in done.output for done in shown)
