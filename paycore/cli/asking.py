"""`paycore query` and `paycore find`: where a payment or a stored card stands."""

from __future__ import annotations

import shlex
from collections.abc import Collection

import click

from paycore.cli.failing import absent
from paycore.cli.opening import opened
from paycore.cli.outcomes import judge_payment, judge_token
from paycore.cli.output import config_option, data, json_option, shared, write_json
from paycore.cli.progress import progress
from paycore.cli.unanswered import noted
from paycore.cli.values import show_payment, show_token
from paycore.errors import InvalidRequest
from paycore.gateway import Gateway
from paycore.payment import Payment
from paycore.results import Token


@click.command(short_help="Ask the provider where a payment stands.")
@click.argument("reference")
@config_option()
@json_option
def query(reference: str) -> None:
    """Ask the provider about the payment or stored card REFERENCE, record and show it.

    A query moves no money and may be typed as often as you like. Exit 0 if it is paid, held,
    voided or stored, 3 if it is not over yet, 4 if it was declined or came too late: by what the
    ledger knows, where nobody can be asked or nothing comes back. A note says so then.
    """
    with opened() as gateway, noted(reference):
        with progress("asking the provider"):
            found = _asked(gateway, reference)
        accounts = gateway._wiring.accounts
    _tell(found, accounts)


@click.command(short_help="Show what we know of a payment.")
@click.argument("reference")
@config_option()
@json_option
def find(reference: str) -> None:
    """Show what we know of the payment REFERENCE; nobody is asked.

    Exit codes are those of `paycore query`. `paycore show` tells the whole history.
    """
    with opened() as gateway:
        payment, accounts = gateway.find(reference), gateway._wiring.accounts
    if payment is None:
        raise absent(
            f"{reference}: the ledger knows no such payment",
            f"`paycore show {shlex.quote(reference)}` looks for a stored card, too",
            "reference",
        )
    _tell(payment, accounts)


def _asked(gateway: Gateway, reference: str) -> Payment | Token:
    """Return the payment called so, else the token."""
    if gateway.find(reference) is not None:
        return gateway.query(reference)
    try:
        return gateway.query_token(reference)
    except InvalidRequest:
        what = f"{reference}: the ledger knows no such payment or stored card"
        raise absent(what, "another --config may name another ledger", "reference") from None


def _tell(found: Payment | Token, accounts: Collection[str]) -> None:
    if shared().json:
        write_json(found)
    elif isinstance(found, Token):
        show_token(data(), found)
    else:
        show_payment(data(), found)
    if isinstance(found, Token):
        judge_token(found, accounts=accounts)
    else:
        judge_payment(found, accounts=accounts)
