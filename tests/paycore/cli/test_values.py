"""Payments, refunds and stored cards read well: one line that says it, facts below."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from rich.console import Console

from paycore import Instrument, Kind, MountForm, Redirect, Refund, ShowQr, State, Token
from paycore.cli import values
from paycore.report import Decline, DeclineCode
from tests.paycore.cli.test_outcomes import operation


def written(show, *words, width=60):
    """Return what is written to a console so narrow."""
    file = io.StringIO()
    show(Console(file=file, width=width, markup=False, highlight=False, emoji=False), *words)
    return file.getvalue()


def test_an_address_is_never_broken():
    """However narrow the console, however long the address."""
    url = f"https://pay.example/{'x' * 200}"
    shown = written(values.facts, [("send them to", url), ("empty", "")], width=40)

    assert shown == f"   send them to {url}\n"


@pytest.mark.parametrize(
    ("action", "line"),
    [
        (Redirect("https://p.example/1"), "   send them to https://p.example/1\n"),
        (MountForm("https://p.example/f.js", "hush"), "https://p.example/f.js (what opens it: "),
        (ShowQr("pay:\x1b1"), "   show as QR   pay: 1\n"),
    ],
)
def test_the_payers_next_step_is_shown(action, line):
    """And what only the payer's browser should have is not."""
    token = Token.of(operation(State.PENDING, Kind.TOKEN, next_action=action))
    shown = written(values.show_token, token)

    assert " o-1  token  waits for the payer\n" in shown
    assert line in shown
    assert "hush" not in shown


def test_a_stored_card_says_how_to_charge_it():
    """With what is known of the card, masked."""
    card = Instrument("4111111111111111", "visa", "1230")
    token = Token.of(operation(State.SUCCEEDED, Kind.TOKEN, instrument=card))
    shown = written(values.show_token, token)

    assert " o-1  token  stored\n" in shown
    assert "   card         411111******1111 visa 1230\n" in shown
    assert "   to charge it --method token:o-1\n" in shown


def test_a_refund_says_what_it_is_called_and_why_it_was_declined():
    """By both names; a provider's text is no escape sequence."""
    refused = operation(
        State.DECLINED,
        Kind.REFUND,
        provider_reference="R\x1b7",
        decline=Decline(DeclineCode.REFUSED, "51"),
        review="look",
    )
    shown = written(values.show_given_back, "refund", Refund.of(replace(refused)))

    assert " o-1  refund of 15.00 CAD  declined\n" in shown
    assert "   reference    o-1 (R 7)\n" in shown
    assert "   because      refused, the provider says 51\n" in shown
    assert "   review       look\n" in shown


def test_a_moment_is_told_in_utc():
    """Whatever zone it came in."""
    at = datetime(2026, 1, 1, 1, 2, 3, tzinfo=timezone(timedelta(hours=2)))

    assert values.moment(at) == "2025-12-31 23:02:03"
    assert values.moment(at.astimezone(UTC)) == "2025-12-31 23:02:03"
