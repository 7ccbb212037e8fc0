"""`paycore verify`: genuine or not, and what it says; nothing is stored or changed."""

from __future__ import annotations

import json

import pytest

from paycore import Money, fake

MADE = fake.webhook("o-1", Money(1500, "CAD"))
SIGNED = ("--header", f"Fake-Signature: {MADE.header('fake-signature')}")


def test_a_genuine_message_is_told(run, shop):
    """What it speaks about, and what it says; exit code 0, and no database is made."""
    done = run("verify", "cards", *SIGNED, input=MADE.body)

    assert done.exit_code == 0
    assert "o-1  charge of 15.00 CAD  genuine: succeeded\n" in done.stdout
    assert [path.name for path in shop.iterdir()] == ["paycore.toml"]


def test_as_json_it_is_the_report(run, shop):
    """With the provider's id of the event, where it signs one."""
    told = json.loads(run("verify", "cards", *SIGNED, "--json", input=MADE.body).stdout)

    assert (told["genuine"], told["event_id"]) == (True, "")
    assert told["report"]["reference"] == "o-1"
    assert told["report"]["amount"] == {"amount_minor": 1500, "currency": "CAD"}


@pytest.mark.parametrize(
    ("words", "body", "field"),
    [
        ((), MADE.body, "fake-signature"),
        (SIGNED, MADE.body.replace(b"1500", b"9500"), "fake-signature"),
        (SIGNED, MADE.body + b"\n", "fake-signature"),
        (SIGNED, b"", "fake-signature"),
        (SIGNED, b"x" * (256 * 1024 + 1), "body"),
    ],
)
def test_anything_else_is_refused_and_never_quoted(run, shop, words, body, field):
    """Exit code 1; byte for byte: a line's end more is another message."""
    done = run("verify", "cards", *words, "--json", input=body)
    told = json.loads(done.stderr)["error"]

    assert (done.exit_code, done.stdout) == (1, "")
    assert (told["type"], told["field"]) == ("WebhookRejected", field)
    assert "believe nothing in it" in told["message"]
    assert "9500" not in done.stderr


@pytest.mark.parametrize("header", ["Signature", ": 7", ""])
def test_a_header_has_a_name_and_a_value(run, shop, header):
    """Else it is a usage error."""
    done = run("verify", "cards", "--header", header, input=b"{}")

    assert done.exit_code == 2
    assert "want 'NAME: VALUE'" in done.stderr


def test_an_account_that_is_not_there_is_told(run, shop):
    """With those that are."""
    done = run("verify", "nobody", input=b"{}")

    assert done.exit_code == 1
    assert "the settings have cards, other" in done.stderr
