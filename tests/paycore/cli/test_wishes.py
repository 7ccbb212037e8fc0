"""What is typed becomes a method, an amount or a moment, or one line that says what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import click
import pytest

from paycore import EmbeddedForm, HostedPage, Money, StoredToken, Wallet
from paycore.cli import wishes

BACK = "https://shop.example/thanks"


@pytest.mark.parametrize(
    ("text", "return_url", "made"),
    [
        ("hosted", BACK, HostedPage(BACK)),
        ("embedded", BACK, EmbeddedForm(BACK)),
        ("token:card-7", None, StoredToken("card-7")),
        ("token:a:b", None, StoredToken("a:b")),
    ],
)
def test_each_word_is_a_method(text, return_url, made):
    """A token may hold colons of its own."""
    assert wishes.method(text, return_url) == made


def test_a_wallet_is_read_from_its_file(tmp_path):
    """Without the line's end that an editor leaves."""
    (tmp_path / "token:1.json").write_text('{"a": 1}\n')

    assert wishes.method(f"wallet:apple_pay:{tmp_path}/token:1.json", None) == Wallet(
        "apple_pay", '{"a": 1}'
    )


@pytest.mark.parametrize(
    ("text", "return_url", "problem"),
    [
        ("hosted", None, "hosted needs it"),
        ("embedded", "", "embedded needs it"),
        ("token:card-7", BACK, "no browser comes back"),
        ("token:", None, "want hosted"),
        ("card:4111", None, "want hosted"),
        ("hosted:x", BACK, "want hosted"),
        ("wallet:paypal:x", None, "KIND one of apple_pay, google_pay"),
        ("wallet:apple_pay", None, "want wallet:KIND:FILE"),
        ("wallet:apple_pay:absent", None, "cannot be read: No such file"),
    ],
)
def test_what_is_no_method_says_what_is_wanted(text, return_url, problem):
    """In the words of the command line."""
    with pytest.raises(click.BadParameter, match=problem):
        wishes.method(text, return_url)


@pytest.mark.parametrize("held", [b"", b" \n", b"\xff\xfe", b"x" * (64 * 1024 + 1)])
def test_a_wallet_of_another_shape_is_refused(tmp_path, held):
    """Empty, blank, no text, too large."""
    (tmp_path / "w").write_bytes(held)

    with pytest.raises(click.BadParameter, match="no text of up to 64 KiB"):
        wishes.method(f"wallet:google_pay:{tmp_path}/w", None)


def test_an_amount_is_two_words():
    """Exactly, whatever the currency's decimals."""
    assert wishes.amount("15.00", "CAD") == Money(1500, "CAD")
    assert wishes.amount("15", "JPY") == Money(15, "JPY")
    assert wishes.maybe_amount("5", "CAD") == Money(500, "CAD")
    assert wishes.maybe_amount(None, None) is None


@pytest.mark.parametrize(
    ("number", "currency", "problem"),
    [
        ("1.001", "CAD", "CAD has 2 decimals"),
        ("1,50", "CAD", "want a plain number"),
        ("-1", "CAD", "want a plain number"),
        ("٣", "CAD", "want a plain number"),
        ("1", "cad", "want an ISO 4217 code"),
        ("1", None, "1 of what"),
    ],
)
def test_what_is_no_amount_is_never_rounded_into_one(number, currency, problem):
    """Nothing is guessed."""
    with pytest.raises(click.BadParameter, match=problem):
        wishes.maybe_amount(number, currency)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T12:00:00+02:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
    ],
)
def test_a_day_is_its_beginning_in_utc(text, moment):
    """A moment with a zone keeps it."""
    assert wishes.moment(None, None, text) == moment


@pytest.mark.parametrize("text", ["yesterday", "31.1.2026", "2026-13-01", ""])
def test_what_is_no_day_is_refused(text):
    """With an example of one."""
    with pytest.raises(click.BadParameter, match="such as 2026-01-31"):
        wishes.moment(None, None, text)
