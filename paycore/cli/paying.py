"""`paycore charge` and `paycore tokenize`: ask to be paid, and store a card."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from paycore.cli import wishes
from paycore.cli.moving import moved
from paycore.cli.outcomes import judge_payment, judge_token
from paycore.cli.output import config_option, json_option
from paycore.cli.values import show_payment, show_token

_ACCOUNT = click.option(
    "--account", metavar="NAME", help="Which account of the settings; the default one if none."
)
_METHOD = click.option(
    "--method",
    default="hosted",
    show_default=True,
    metavar="METHOD",
    help="hosted, embedded, token:ID or wallet:KIND:FILE.",
)
_RETURN_URL = click.option(
    "--return-url", metavar="URL", help="Where the payer comes back to; for hosted and embedded."
)
_KEY = click.option(
    "--key", help="The idempotency key; the reference if none. Another key is another attempt."
)


@click.command(
    short_help="Ask to be paid.",
    epilog="""\b
Examples:
  paycore charge order-1 15.00 CAD --return-url https://shop.example/thanks
  paycore charge order-2 15.00 CAD --method token:card-7
  paycore charge order-3 15.00 CAD --method wallet:apple_pay:token.json
  paycore charge order-4 15.00 CAD --method token:card-7 --no-capture
""",
)
@click.argument("reference")
@click.argument("amount")
@click.argument("currency")
@_METHOD
@_RETURN_URL
@_ACCOUNT
@_KEY
@click.option("--no-capture", is_flag=True, help="Hold the money only; `paycore capture` takes it.")
@config_option()
@json_option
def charge(
    reference: str,
    amount: str,
    currency: str,
    method: str,
    return_url: str | None,
    account: str | None,
    key: str | None,
    no_capture: bool,
) -> None:
    """Ask to be paid AMOUNT CURRENCY for the payment REFERENCE.

    REFERENCE names the payment for ever: typed twice, the second tells what became of the first,
    and sends nothing. Exit 0 if it is paid or held, or its page is open, 3 if the outcome is not
    known yet, 4 if it was declined.
    """
    money, by = wishes.amount(amount, currency), wishes.method(method, return_url)
    more: dict[str, Any] = {"account": account, "key": key, "capture": not no_capture}
    moved(
        reference,
        lambda gateway: gateway.charge(reference, money, by, **more),
        partial(judge_payment, opened=True),
        show_payment,
    )


@click.command(
    short_help="Store a card at the provider.",
    epilog="""\b
Example:
  paycore tokenize card-7 --return-url https://shop.example/cards
""",
)
@click.argument("reference")
@_METHOD
@_RETURN_URL
@_ACCOUNT
@_KEY
@config_option()
@json_option
def tokenize(
    reference: str, method: str, return_url: str | None, account: str | None, key: str | None
) -> None:
    """Store a card at the provider under the name REFERENCE.

    Exit 0 if it is stored or its page is open; then `paycore charge … --method token:REFERENCE`
    pays with it.
    """
    by = wishes.method(method, return_url)
    moved(
        reference,
        lambda gateway: gateway.tokenize(reference, by, account=account, key=key),
        partial(judge_token, opened=True),
        show_token,
    )
